use jiff::Timestamp;
use keyway_core::{Actor, ClientId, GrantId, OrgId, Role, Scopes};

use super::alone::{granting, lock_of_grant};
use super::grant_kind::{GrantKind, RevokedFor};
use super::grants::{self, NewGrant};
use super::standing::valid;
use crate::engine::{Connection, query, query_as};
use crate::error::Doing as _;
use crate::{Store, StoreError, store};

/// A token about to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewToken {
    /// SHA-256 of the token, in hexadecimal.
    pub hash: String,
    /// From when on it is no longer valid.
    pub expires_at: Timestamp,
}

/// What a client gets at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTokens {
    /// The access token.
    pub access: NewToken,
    /// The refresh token, where there is one.
    pub refresh: Option<NewToken>,
    /// What both are for: at most what was granted.
    pub scopes: Scopes,
    /// Now.
    pub created_at: Timestamp,
}

/// What stands behind an access token that someone presented.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenCredential {
    /// What was granted.
    pub grant: GrantId,
    /// In which organization.
    pub organization: OrgId,
    /// By whom.
    pub owner: Actor,
    /// Their role there.
    pub role: Role,
    /// To which client.
    pub client: ClientId,
    /// For which resource.
    pub resource: String,
    /// What the token is for.
    pub scopes: Scopes,
    /// When it was issued.
    pub created_at: Timestamp,
    /// From when on it is no longer valid.
    pub expires_at: Timestamp,
    /// The change counter at the moment this was read.
    pub epoch: i64,
}

/// The pair that came of a refresh token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Successor {
    /// The hash of the refresh token that replaced it.
    pub refresh: String,
    /// The hash of the access token that came with that.
    pub access: String,
    /// True when the replacement was used, too.
    pub refresh_used: bool,
}

/// A refresh token with its grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshToken {
    /// Its hash.
    pub hash: String,
    /// Its grant.
    pub grant: NewGrant,
    /// True while the grant is valid and who gave it belongs to the organization.
    pub standing: bool,
    /// What the token is for.
    pub scopes: Scopes,
    /// When it was issued.
    pub created_at: Timestamp,
    /// From when on it is no longer valid.
    pub expires_at: Timestamp,
    /// When it was first used, or gave way to another pair unused.
    pub used_at: Option<Timestamp>,
    /// What came of it. Nothing for one that is unused, and for one that gave way.
    pub successor: Option<Successor>,
}

/// How a rotation went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rotated {
    /// The new pair is stored.
    Done,
    /// Someone was faster: nothing was stored, look again.
    Changed,
}

impl Store {
    /// What stands behind the access token with this hash. Names no organization, because it is what
    /// finds out which one.
    pub async fn access_token(
        &self,
        hash: &str,
        at: Timestamp,
    ) -> Result<Option<TokenCredential>, StoreError> {
        let row: Option<CredentialRow> = query_as(valid!(
            "g.id, g.organization_id, g.user_id, g.service_account_id, g.client_id, g.resource, \
             t.scopes, t.created_at, t.expires_at",
            "oauth_tokens t JOIN oauth_grants g ON g.id = t.grant_id",
            "AND t.hash = $2 AND t.kind = 'access' AND t.expires_at > $1 AND t.cnf IS NULL"
        ))
        .bind(at.as_millisecond())
        .bind(hash)
        .fetch_optional(self.pool())
        .await
        .doing("look up an access token")?;
        row.map(CredentialRow::read).transpose()
    }

    /// The refresh token with this hash, used or not. Names no organization, because it is what finds
    /// out which one.
    pub async fn refresh_token(
        &self,
        hash: &str,
        at: Timestamp,
    ) -> Result<Option<RefreshToken>, StoreError> {
        let mut connection = self
            .pool()
            .acquire()
            .await
            .doing("look up a refresh token")?;
        read_refresh(&mut connection, hash, at).await
    }

    /// Replaces a refresh token by a new pair. `seen` is what [`Store::refresh_token`] answered and
    /// the decision was made on: when anything of it has changed, nothing happens. A pair that came
    /// of the token before gives way: its access token is gone, its refresh token counts as used.
    pub async fn rotate_refresh_token(
        &self,
        seen: &RefreshToken,
        new: &NewTokens,
        at: Timestamp,
    ) -> Result<Rotated, StoreError> {
        let doing = "rotate a refresh token";
        let mut transaction = self.write(doing).await?;
        let name = || [lock_of_grant(&seen.grant.id)];
        transaction.alone(name).await.doing(doing)?;
        let now = read_refresh(&mut transaction, &seen.hash, at).await?;
        if now.as_ref() != Some(seen) {
            return Ok(Rotated::Changed);
        }
        if let Some(lost) = &seen.successor {
            query("DELETE FROM oauth_tokens WHERE hash = $1")
                .bind(&lost.access)
                .execute(&mut *transaction)
                .await
                .doing(doing)?;
            query("UPDATE oauth_tokens SET used_at = $2 WHERE hash = $1")
                .bind(&lost.refresh)
                .bind(at.as_millisecond())
                .execute(&mut *transaction)
                .await
                .doing(doing)?;
        }
        let used_at = seen.used_at.unwrap_or(at);
        query(
            "UPDATE oauth_tokens SET used_at = $2, next_refresh = $3, next_access = $4 \
             WHERE hash = $1",
        )
        .bind(&seen.hash)
        .bind(used_at.as_millisecond())
        .bind(new.refresh.as_ref().map(|token| token.hash.as_str()))
        .bind(&new.access.hash)
        .execute(&mut *transaction)
        .await
        .doing(doing)?;
        insert(&mut transaction, &seen.grant, new).await?;
        query("UPDATE oauth_grants SET last_used_at = $2 WHERE id = $1")
            .bind(seen.grant.id.as_str())
            .bind(at.as_millisecond())
            .execute(&mut *transaction)
            .await
            .doing(doing)?;
        if seen.successor.is_some() {
            crate::facts::bump_auth_epoch(&mut transaction).await?;
        }
        transaction.commit().await.doing(doing)?;
        Ok(Rotated::Done)
    }

    /// Makes a grant with its tokens in one go, for a client that acts as its service account.
    pub async fn create_oauth_grant(
        &self,
        grant: &NewGrant,
        new: &NewTokens,
    ) -> Result<(), StoreError> {
        let doing = "store a grant";
        let mut transaction = self.write(doing).await?;
        transaction.shared(|| granting(grant)).await.doing(doing)?;
        grants::insert(&mut transaction, grant).await?;
        insert(&mut transaction, grant, new).await?;
        transaction.commit().await.doing(doing)
    }

    /// Ends the family of a refresh token that was used twice.
    pub async fn revoke_reused_grant(
        &self,
        grant: &NewGrant,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let doing = "revoke a grant";
        let mut transaction = self.write(doing).await?;
        grants::end(&mut transaction, &grant.id, RevokedFor::Reuse, at).await?;
        transaction.commit().await.doing(doing)
    }
}

pub(super) async fn insert(
    connection: &mut Connection,
    grant: &NewGrant,
    new: &NewTokens,
) -> Result<(), StoreError> {
    let access = [("access", &new.access)].into_iter();
    let all = access.chain(new.refresh.as_ref().map(|token| ("refresh", token)));
    for (kind, token) in all {
        query(
            "INSERT INTO oauth_tokens \
             (hash, grant_id, organization_id, kind, scopes, created_at, expires_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(&token.hash)
        .bind(grant.id.as_str())
        .bind(grant.organization.as_str())
        .bind(kind)
        .bind(new.scopes.to_string())
        .bind(new.created_at.as_millisecond())
        .bind(token.expires_at.as_millisecond())
        .execute(&mut *connection)
        .await
        .doing("store a token")?;
    }
    Ok(())
}

async fn read_refresh(
    connection: &mut Connection,
    hash: &str,
    at: Timestamp,
) -> Result<Option<RefreshToken>, StoreError> {
    let row: Option<RefreshRow> = query_as(
        "SELECT t.hash, t.scopes, t.created_at, t.expires_at, t.used_at, t.next_refresh, \
         t.next_access, x.used_at AS next_used_at, g.id AS grant_id, g.organization_id, g.user_id, \
         g.service_account_id, g.client_id, g.kind, g.scopes AS grant_scopes, g.resource, \
         g.created_at AS grant_created_at, g.expires_at AS grant_expires_at, \
         (g.revoked_at IS NULL AND g.expires_at > $2 AND u.disabled_at IS NULL \
          AND s.disabled_at IS NULL AND coalesce(m.role, s.role) IS NOT NULL \
          AND NOT EXISTS (SELECT 1 FROM oauth_client_blocks b \
             WHERE b.organization_id = g.organization_id AND b.client_id = g.client_id)) AS standing \
         FROM oauth_tokens t JOIN oauth_grants g ON g.id = t.grant_id \
         LEFT JOIN oauth_tokens x ON x.hash = t.next_refresh \
         LEFT JOIN memberships m \
         ON m.organization_id = g.organization_id AND m.user_id = g.user_id \
         LEFT JOIN users u ON u.id = g.user_id \
         LEFT JOIN service_accounts s \
         ON s.organization_id = g.organization_id AND s.id = g.service_account_id \
         WHERE t.hash = $1 AND t.kind = 'refresh'",
    )
    .bind(hash)
    .bind(at.as_millisecond())
    .fetch_optional(connection)
    .await
    .doing("look up a refresh token")?;
    row.map(RefreshRow::read).transpose()
}

#[derive(sqlx::FromRow)]
struct CredentialRow {
    id: String,
    organization_id: String,
    user_id: Option<String>,
    service_account_id: Option<String>,
    client_id: String,
    resource: String,
    scopes: String,
    created_at: i64,
    expires_at: i64,
    role: String,
    epoch: i64,
}

impl CredentialRow {
    fn read(self) -> Result<TokenCredential, StoreError> {
        Ok(TokenCredential {
            grant: store::id(&self.id)?,
            organization: store::id(&self.organization_id)?,
            owner: store::actor(self.user_id.as_deref(), self.service_account_id.as_deref())?,
            role: store::role(&self.role)?,
            client: store::id(&self.client_id)?,
            resource: self.resource,
            scopes: store::scopes(&self.scopes)?,
            created_at: store::moment(self.created_at)?,
            expires_at: store::moment(self.expires_at)?,
            epoch: self.epoch,
        })
    }
}

#[derive(sqlx::FromRow)]
struct RefreshRow {
    hash: String,
    scopes: String,
    created_at: i64,
    expires_at: i64,
    used_at: Option<i64>,
    next_refresh: Option<String>,
    next_access: Option<String>,
    next_used_at: Option<i64>,
    grant_id: String,
    organization_id: String,
    user_id: Option<String>,
    service_account_id: Option<String>,
    client_id: String,
    kind: String,
    grant_scopes: String,
    resource: String,
    grant_created_at: i64,
    grant_expires_at: i64,
    standing: bool,
}

impl RefreshRow {
    fn read(self) -> Result<RefreshToken, StoreError> {
        let successor = match (self.next_refresh, self.next_access) {
            (Some(refresh), Some(access)) => Some(Successor {
                refresh,
                access,
                refresh_used: self.next_used_at.is_some(),
            }),
            _ => None,
        };
        Ok(RefreshToken {
            hash: self.hash,
            grant: NewGrant {
                id: store::id(&self.grant_id)?,
                organization: store::id(&self.organization_id)?,
                owner: store::actor(self.user_id.as_deref(), self.service_account_id.as_deref())?,
                client: store::id(&self.client_id)?,
                kind: GrantKind::read(&self.kind)?,
                scopes: store::scopes(&self.grant_scopes)?,
                resource: self.resource,
                created_at: store::moment(self.grant_created_at)?,
                expires_at: store::moment(self.grant_expires_at)?,
            },
            standing: self.standing,
            scopes: store::scopes(&self.scopes)?,
            created_at: store::moment(self.created_at)?,
            expires_at: store::moment(self.expires_at)?,
            used_at: self.used_at.map(store::moment).transpose()?,
            successor,
        })
    }
}
