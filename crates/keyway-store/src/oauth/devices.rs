use jiff::Timestamp;
use keyway_core::{ClientId, OrgId, Scopes, UserId};

use super::alone::granting;
use super::grants::{self, NewGrant};
use super::tokens::{self, NewTokens};
use crate::engine::{query, query_as};
use crate::error::Doing as _;
use crate::{Store, StoreError, store};

/// A device's code about to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDeviceCode {
    /// SHA-256 of the device's code, in hexadecimal.
    pub hash: String,
    /// SHA-256 of the code the person types, in hexadecimal.
    pub user_code_hash: String,
    /// Which client asks.
    pub client: ClientId,
    /// For what.
    pub scopes: Scopes,
    /// For which resource.
    pub resource: String,
    /// Now.
    pub created_at: Timestamp,
    /// From when on it is no longer valid.
    pub expires_at: Timestamp,
    /// How long the device has to wait between two questions, in milliseconds.
    pub interval_ms: i64,
}

/// A device's code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceCode {
    /// As it was stored. The interval may have grown, the scopes may have shrunk.
    pub code: NewDeviceCode,
    /// When the device last asked.
    pub polled_at: Option<Timestamp>,
    /// Who said yes, and in which organization.
    pub approved: Option<(OrgId, UserId)>,
    /// When someone said no.
    pub denied_at: Option<Timestamp>,
    /// When it was turned into tokens.
    pub used_at: Option<Timestamp>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT hash, user_code_hash, client_id, scopes, resource, created_at, expires_at, \
             interval_ms, polled_at, organization_id, user_id, approved_at, denied_at, used_at \
             FROM oauth_device_codes ",
            $rest
        )
    };
}

/// A device asks before anyone has signed in, so these calls name no organization but the one that
/// says yes.
impl Store {
    /// Stores a device's code. A code for people that is taken is [`crate::Reason::Conflict`].
    pub async fn create_device_code(&self, new: &NewDeviceCode) -> Result<(), StoreError> {
        query(
            "INSERT INTO oauth_device_codes (hash, user_code_hash, client_id, scopes, resource, \
             created_at, expires_at, interval_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(&new.hash)
        .bind(&new.user_code_hash)
        .bind(new.client.as_str())
        .bind(new.scopes.to_string())
        .bind(&new.resource)
        .bind(new.created_at.as_millisecond())
        .bind(new.expires_at.as_millisecond())
        .bind(new.interval_ms)
        .execute(self.pool())
        .await
        .map(drop)
        .doing("store a device code")
    }

    /// The code a device holds.
    pub async fn device_code(&self, hash: &str) -> Result<Option<DeviceCode>, StoreError> {
        let row: Option<Row> = query_as(select!("WHERE hash = $1"))
            .bind(hash)
            .fetch_optional(self.pool())
            .await
            .doing("read a device code")?;
        row.map(Row::read).transpose()
    }

    /// The code a person typed.
    pub async fn device_code_of_person(
        &self,
        user_code_hash: &str,
    ) -> Result<Option<DeviceCode>, StoreError> {
        let row: Option<Row> = query_as(select!("WHERE user_code_hash = $1"))
            .bind(user_code_hash)
            .fetch_optional(self.pool())
            .await
            .doing("read a device code")?;
        row.map(Row::read).transpose()
    }

    /// Records that the device asked, and how long it has to wait from now on. Answers false when
    /// someone recorded another question since `seen`.
    pub async fn poll_device_code(
        &self,
        seen: &DeviceCode,
        interval_ms: i64,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        query(
            "UPDATE oauth_device_codes SET polled_at = $2, interval_ms = $3 \
             WHERE hash = $1 AND polled_at IS NOT DISTINCT FROM $4",
        )
        .bind(&seen.code.hash)
        .bind(at.as_millisecond())
        .bind(interval_ms)
        .bind(seen.polled_at.map(Timestamp::as_millisecond))
        .execute(self.pool())
        .await
        .map(|changed| changed.rows_affected() > 0)
        .doing("record a device's question")
    }

    /// A person says yes to these scopes. Answers false when the code is over, or was answered.
    pub async fn approve_device_code(
        &self,
        organization: &OrgId,
        user: &UserId,
        hash: &str,
        scopes: &Scopes,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        query(
            "UPDATE oauth_device_codes \
             SET organization_id = $2, user_id = $3, scopes = $4, approved_at = $5 \
             WHERE hash = $1 AND expires_at > $5 AND approved_at IS NULL AND denied_at IS NULL",
        )
        .bind(hash)
        .bind(organization.as_str())
        .bind(user.as_str())
        .bind(scopes.to_string())
        .bind(at.as_millisecond())
        .execute(self.pool())
        .await
        .map(|changed| changed.rows_affected() > 0)
        .doing("approve a device code")
    }

    /// A person says no. Answers false when the code is over, or was answered.
    pub async fn deny_device_code(&self, hash: &str, at: Timestamp) -> Result<bool, StoreError> {
        query(
            "UPDATE oauth_device_codes SET denied_at = $2 \
             WHERE hash = $1 AND expires_at > $2 AND approved_at IS NULL AND denied_at IS NULL",
        )
        .bind(hash)
        .bind(at.as_millisecond())
        .execute(self.pool())
        .await
        .map(|changed| changed.rows_affected() > 0)
        .doing("deny a device code")
    }

    /// Turns an approved code into a grant and its tokens, once. Answers false when it was turned
    /// before, was not approved, is over, or its client is kept out.
    pub async fn redeem_device_code(
        &self,
        hash: &str,
        grant: &NewGrant,
        new: &NewTokens,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let doing = "redeem a device code";
        let mut transaction = self.write(doing).await?;
        transaction.shared(|| granting(grant)).await.doing(doing)?;
        let used = query(
            "UPDATE oauth_device_codes SET used_at = $2 \
             WHERE hash = $1 AND used_at IS NULL AND approved_at IS NOT NULL AND expires_at > $2 \
             AND NOT EXISTS (SELECT 1 FROM oauth_client_blocks b \
                 WHERE b.organization_id = oauth_device_codes.organization_id \
                 AND b.client_id = oauth_device_codes.client_id)",
        )
        .bind(hash)
        .bind(at.as_millisecond())
        .execute(&mut *transaction)
        .await
        .doing(doing)?;
        if used.rows_affected() == 0 {
            return Ok(false);
        }
        grants::insert(&mut transaction, grant).await?;
        tokens::insert(&mut transaction, grant, new).await?;
        transaction.commit().await.doing(doing)?;
        Ok(true)
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    hash: String,
    user_code_hash: String,
    client_id: String,
    scopes: String,
    resource: String,
    created_at: i64,
    expires_at: i64,
    interval_ms: i64,
    polled_at: Option<i64>,
    organization_id: Option<String>,
    user_id: Option<String>,
    approved_at: Option<i64>,
    denied_at: Option<i64>,
    used_at: Option<i64>,
}

impl Row {
    fn read(self) -> Result<DeviceCode, StoreError> {
        let approved = match (self.approved_at, &self.organization_id, &self.user_id) {
            (Some(_), Some(organization), Some(user)) => {
                Some((store::id(organization)?, store::id(user)?))
            }
            _ => None,
        };
        let moment = |at: Option<i64>| at.map(store::moment).transpose();
        Ok(DeviceCode {
            code: NewDeviceCode {
                hash: self.hash,
                user_code_hash: self.user_code_hash,
                client: store::id(&self.client_id)?,
                scopes: store::scopes(&self.scopes)?,
                resource: self.resource,
                created_at: store::moment(self.created_at)?,
                expires_at: store::moment(self.expires_at)?,
                interval_ms: self.interval_ms,
            },
            polled_at: moment(self.polled_at)?,
            approved,
            denied_at: moment(self.denied_at)?,
            used_at: moment(self.used_at)?,
        })
    }
}
