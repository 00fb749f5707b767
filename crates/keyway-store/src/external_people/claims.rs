use jiff::Timestamp;
use keyway_core::{OrgId, PersonLinkId, UserId};

use super::person::{ExternalIdentity, IDENTITY, IdentityRow};
use crate::engine::{query, query_as};
use crate::error::Doing as _;
use crate::{Store, StoreError, store};

/// A link by which somebody at a third party says who they are here. Its secret is never stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalClaim {
    /// The organization.
    pub organization: OrgId,
    /// Who it was given to.
    pub identity: ExternalIdentity,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it works.
    pub expires_at: Timestamp,
}

/// What became of somebody who said who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claimed {
    /// They are that person from now on.
    Done,
    /// The link does not work: it was used, has expired, was replaced, or never was.
    Gone,
    /// They are somebody else here.
    Taken,
    /// That person is somebody else there.
    Another,
}

#[derive(sqlx::FromRow)]
struct Row {
    organization_id: String,
    created_at: i64,
    expires_at: i64,
    #[sqlx(flatten)]
    identity: IdentityRow,
}

impl Store {
    /// Stores a link, whose secret hashes to `hash`. Earlier ones of the same person end, and those of
    /// anybody that are over are forgotten.
    pub async fn create_claim(&self, new: &ExternalClaim, hash: &str) -> Result<(), StoreError> {
        let doing = "make a link for somebody at a third party";
        let who = &new.identity;
        let mut transaction = self.write(doing).await?;
        query(
            "DELETE FROM external_claims WHERE expires_at <= $1 \
             OR (installation_id = $2 AND workspace = $3 AND external_id = $4)",
        )
        .bind(new.created_at.as_millisecond())
        .bind(who.installation.as_str())
        .bind(&who.workspace)
        .bind(&who.id)
        .execute(&mut *transaction)
        .await
        .doing(doing)?;
        let sql = format!(
            "INSERT INTO external_claims (hash, organization_id, created_at, expires_at, {IDENTITY}) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
        );
        query(sqlx::AssertSqlSafe(sql))
            .bind(hash)
            .bind(new.organization.as_str())
            .bind(new.created_at.as_millisecond())
            .bind(new.expires_at.as_millisecond())
            .bind(who.installation.as_str())
            .bind(&who.provider)
            .bind(&who.workspace)
            .bind(&who.workspace_name)
            .bind(&who.id)
            .bind(&who.name)
            .execute(&mut *transaction)
            .await
            .doing(doing)?;
        transaction.commit().await.doing(doing)
    }

    /// The link whose secret has this hash, if it works in the organization at `now`.
    pub async fn claim(
        &self,
        organization: &OrgId,
        hash: &str,
        now: Timestamp,
    ) -> Result<Option<ExternalClaim>, StoreError> {
        let sql = format!(
            "SELECT organization_id, created_at, expires_at, {IDENTITY} FROM external_claims \
             WHERE organization_id = $1 AND hash = $2 AND used_at IS NULL AND expires_at > $3"
        );
        let row: Option<Row> = query_as(sqlx::AssertSqlSafe(sql))
            .bind(organization.as_str())
            .bind(hash)
            .bind(now.as_millisecond())
            .fetch_optional(self.pool())
            .await
            .doing("look up a link of somebody at a third party")?;
        row.map(Row::read).transpose()
    }

    /// Uses a link: whoever it was given to is `user` from now on, or nothing is changed. Of many who try
    /// at once one does. Who is that user already stays it.
    pub async fn use_claim(
        &self,
        claim: &ExternalClaim,
        hash: &str,
        (link, user): (&PersonLinkId, &UserId),
        now: Timestamp,
    ) -> Result<Claimed, StoreError> {
        let doing = "use a link of somebody at a third party";
        let who = &claim.identity;
        let mut transaction = self.write(doing).await?;
        let taken = query(
            "UPDATE external_claims SET used_at = $3 WHERE organization_id = $1 AND hash = $2 \
             AND used_at IS NULL AND expires_at > $3",
        )
        .bind(claim.organization.as_str())
        .bind(hash)
        .bind(now.as_millisecond())
        .execute(&mut *transaction)
        .await
        .doing(doing)?;
        if taken.rows_affected() == 0 {
            return Ok(Claimed::Gone);
        }
        let known: Vec<(String, String)> = query_as(
            "SELECT user_id, external_id FROM external_people WHERE installation_id = $1 \
             AND workspace = $2 AND (external_id = $3 OR user_id = $4)",
        )
        .bind(who.installation.as_str())
        .bind(&who.workspace)
        .bind(&who.id)
        .bind(user.as_str())
        .fetch_all(&mut *transaction)
        .await
        .doing(doing)?;
        let mut others = known.iter();
        if others.any(|(one, there)| *there == who.id && one != user.as_str()) {
            return Ok(Claimed::Taken);
        }
        if known.iter().any(|(_, there)| *there != who.id) {
            return Ok(Claimed::Another);
        }
        if known.is_empty() {
            let sql = format!(
                "INSERT INTO external_people (id, organization_id, user_id, created_at, {IDENTITY}) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
            );
            query(sqlx::AssertSqlSafe(sql))
                .bind(link.as_str())
                .bind(claim.organization.as_str())
                .bind(user.as_str())
                .bind(now.as_millisecond())
                .bind(who.installation.as_str())
                .bind(&who.provider)
                .bind(&who.workspace)
                .bind(&who.workspace_name)
                .bind(&who.id)
                .bind(&who.name)
                .execute(&mut *transaction)
                .await
                .doing(doing)?;
        }
        transaction.commit().await.doing(doing)?;
        Ok(Claimed::Done)
    }
}

impl Row {
    fn read(self) -> Result<ExternalClaim, StoreError> {
        Ok(ExternalClaim {
            organization: store::id(&self.organization_id)?,
            identity: self.identity.read()?,
            created_at: store::moment(self.created_at)?,
            expires_at: store::moment(self.expires_at)?,
        })
    }
}
