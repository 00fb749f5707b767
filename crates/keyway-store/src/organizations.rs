use keyway_core::OrgId;

use crate::engine::{Executor, query, query_as};
use crate::error::Doing as _;
use crate::seen::unchanged;
use crate::{Changed, Seen, Store, StoreError, store};

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
    /// How often it was changed, from 1.
    pub revision: i64,
}

impl Store {
    /// The organization with this slug.
    pub async fn organization(&self, slug: &str) -> Result<Option<Organization>, StoreError> {
        read_organization(self.pool(), slug).await
    }

    /// The organization with this id.
    pub async fn organization_by_id(
        &self,
        organization: &OrgId,
    ) -> Result<Option<Organization>, StoreError> {
        let row: Option<Row> = query_as(
            "SELECT id, slug, name, created_at, revision FROM organizations WHERE id = $1",
        )
        .bind(organization.as_str())
        .fetch_optional(self.pool())
        .await
        .doing("read an organization")?;
        row.map(Row::read).transpose()
    }

    /// Every organization, oldest first. For the operator, who belongs to none of them.
    pub async fn organizations(&self) -> Result<Vec<Organization>, StoreError> {
        let rows: Vec<Row> = query_as(
            "SELECT id, slug, name, created_at, revision FROM organizations ORDER BY created_at, id",
        )
        .fetch_all(self.pool())
        .await
        .doing("list the organizations")?;
        rows.into_iter().map(Row::read).collect()
    }

    /// Makes an organization. A taken slug is [`crate::Reason::Conflict`].
    pub async fn create_organization(&self, new: &Organization) -> Result<(), StoreError> {
        insert_organization(self.pool(), new).await
    }

    /// Gives an organization another name, unless it was changed since it was seen.
    pub async fn rename_organization(
        &self,
        organization: impl Into<Seen<'_, OrgId>>,
        name: &str,
    ) -> Result<Changed, StoreError> {
        let doing = "rename an organization";
        let Seen { id, revision } = organization.into();
        let mut transaction = self.write(doing).await?;
        let changed = query(
            "UPDATE organizations SET name = $2, revision = revision + 1 \
             WHERE id = $1 AND ($3 IS NULL OR revision = $3)",
        )
        .bind(id.as_str())
        .bind(name)
        .bind(revision)
        .execute(&mut *transaction)
        .await
        .doing(doing)?;
        if changed.rows_affected() == 0 {
            let exists = "SELECT EXISTS (SELECT 1 FROM organizations WHERE id = $1 AND id = $2)";
            return unchanged(&mut transaction, exists, id.as_str(), id.as_str()).await;
        }
        transaction.commit().await.doing(doing)?;
        Ok(Changed::Done)
    }
}

pub(crate) async fn read_organization<'c>(
    connection: impl Executor<'c>,
    slug: &str,
) -> Result<Option<Organization>, StoreError> {
    let row: Option<Row> =
        query_as("SELECT id, slug, name, created_at, revision FROM organizations WHERE slug = $1")
            .bind(slug)
            .fetch_optional(connection)
            .await
            .doing("read an organization")?;
    row.map(Row::read).transpose()
}

pub(crate) async fn insert_organization<'c>(
    connection: impl Executor<'c>,
    new: &Organization,
) -> Result<(), StoreError> {
    query("INSERT INTO organizations (id, slug, name, created_at) VALUES ($1, $2, $3, $4)")
        .bind(new.id.as_str())
        .bind(&new.slug)
        .bind(&new.name)
        .bind(new.created_at.as_millisecond())
        .execute(connection)
        .await
        .map(drop)
        .doing("make an organization")
}

#[derive(sqlx::FromRow)]
pub(crate) struct Row {
    id: String,
    slug: String,
    name: String,
    created_at: i64,
    revision: i64,
}

impl Row {
    pub(crate) fn read(self) -> Result<Organization, StoreError> {
        Ok(Organization {
            id: store::id(&self.id)?,
            slug: self.slug,
            name: self.name,
            created_at: store::moment(self.created_at)?,
            revision: self.revision,
        })
    }
}
