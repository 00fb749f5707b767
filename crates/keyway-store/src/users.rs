use jiff::Timestamp;
use keyway_core::{OrgId, Role, UserId};

use crate::error::Doing as _;
use crate::{Store, StoreError, memberships, store};

/// A person and their role in one organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The person's id.
    pub id: UserId,
    /// Their name.
    pub name: String,
    /// Their e-mail address, in small letters.
    pub email: Option<String>,
    /// Their role.
    pub role: Role,
    /// Since when they belong to the organization.
    pub created_at: Timestamp,
    /// Since when they are kept out, everywhere.
    pub disabled_at: Option<Timestamp>,
}

impl Store {
    /// Makes a person who belongs to `organization`. A taken address is [`crate::Reason::Conflict`].
    pub async fn create_member(
        &self,
        organization: &OrgId,
        new: &Member,
    ) -> Result<(), StoreError> {
        let mut transaction = self.write("make a user").await?;
        insert_member(&mut transaction, organization, new).await?;
        transaction.commit().await.doing("make a user")
    }

    /// The role `user` has in `organization`, if they belong to it and are not kept out.
    pub async fn role(
        &self,
        organization: &OrgId,
        user: &UserId,
    ) -> Result<Option<Role>, StoreError> {
        let role: Option<String> = sqlx::query_scalar(
            "SELECT m.role FROM memberships m JOIN users u ON u.id = m.user_id \
             WHERE m.organization_id = $1 AND m.user_id = $2 AND u.disabled_at IS NULL",
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
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT u.id, u.name, u.email, m.role, m.created_at, u.disabled_at \
             FROM memberships m JOIN users u ON u.id = m.user_id \
             WHERE m.organization_id = $1 ORDER BY m.created_at, u.id",
        )
        .bind(organization.as_str())
        .fetch_all(self.pool())
        .await
        .doing("list the members")?;
        rows.into_iter().map(Row::read).collect()
    }

    /// One member of `organization`.
    pub async fn member(
        &self,
        organization: &OrgId,
        user: &UserId,
    ) -> Result<Option<Member>, StoreError> {
        let row: Option<Row> = sqlx::query_as(
            "SELECT u.id, u.name, u.email, m.role, m.created_at, u.disabled_at \
             FROM memberships m JOIN users u ON u.id = m.user_id \
             WHERE m.organization_id = $1 AND m.user_id = $2",
        )
        .bind(organization.as_str())
        .bind(user.as_str())
        .fetch_optional(self.pool())
        .await
        .doing("read a member")?;
        row.map(Row::read).transpose()
    }
}

pub(crate) async fn insert_member(
    connection: &mut sqlx::SqliteConnection,
    organization: &OrgId,
    new: &Member,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO users (id, name, email, created_at, disabled_at) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(new.id.as_str())
    .bind(&new.name)
    .bind(&new.email)
    .bind(new.created_at.as_millisecond())
    .bind(new.disabled_at.map(Timestamp::as_millisecond))
    .execute(&mut *connection)
    .await
    .doing("make a user")?;
    memberships::insert(connection, organization, &new.id, new.role, new.created_at).await
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    name: String,
    email: Option<String>,
    role: String,
    created_at: i64,
    disabled_at: Option<i64>,
}

impl Row {
    fn read(self) -> Result<Member, StoreError> {
        Ok(Member {
            id: store::id(&self.id)?,
            name: self.name,
            email: self.email,
            role: store::role(&self.role)?,
            created_at: store::moment(self.created_at)?,
            disabled_at: self.disabled_at.map(store::moment).transpose()?,
        })
    }
}
