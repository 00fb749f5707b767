use jiff::Timestamp;
use keyway_core::{InvitationId, OrgId, Role, UserId};

use crate::engine::{Connection, query, query_as};
use crate::error::Doing as _;
use crate::{NewPerson, Slice, Store, StoreError, facts, memberships, people, store};

/// An invitation into an organization. Its secret is never stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// Its id.
    pub id: InvitationId,
    /// The organization.
    pub organization: OrgId,
    /// Whom it is for, in small letters.
    pub email: String,
    /// As what.
    pub role: Role,
    /// Who made it, if they are still there.
    pub invited_by: Option<UserId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it can be accepted.
    pub expires_at: Timestamp,
    /// When it was accepted.
    pub accepted_at: Option<Timestamp>,
    /// When it was taken back.
    pub revoked_at: Option<Timestamp>,
}

/// Who accepts an invitation.
#[derive(Debug, Clone, Copy)]
pub enum Accepting<'a> {
    /// Someone new, who is made.
    New(&'a NewPerson),
    /// Someone who is there.
    Existing(&'a UserId),
}

const COLUMNS: &str = "SELECT id, organization_id, email, role, invited_by, created_at, expires_at, \
                       accepted_at, revoked_at FROM invitations";

/// Whoever made it could still make it: an invitation gives no more than its maker has. Nobody of
/// the users made those of the operator.
const STILL_GIVEN: &str = "(invited_by IS NULL OR EXISTS (SELECT 1 FROM memberships m \
     JOIN users u ON u.id = m.user_id WHERE m.organization_id = invitations.organization_id \
     AND m.user_id = invitations.invited_by AND u.disabled_at IS NULL AND (m.role = 'owner' \
     OR (m.role = 'admin' AND invitations.role <> 'owner'))))";

impl Store {
    /// Stores an invitation, whose secret hashes to `hash`. Open ones for the same address end.
    pub async fn create_invitation(&self, new: &Invitation, hash: &str) -> Result<(), StoreError> {
        let doing = "make an invitation";
        let mut transaction = self.write(doing).await?;
        let name = || [format!("invitation/{}/{}", new.organization, new.email)];
        transaction.alone(name).await.doing(doing)?;
        query(
            "UPDATE invitations SET revoked_at = $3 WHERE organization_id = $1 AND email = $2 \
             AND accepted_at IS NULL AND revoked_at IS NULL",
        )
        .bind(new.organization.as_str())
        .bind(&new.email)
        .bind(new.created_at.as_millisecond())
        .execute(&mut *transaction)
        .await
        .doing(doing)?;
        query(
            "INSERT INTO invitations (id, organization_id, email, role, hash, invited_by, \
             created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(new.id.as_str())
        .bind(new.organization.as_str())
        .bind(&new.email)
        .bind(new.role.as_str())
        .bind(hash)
        .bind(new.invited_by.as_ref().map(UserId::as_str))
        .bind(new.created_at.as_millisecond())
        .bind(new.expires_at.as_millisecond())
        .execute(&mut *transaction)
        .await
        .doing(doing)?;
        transaction.commit().await.doing(doing)
    }

    /// All invitations of an organization, oldest first.
    pub async fn invitations(&self, organization: &OrgId) -> Result<Vec<Invitation>, StoreError> {
        let sql = format!("{COLUMNS} WHERE organization_id = $1 ORDER BY created_at, id");
        let rows: Vec<Row> = query_as(sqlx::AssertSqlSafe(sql))
            .bind(organization.as_str())
            .fetch_all(self.pool())
            .await
            .doing("list the invitations")?;
        rows.into_iter().map(Row::read).collect()
    }

    /// A part of the invitations of an organization, newest first; searched are addresses.
    pub async fn invitations_slice(
        &self,
        organization: &OrgId,
        slice: &Slice<'_>,
    ) -> Result<Vec<Invitation>, StoreError> {
        let (at, id) = slice.downward();
        let sql = format!(
            "{COLUMNS} WHERE organization_id = $1 AND (created_at, id) < ($2, $3) \
             AND ($4 IS NULL OR email LIKE $4 ESCAPE '\\') \
             ORDER BY created_at DESC, id DESC LIMIT $5"
        );
        let rows: Vec<Row> = query_as(sqlx::AssertSqlSafe(sql))
            .bind(organization.as_str())
            .bind(at)
            .bind(id)
            .bind(slice.pattern())
            .bind(slice.limit)
            .fetch_all(self.pool())
            .await
            .doing("list the invitations")?;
        rows.into_iter().map(Row::read).collect()
    }

    /// One invitation of an organization.
    pub async fn invitation(
        &self,
        organization: &OrgId,
        id: &InvitationId,
    ) -> Result<Option<Invitation>, StoreError> {
        let sql = format!("{COLUMNS} WHERE organization_id = $1 AND id = $2");
        let row: Option<Row> = query_as(sqlx::AssertSqlSafe(sql))
            .bind(organization.as_str())
            .bind(id.as_str())
            .fetch_optional(self.pool())
            .await
            .doing("read an invitation")?;
        row.map(Row::read).transpose()
    }

    /// The invitation whose secret has this hash, if it can be accepted at `now`. Names no
    /// organization, because it is what finds out which one it is.
    pub async fn open_invitation(
        &self,
        hash: &str,
        now: Timestamp,
    ) -> Result<Option<Invitation>, StoreError> {
        let sql = format!(
            "{COLUMNS} WHERE hash = $1 AND expires_at > $2 AND accepted_at IS NULL \
             AND revoked_at IS NULL AND {STILL_GIVEN}"
        );
        let row: Option<Row> = query_as(sqlx::AssertSqlSafe(sql))
            .bind(hash)
            .bind(now.as_millisecond())
            .fetch_optional(self.pool())
            .await
            .doing("look up an invitation")?;
        row.map(Row::read).transpose()
    }

    /// The invitations for this address that can be accepted at `now`, of every organization: they are
    /// what says which ones want this person.
    pub async fn invitations_for(
        &self,
        email: &str,
        now: Timestamp,
    ) -> Result<Vec<Invitation>, StoreError> {
        let sql = format!(
            "{COLUMNS} WHERE email = $1 AND expires_at > $2 AND accepted_at IS NULL \
             AND revoked_at IS NULL AND {STILL_GIVEN} ORDER BY created_at, id"
        );
        let rows: Vec<Row> = query_as(sqlx::AssertSqlSafe(sql))
            .bind(email)
            .bind(now.as_millisecond())
            .fetch_all(self.pool())
            .await
            .doing("look for invitations")?;
        rows.into_iter().map(Row::read).collect()
    }

    /// Takes an invitation back. Answers false when it is not there or was accepted; taking it back
    /// again changes nothing.
    pub async fn revoke_invitation(
        &self,
        organization: &OrgId,
        id: &InvitationId,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let changed = query(
            "UPDATE invitations SET revoked_at = coalesce(revoked_at, $3) \
             WHERE organization_id = $1 AND id = $2 AND accepted_at IS NULL",
        )
        .bind(organization.as_str())
        .bind(id.as_str())
        .bind(at.as_millisecond())
        .execute(self.pool())
        .await
        .doing("revoke an invitation")?;
        Ok(changed.rows_affected() > 0)
    }

    /// Accepts an invitation: marks it, makes the person if they are new, and makes them a member, or
    /// none of it. Answers false when it cannot be accepted at `now`, or its maker could not make it
    /// any more: of many who try at once, one does. A taken address is [`crate::Reason::Conflict`].
    pub async fn accept_invitation(
        &self,
        invitation: &Invitation,
        accepting: Accepting<'_>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let doing = "accept an invitation";
        let mut transaction = self.write(doing).await?;
        let user = match accepting {
            Accepting::New(new) => {
                people::insert(&mut transaction, new).await?;
                &new.id
            }
            Accepting::Existing(user) => user,
        };
        if !mark(&mut transaction, invitation, user, now).await? {
            return Ok(false);
        }
        memberships::insert(
            &mut transaction,
            &invitation.organization,
            user,
            invitation.role,
            now,
        )
        .await?;
        facts::bump_auth_epoch(&mut transaction).await?;
        transaction.commit().await.doing(doing)?;
        Ok(true)
    }
}

async fn mark(
    connection: &mut Connection,
    invitation: &Invitation,
    user: &UserId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = format!(
        "UPDATE invitations SET accepted_at = $3, accepted_by = $4 \
         WHERE organization_id = $1 AND id = $2 AND accepted_at IS NULL AND revoked_at IS NULL \
         AND expires_at > $3 AND {STILL_GIVEN}"
    );
    let marked = query(sqlx::AssertSqlSafe(sql))
        .bind(invitation.organization.as_str())
        .bind(invitation.id.as_str())
        .bind(now.as_millisecond())
        .bind(user.as_str())
        .execute(connection)
        .await
        .doing("accept an invitation")?;
    Ok(marked.rows_affected() > 0)
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    organization_id: String,
    email: String,
    role: String,
    invited_by: Option<String>,
    created_at: i64,
    expires_at: i64,
    accepted_at: Option<i64>,
    revoked_at: Option<i64>,
}

impl Row {
    fn read(self) -> Result<Invitation, StoreError> {
        let moment = |at: Option<i64>| at.map(store::moment).transpose();
        Ok(Invitation {
            id: store::id(&self.id)?,
            organization: store::id(&self.organization_id)?,
            email: self.email,
            role: store::role(&self.role)?,
            invited_by: self.invited_by.as_deref().map(store::id).transpose()?,
            created_at: store::moment(self.created_at)?,
            expires_at: store::moment(self.expires_at)?,
            accepted_at: moment(self.accepted_at)?,
            revoked_at: moment(self.revoked_at)?,
        })
    }
}
