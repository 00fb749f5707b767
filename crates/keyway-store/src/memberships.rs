use keyway_core::{OrgId, Role, UserId};

use crate::engine::{Connection, query, query_as, query_scalar};
use crate::error::Doing as _;
use crate::seen::unchanged;
use crate::{
    Changed, Organization, Seen, Store, StoreError, ending, facts, oauth, organizations, store,
};

/// Where a person belongs, and as what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// The organization.
    pub organization: Organization,
    /// The person's role there.
    pub role: Role,
}

impl Store {
    /// Everywhere a person belongs, who came first first. Names no organization, because it is what
    /// finds out which ones there are for this person.
    pub async fn memberships(&self, user: &UserId) -> Result<Vec<Membership>, StoreError> {
        let rows: Vec<Row> = query_as(
            "SELECT o.id, o.slug, o.name, o.created_at, o.revision, m.role FROM memberships m \
             JOIN organizations o ON o.id = m.organization_id \
             WHERE m.user_id = $1 ORDER BY m.created_at, o.id",
        )
        .bind(user.as_str())
        .fetch_all(self.pool())
        .await
        .doing("list the memberships")?;
        rows.into_iter().map(Row::read).collect()
    }

    /// Gives a member another role at `at`, unless they were changed since they were seen. Open
    /// invitations of theirs that they could not make any more end.
    pub async fn set_role(
        &self,
        organization: &OrgId,
        user: impl Into<Seen<'_, UserId>>,
        role: Role,
        at: jiff::Timestamp,
    ) -> Result<Changed, StoreError> {
        let doing = "change a role";
        let Seen { id: user, revision } = user.into();
        let mut transaction = self.write(doing).await?;
        alone_with_owners(&mut transaction, organization)
            .await
            .doing(doing)?;
        let changed = query(
            "UPDATE memberships SET role = $3, revision = revision + 1 \
             WHERE organization_id = $1 AND user_id = $2 AND ($4 IS NULL OR revision = $4)",
        )
        .bind(organization.as_str())
        .bind(user.as_str())
        .bind(role.as_str())
        .bind(revision)
        .execute(&mut *transaction)
        .await
        .doing(doing)?;
        if changed.rows_affected() == 0 {
            let exists = "SELECT EXISTS (SELECT 1 FROM memberships \
                          WHERE organization_id = $1 AND user_id = $2)";
            return unchanged(
                &mut transaction,
                exists,
                organization.as_str(),
                user.as_str(),
            )
            .await;
        }
        if !has_owner(&mut transaction, organization).await? {
            return Ok(Changed::LastOwner);
        }
        ending::invitations(&mut transaction, user, Some(organization), Some(role), at).await?;
        facts::bump_auth_epoch(&mut transaction).await?;
        transaction.commit().await.doing(doing)?;
        Ok(Changed::Done)
    }

    /// Removes a member at `at`, and with the membership everything it let them come in with: API
    /// keys, grants, web sessions, links. The open invitations they made end.
    pub async fn remove_member(
        &self,
        organization: &OrgId,
        user: &UserId,
        at: jiff::Timestamp,
    ) -> Result<Changed, StoreError> {
        let doing = "remove a member";
        let mut transaction = self.write(doing).await?;
        alone_with_owners(&mut transaction, organization)
            .await
            .doing(doing)?;
        let removed = query("DELETE FROM memberships WHERE organization_id = $1 AND user_id = $2")
            .bind(organization.as_str())
            .bind(user.as_str())
            .execute(&mut *transaction)
            .await
            .doing(doing)?;
        if removed.rows_affected() == 0 {
            return Ok(Changed::Missing);
        }
        if !has_owner(&mut transaction, organization).await? {
            return Ok(Changed::LastOwner);
        }
        ending::invitations(&mut transaction, user, Some(organization), None, at).await?;
        facts::bump_auth_epoch(&mut transaction).await?;
        transaction.commit().await.doing(doing)?;
        Ok(Changed::Done)
    }

    /// Keeps a member out from `at` on, wherever else they belong too, or lets them in again with
    /// `None`. Their web sessions, their OAuth grants and the open
    /// invitations they made end, and stay ended.
    pub async fn disable_user(
        &self,
        organization: &OrgId,
        user: &UserId,
        at: Option<jiff::Timestamp>,
    ) -> Result<Changed, StoreError> {
        let doing = "change a user";
        let mut transaction = self.write(doing).await?;
        // Whichever organizations they own, and whatever they agree to.
        let names = || ["owners".to_owned(), oauth::lock_of_user(user)];
        transaction.alone(names).await.doing(doing)?;
        let changed = query(
            "UPDATE users SET disabled_at = \
             CASE WHEN $3 IS NULL THEN NULL ELSE coalesce(disabled_at, $3) END WHERE id = $2 \
             AND EXISTS (SELECT 1 FROM memberships WHERE organization_id = $1 AND user_id = $2)",
        )
        .bind(organization.as_str())
        .bind(user.as_str())
        .bind(at.map(jiff::Timestamp::as_millisecond))
        .execute(&mut *transaction)
        .await
        .doing(doing)?;
        if changed.rows_affected() == 0 {
            return Ok(Changed::Missing);
        }
        query("UPDATE memberships SET revision = revision + 1 WHERE user_id = $1")
            .bind(user.as_str())
            .execute(&mut *transaction)
            .await
            .doing(doing)?;
        if let Some(at) = at {
            if !owners_everywhere(&mut transaction, user).await? {
                return Ok(Changed::LastOwner);
            }
            crate::web_sessions::end_all(&mut transaction, user, at).await?;
            ending::invitations(&mut transaction, user, None, None, at).await?;
            ending::grants(&mut transaction, user, at).await?;
        }
        facts::bump_auth_epoch(&mut transaction).await?;
        transaction.commit().await.doing(doing)?;
        Ok(Changed::Done)
    }
}

/// Makes a membership; one that is there already stays as it is.
pub(crate) async fn insert(
    connection: &mut Connection,
    organization: &OrgId,
    user: &UserId,
    role: Role,
    at: jiff::Timestamp,
) -> Result<(), StoreError> {
    query(
        "INSERT INTO memberships (organization_id, user_id, role, created_at) \
         VALUES ($1, $2, $3, $4) ON CONFLICT (organization_id, user_id) DO NOTHING",
    )
    .bind(organization.as_str())
    .bind(user.as_str())
    .bind(role.as_str())
    .bind(at.as_millisecond())
    .execute(connection)
    .await
    .map(drop)
    .doing("make a membership")
}

/// Whether the organization has an owner who can come in.
/// Who takes owners away does so alone, or two could each leave the other as the last one.
async fn alone_with_owners(
    connection: &mut Connection,
    organization: &OrgId,
) -> Result<(), sqlx::Error> {
    connection.shared(|| ["owners".to_owned()]).await?;
    connection
        .alone(|| [format!("owners/{organization}")])
        .await
}

async fn has_owner(connection: &mut Connection, organization: &OrgId) -> Result<bool, StoreError> {
    query_scalar(
        "SELECT EXISTS (SELECT 1 FROM memberships m JOIN users u ON u.id = m.user_id \
         WHERE m.organization_id = $1 AND m.role = 'owner' AND u.disabled_at IS NULL)",
    )
    .bind(organization.as_str())
    .fetch_one(connection)
    .await
    .doing("count the owners")
}

/// Whether every organization the person owns has an owner who can come in.
async fn owners_everywhere(connection: &mut Connection, user: &UserId) -> Result<bool, StoreError> {
    query_scalar(
        "SELECT NOT EXISTS (SELECT 1 FROM memberships mine WHERE mine.user_id = $1 \
         AND mine.role = 'owner' AND NOT EXISTS (SELECT 1 FROM memberships m \
         JOIN users u ON u.id = m.user_id WHERE m.organization_id = mine.organization_id \
         AND m.role = 'owner' AND u.disabled_at IS NULL))",
    )
    .bind(user.as_str())
    .fetch_one(connection)
    .await
    .doing("count the owners")
}

#[derive(sqlx::FromRow)]
struct Row {
    #[sqlx(flatten)]
    organization: organizations::Row,
    role: String,
}

impl Row {
    fn read(self) -> Result<Membership, StoreError> {
        Ok(Membership {
            organization: self.organization.read()?,
            role: store::role(&self.role)?,
        })
    }
}
