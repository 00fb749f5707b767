use keyway_core::{OrgId, Role, UserId};

use crate::error::Doing as _;
use crate::{Store, StoreError, store};

/// A person and their role in one organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The person's id.
    pub id: UserId,
    /// Their name.
    pub name: String,
    /// Their role.
    pub role: Role,
    /// Since when they belong to the organization.
    pub created_at: jiff::Timestamp,
}

impl Store {
    /// Makes a person who belongs to `organization`.
    pub async fn create_member(
        &self,
        organization: &OrgId,
        new: &Member,
    ) -> Result<(), StoreError> {
        let mut transaction = self.write("make a user").await?;
        insert_member(&mut transaction, organization, new).await?;
        transaction.commit().await.doing("make a user")
    }

    /// The role `user` has in `organization`, if they belong to it.
    pub async fn role(
        &self,
        organization: &OrgId,
        user: &UserId,
    ) -> Result<Option<Role>, StoreError> {
        let role: Option<String> = sqlx::query_scalar(
            "SELECT role FROM memberships WHERE organization_id = $1 AND user_id = $2",
        )
        .bind(organization.as_str())
        .bind(user.as_str())
        .fetch_optional(self.pool())
        .await
        .doing("read a membership")?;
        role.as_deref().map(store::role).transpose()
    }

    /// Everyone who belongs to `organization`, who came first first.
    pub async fn members(&self, organization: &OrgId) -> Result<Vec<Member>, StoreError> {
        let rows: Vec<(String, String, String, i64)> = sqlx::query_as(
            "SELECT users.id, users.name, memberships.role, memberships.created_at \
             FROM memberships JOIN users ON users.id = memberships.user_id \
             WHERE memberships.organization_id = $1 \
             ORDER BY memberships.created_at, users.id",
        )
        .bind(organization.as_str())
        .fetch_all(self.pool())
        .await
        .doing("list the members")?;
        rows.into_iter()
            .map(|(id, name, role, created_at)| {
                Ok(Member {
                    id: store::id(&id)?,
                    name,
                    role: store::role(&role)?,
                    created_at: store::moment(created_at)?,
                })
            })
            .collect()
    }
}

pub(crate) async fn insert_member(
    connection: &mut sqlx::SqliteConnection,
    organization: &OrgId,
    new: &Member,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO users (id, name, created_at) VALUES ($1, $2, $3)")
        .bind(new.id.as_str())
        .bind(&new.name)
        .bind(new.created_at.as_millisecond())
        .execute(&mut *connection)
        .await
        .doing("make a user")?;
    sqlx::query(
        "INSERT INTO memberships (organization_id, user_id, role, created_at) \
         VALUES ($1, $2, $3, $4)",
    )
    .bind(organization.as_str())
    .bind(new.id.as_str())
    .bind(new.role.as_str())
    .bind(new.created_at.as_millisecond())
    .execute(connection)
    .await
    .map(drop)
    .doing("make a membership")
}
