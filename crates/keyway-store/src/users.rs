use jiff::Timestamp;
use keyway_core::{OrgId, Role, UserId};

use crate::engine::{Connection, query, query_as, query_scalar};
use crate::error::Doing as _;
use crate::{Slice, Store, StoreError, memberships, store};

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
    /// How often their place in the organization was changed, from 1.
    pub revision: i64,
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
        let role: Option<String> = query_scalar(
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
        let rows: Vec<Row> = query_as(
            "SELECT u.id, u.name, u.email, m.role, m.created_at, u.disabled_at, m.revision \
             FROM memberships m JOIN users u ON u.id = m.user_id \
             WHERE m.organization_id = $1 ORDER BY m.created_at, u.id",
        )
        .bind(organization.as_str())
        .fetch_all(self.pool())
        .await
        .doing("list the members")?;
        rows.into_iter().map(Row::read).collect()
    }

    /// A part of the members of `organization`, who came first first; searched are names and
    /// addresses.
    pub async fn members_slice(
        &self,
        organization: &OrgId,
        slice: &Slice<'_>,
    ) -> Result<Vec<Member>, StoreError> {
        let (at, id) = slice.upward();
        let rows: Vec<Row> = query_as(
            "SELECT u.id, u.name, u.email, m.role, m.created_at, u.disabled_at, m.revision \
             FROM memberships m JOIN users u ON u.id = m.user_id \
             WHERE m.organization_id = $1 AND (m.created_at, m.user_id) > ($2, $3) \
             AND ($4 IS NULL OR lower(u.name) LIKE $4 ESCAPE '\\' \
             OR u.email LIKE $4 ESCAPE '\\') ORDER BY m.created_at, m.user_id LIMIT $5",
        )
        .bind(organization.as_str())
        .bind(at)
        .bind(id)
        .bind(slice.pattern())
        .bind(slice.limit)
        .fetch_all(self.pool())
        .await
        .doing("list the members")?;
        rows.into_iter().map(Row::read).collect()
    }

    /// Whether somebody with this address, in small letters, belongs to `organization`.
    pub async fn has_member(&self, organization: &OrgId, email: &str) -> Result<bool, StoreError> {
        query_scalar(
            "SELECT EXISTS (SELECT 1 FROM memberships m JOIN users u ON u.id = m.user_id \
             WHERE m.organization_id = $1 AND u.email = $2)",
        )
        .bind(organization.as_str())
        .bind(email)
        .fetch_one(self.pool())
        .await
        .doing("look for a member")
    }

    /// One member of `organization`.
    pub async fn member(
        &self,
        organization: &OrgId,
        user: &UserId,
    ) -> Result<Option<Member>, StoreError> {
        let row: Option<Row> = query_as(
            "SELECT u.id, u.name, u.email, m.role, m.created_at, u.disabled_at, m.revision \
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
    connection: &mut Connection,
    organization: &OrgId,
    new: &Member,
) -> Result<(), StoreError> {
    query(
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
    revision: i64,
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
            revision: self.revision,
        })
    }
}
