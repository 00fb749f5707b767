use keyway_core::OrgId;

use crate::error::Doing as _;
use crate::{Store, StoreError, store};

/// An organization: the tenant every other row belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// Its id.
    pub id: OrgId,
    /// Its name in commands and URLs; unique.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// When it was made.
    pub created_at: jiff::Timestamp,
}

impl Store {
    /// The organization with this slug.
    pub async fn organization(&self, slug: &str) -> Result<Option<Organization>, StoreError> {
        read_organization(self.pool(), slug).await
    }

    /// Makes an organization. A taken slug is [`crate::Reason::Conflict`].
    pub async fn create_organization(&self, new: &Organization) -> Result<(), StoreError> {
        insert_organization(self.pool(), new).await
    }
}

pub(crate) async fn read_organization<'c>(
    connection: impl sqlx::SqliteExecutor<'c>,
    slug: &str,
) -> Result<Option<Organization>, StoreError> {
    let row: Option<(String, String, String, i64)> =
        sqlx::query_as("SELECT id, slug, name, created_at FROM organizations WHERE slug = $1")
            .bind(slug)
            .fetch_optional(connection)
            .await
            .doing("read an organization")?;
    row.map(|(id, slug, name, created_at)| {
        Ok(Organization {
            id: store::id(&id)?,
            slug,
            name,
            created_at: store::moment(created_at)?,
        })
    })
    .transpose()
}

pub(crate) async fn insert_organization<'c>(
    connection: impl sqlx::SqliteExecutor<'c>,
    new: &Organization,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO organizations (id, slug, name, created_at) VALUES ($1, $2, $3, $4)")
        .bind(new.id.as_str())
        .bind(&new.slug)
        .bind(&new.name)
        .bind(new.created_at.as_millisecond())
        .execute(connection)
        .await
        .map(drop)
        .doing("make an organization")
}
