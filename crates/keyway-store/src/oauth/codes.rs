use jiff::Timestamp;
use keyway_core::{ClientId, GrantId, OrgId, Scopes, UserId};

use super::alone::{granting, lock_of, lock_of_user};
use super::consents;
use super::grant_kind::RevokedFor;
use super::grants::{self, NewGrant};
use super::tokens::{self, NewTokens};
use crate::engine::{query, query_as};
use crate::error::Doing as _;
use crate::{Store, StoreError, store};

/// An authorization code about to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCode {
    /// SHA-256 of the code, in hexadecimal.
    pub hash: String,
    /// In which organization it was given.
    pub organization: OrgId,
    /// By whom.
    pub user: UserId,
    /// To which client.
    pub client: ClientId,
    /// Where it was sent.
    pub redirect_uri: String,
    /// The PKCE challenge (S256).
    pub challenge: String,
    /// For what.
    pub scopes: Scopes,
    /// For which resource.
    pub resource: String,
    /// Now.
    pub created_at: Timestamp,
    /// From when on it is no longer valid.
    pub expires_at: Timestamp,
}

/// An authorization code, used or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// As it was stored.
    pub code: NewCode,
    /// When it was used.
    pub used_at: Option<Timestamp>,
    /// What came of it.
    pub grant: Option<GrantId>,
}

/// What the person behind a code agreed to, and when.
#[derive(Debug, Clone, Copy)]
pub enum Agreed<'a> {
    /// To this code, this once.
    Once,
    /// Just now, and to the same again: it is remembered in place of what they agreed to before.
    Now,
    /// Earlier, to these scopes.
    Before(&'a Scopes),
}

/// How an attempt to use a code went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Redeemed {
    /// The grant and its tokens are made.
    Granted,
    /// It was used before. What came of it is revoked.
    Replayed(Option<GrantId>),
    /// There is no such code, its time is over, or its client is kept out.
    Gone,
}

impl Store {
    /// Stores a code. With [`Agreed::Now`] what it is for is remembered in the same step, so that a
    /// revocation finds both or neither. With [`Agreed::Before`] nothing is stored and the answer is
    /// false unless that consent still stands.
    pub async fn create_oauth_code(
        &self,
        new: &NewCode,
        agreed: Agreed<'_>,
    ) -> Result<bool, StoreError> {
        let doing = "store an authorization code";
        let mut transaction = self.write(doing).await?;
        let names = || [lock_of(&new.organization), lock_of_user(&new.user)];
        transaction.shared(names).await.doing(doing)?;
        match agreed {
            Agreed::Once => {}
            Agreed::Now => consents::remember(&mut transaction, new).await?,
            Agreed::Before(scopes) => {
                if consents::find(&mut transaction, new).await?.as_ref() != Some(scopes) {
                    return Ok(false);
                }
            }
        }
        query(
            "INSERT INTO oauth_codes (hash, organization_id, user_id, client_id, redirect_uri, \
             challenge, scopes, resource, created_at, expires_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(&new.hash)
        .bind(new.organization.as_str())
        .bind(new.user.as_str())
        .bind(new.client.as_str())
        .bind(&new.redirect_uri)
        .bind(&new.challenge)
        .bind(new.scopes.to_string())
        .bind(&new.resource)
        .bind(new.created_at.as_millisecond())
        .bind(new.expires_at.as_millisecond())
        .execute(&mut *transaction)
        .await
        .doing(doing)?;
        transaction.commit().await.doing(doing)?;
        Ok(true)
    }

    /// The code with this hash. Names no organization, because it is what finds out which one.
    pub async fn oauth_code(&self, hash: &str) -> Result<Option<Code>, StoreError> {
        let row: Option<Row> = query_as(
            "SELECT hash, organization_id, user_id, client_id, redirect_uri, challenge, scopes, \
             resource, created_at, expires_at, used_at, grant_id FROM oauth_codes WHERE hash = $1",
        )
        .bind(hash)
        .fetch_optional(self.pool())
        .await
        .doing("read an authorization code")?;
        row.map(Row::read).transpose()
    }

    /// Uses a code: marks it and makes the grant and its tokens, all or nothing. Of any number of
    /// attempts one succeeds; the next one revokes what the first one got.
    pub async fn redeem_oauth_code(
        &self,
        hash: &str,
        grant: &NewGrant,
        new: &NewTokens,
        at: Timestamp,
    ) -> Result<Redeemed, StoreError> {
        let doing = "redeem an authorization code";
        let mut transaction = self.write(doing).await?;
        transaction.shared(|| granting(grant)).await.doing(doing)?;
        let used = query(
            "UPDATE oauth_codes SET used_at = $2, grant_id = $3 \
             WHERE hash = $1 AND used_at IS NULL AND expires_at > $2 \
             AND NOT EXISTS (SELECT 1 FROM oauth_client_blocks b \
                 WHERE b.organization_id = oauth_codes.organization_id \
                 AND b.client_id = oauth_codes.client_id)",
        )
        .bind(hash)
        .bind(at.as_millisecond())
        .bind(grant.id.as_str())
        .execute(&mut *transaction)
        .await
        .doing(doing)?;
        if used.rows_affected() > 0 {
            grants::insert(&mut transaction, grant).await?;
            tokens::insert(&mut transaction, grant, new).await?;
            transaction.commit().await.doing(doing)?;
            return Ok(Redeemed::Granted);
        }
        let before: Option<(Option<i64>, Option<String>)> =
            query_as("SELECT used_at, grant_id FROM oauth_codes WHERE hash = $1")
                .bind(hash)
                .fetch_optional(&mut *transaction)
                .await
                .doing(doing)?;
        let Some((Some(_), family)) = before else {
            return Ok(Redeemed::Gone);
        };
        let family: Option<GrantId> = family.as_deref().map(store::id).transpose()?;
        if let Some(family) = &family {
            grants::end(&mut transaction, family, RevokedFor::Replay, at).await?;
        }
        transaction.commit().await.doing(doing)?;
        Ok(Redeemed::Replayed(family))
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    hash: String,
    organization_id: String,
    user_id: String,
    client_id: String,
    redirect_uri: String,
    challenge: String,
    scopes: String,
    resource: String,
    created_at: i64,
    expires_at: i64,
    used_at: Option<i64>,
    grant_id: Option<String>,
}

impl Row {
    fn read(self) -> Result<Code, StoreError> {
        Ok(Code {
            code: NewCode {
                hash: self.hash,
                organization: store::id(&self.organization_id)?,
                user: store::id(&self.user_id)?,
                client: store::id(&self.client_id)?,
                redirect_uri: self.redirect_uri,
                challenge: self.challenge,
                scopes: store::scopes(&self.scopes)?,
                resource: self.resource,
                created_at: store::moment(self.created_at)?,
                expires_at: store::moment(self.expires_at)?,
            },
            used_at: self.used_at.map(store::moment).transpose()?,
            grant: self.grant_id.as_deref().map(store::id).transpose()?,
        })
    }
}
