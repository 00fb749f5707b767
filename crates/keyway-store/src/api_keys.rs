use jiff::Timestamp;
use keyway_core::{Actor, ApiKeyId, OrgId, Role, Scopes};

use crate::engine::{Connection, query, query_as};
use crate::error::Doing as _;
use crate::seen::unchanged;
use crate::{Changed, Seen, Slice, Store, StoreError, facts, store};

/// An API key as it is listed. The key itself is never stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// Whose it is.
    pub owner: Actor,
    /// Their name.
    pub owner_name: String,
    /// What it is for, in its owner's words.
    pub name: String,
    /// Its first characters, to recognise it by.
    pub shown: String,
    /// What it may be used for.
    pub scopes: Scopes,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used, to within a minute.
    pub last_used_at: Option<Timestamp>,
    /// From when on it is no longer valid.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// The key it replaced.
    pub rotated_from: Option<ApiKeyId>,
    /// How often its name was changed, from 1.
    pub revision: i64,
}

/// Keys with the names of whose they are.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT k.id, k.user_id, k.service_account_id, coalesce(u.name, s.name) AS owner_name, \
             k.name, k.shown, k.scopes, k.created_at, k.last_used_at, k.expires_at, k.revoked_at, \
             k.rotated_from, k.revision FROM api_keys k LEFT JOIN users u ON u.id = k.user_id \
             LEFT JOIN service_accounts s \
             ON s.organization_id = k.organization_id AND s.id = k.service_account_id ",
            $rest
        )
    };
}

/// An API key about to be stored.
#[derive(Debug, Clone)]
pub struct NewApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// Whose it is.
    pub owner: Actor,
    /// What it is for.
    pub name: String,
    /// Its first characters.
    pub shown: String,
    /// SHA-256 of the whole key, in hexadecimal.
    pub hash: String,
    /// What it may be used for.
    pub scopes: Scopes,
    /// Now.
    pub created_at: Timestamp,
    /// From when on it is no longer valid.
    pub expires_at: Option<Timestamp>,
}

/// What stands behind a key that someone presented.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// The key's id.
    pub id: ApiKeyId,
    /// The organization it belongs to.
    pub organization: OrgId,
    /// Whose it is.
    pub owner: Actor,
    /// Their role in the organization.
    pub role: Role,
    /// What it may be used for.
    pub scopes: Scopes,
    /// From when on it is no longer valid.
    pub expires_at: Option<Timestamp>,
    /// The change counter at the moment this was read: it holds while the counter stands.
    pub epoch: i64,
}

/// One use of a key.
#[derive(Debug, Clone)]
pub struct Use {
    /// The key's organization.
    pub organization: OrgId,
    /// The key.
    pub id: ApiKeyId,
    /// When it was used.
    pub at: Timestamp,
}

impl Store {
    /// Stores a new key.
    pub async fn create_api_key(
        &self,
        organization: &OrgId,
        new: &NewApiKey,
    ) -> Result<(), StoreError> {
        let mut transaction = self.write("store an API key").await?;
        insert(&mut transaction, organization, new).await?;
        facts::bump_auth_epoch(&mut transaction).await?;
        transaction.commit().await.doing("store an API key")
    }

    /// All keys of an organization, revoked and expired ones included, oldest first.
    pub async fn api_keys(&self, organization: &OrgId) -> Result<Vec<ApiKey>, StoreError> {
        let rows: Vec<Row> = query_as(select!(
            "WHERE k.organization_id = $1 ORDER BY k.created_at, k.id"
        ))
        .bind(organization.as_str())
        .fetch_all(self.pool())
        .await
        .doing("list the API keys")?;
        rows.into_iter().map(Row::read).collect()
    }

    /// A part of the keys of an organization, or of one owner there, newest first; searched are
    /// names, first characters, and the names of whose they are.
    pub async fn api_keys_slice(
        &self,
        organization: &OrgId,
        owner: Option<&Actor>,
        slice: &Slice<'_>,
    ) -> Result<Vec<ApiKey>, StoreError> {
        let (user, account) = owner.map_or((None, None), store::actor_columns);
        let (at, id) = slice.downward();
        let rows: Vec<Row> = query_as(select!(
            "WHERE k.organization_id = $1 AND (k.created_at, k.id) < ($2, $3) \
             AND ($4 IS NULL OR lower(k.name) LIKE $4 ESCAPE '\\' \
             OR lower(k.shown) LIKE $4 ESCAPE '\\' \
             OR lower(coalesce(u.name, s.name)) LIKE $4 ESCAPE '\\') \
             AND ($5 IS NULL OR k.user_id = $5) AND ($6 IS NULL OR k.service_account_id = $6) \
             ORDER BY k.created_at DESC, k.id DESC LIMIT $7"
        ))
        .bind(organization.as_str())
        .bind(at)
        .bind(id)
        .bind(slice.pattern())
        .bind(user)
        .bind(account)
        .bind(slice.limit)
        .fetch_all(self.pool())
        .await
        .doing("list the API keys")?;
        rows.into_iter().map(Row::read).collect()
    }

    /// One key of an organization.
    pub async fn api_key(
        &self,
        organization: &OrgId,
        id: &ApiKeyId,
    ) -> Result<Option<ApiKey>, StoreError> {
        let row: Option<Row> = query_as(select!("WHERE k.organization_id = $1 AND k.id = $2"))
            .bind(organization.as_str())
            .bind(id.as_str())
            .fetch_optional(self.pool())
            .await
            .doing("read an API key")?;
        row.map(Row::read).transpose()
    }

    /// Replaces a key: stores `new`, and lets the old one end at `old_ends` unless it ends sooner.
    /// Answers false, and changes nothing, when the old key is not there or was revoked.
    pub async fn rotate_api_key(
        &self,
        organization: &OrgId,
        old: &ApiKeyId,
        new: &NewApiKey,
        old_ends: Timestamp,
    ) -> Result<bool, StoreError> {
        let doing = "rotate an API key";
        let mut transaction = self.write(doing).await?;
        let ended = query(
            "UPDATE api_keys SET expires_at = \
             CASE WHEN expires_at IS NULL OR expires_at > $3 THEN $3 ELSE expires_at END \
             WHERE organization_id = $1 AND id = $2 AND revoked_at IS NULL",
        )
        .bind(organization.as_str())
        .bind(old.as_str())
        .bind(old_ends.as_millisecond())
        .execute(&mut *transaction)
        .await
        .doing(doing)?;
        if ended.rows_affected() == 0 {
            return Ok(false);
        }
        insert(&mut transaction, organization, new).await?;
        query("UPDATE api_keys SET rotated_from = $3 WHERE organization_id = $1 AND id = $2")
            .bind(organization.as_str())
            .bind(new.id.as_str())
            .bind(old.as_str())
            .execute(&mut *transaction)
            .await
            .doing(doing)?;
        facts::bump_auth_epoch(&mut transaction).await?;
        transaction.commit().await.doing(doing)?;
        Ok(true)
    }

    /// Gives a key another name, unless it was changed since it was seen.
    pub async fn rename_api_key(
        &self,
        organization: &OrgId,
        key: impl Into<Seen<'_, ApiKeyId>>,
        name: &str,
    ) -> Result<Changed, StoreError> {
        let doing = "rename an API key";
        let Seen { id, revision } = key.into();
        let mut transaction = self.write(doing).await?;
        let changed = query(
            "UPDATE api_keys SET name = $3, revision = revision + 1 \
             WHERE organization_id = $1 AND id = $2 AND ($4 IS NULL OR revision = $4)",
        )
        .bind(organization.as_str())
        .bind(id.as_str())
        .bind(name)
        .bind(revision)
        .execute(&mut *transaction)
        .await
        .doing(doing)?;
        if changed.rows_affected() == 0 {
            let exists =
                "SELECT EXISTS (SELECT 1 FROM api_keys WHERE organization_id = $1 AND id = $2)";
            return unchanged(&mut transaction, exists, organization.as_str(), id.as_str()).await;
        }
        transaction.commit().await.doing(doing)?;
        Ok(Changed::Done)
    }

    /// Revokes a key. Answers false when it is not there; revoking it again changes nothing.
    pub async fn revoke_api_key(
        &self,
        organization: &OrgId,
        id: &ApiKeyId,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let doing = "revoke an API key";
        let mut transaction = self.write(doing).await?;
        let changed = query(
            "UPDATE api_keys SET revoked_at = coalesce(revoked_at, $3) \
             WHERE organization_id = $1 AND id = $2",
        )
        .bind(organization.as_str())
        .bind(id.as_str())
        .bind(at.as_millisecond())
        .execute(&mut *transaction)
        .await
        .doing(doing)?;
        facts::bump_auth_epoch(&mut transaction).await?;
        transaction.commit().await.doing(doing)?;
        Ok(changed.rows_affected() > 0)
    }

    /// What stands behind the key with this hash, unless it was revoked. Names no organization,
    /// because it is what finds out which one it is. The caller compares `expires_at` with its
    /// clock.
    pub async fn credential(&self, hash: &str) -> Result<Option<Credential>, StoreError> {
        let row: Option<CredentialRow> = query_as(
            "SELECT k.id, k.organization_id, k.user_id, k.service_account_id, k.scopes, \
             coalesce(m.role, s.role) AS role, k.expires_at, c.value AS epoch \
             FROM api_keys k \
             JOIN counters c ON c.name = 'auth_epoch' \
             LEFT JOIN memberships m \
             ON m.organization_id = k.organization_id AND m.user_id = k.user_id \
             LEFT JOIN users u ON u.id = k.user_id \
             LEFT JOIN service_accounts s \
             ON s.organization_id = k.organization_id AND s.id = k.service_account_id \
             WHERE k.hash = $1 AND k.revoked_at IS NULL AND u.disabled_at IS NULL \
             AND s.disabled_at IS NULL AND coalesce(m.role, s.role) IS NOT NULL",
        )
        .bind(hash)
        .fetch_optional(self.pool())
        .await
        .doing("look up an API key")?;
        row.map(CredentialRow::read).transpose()
    }

    /// Records when keys were last used. Does not count as a change of a key.
    pub async fn record_uses(&self, uses: &[Use]) -> Result<(), StoreError> {
        let doing = "record the use of API keys";
        let mut transaction = self.write(doing).await?;
        transaction
            .alone(|| ["uses of API keys".to_owned()])
            .await
            .doing(doing)?;
        for used in uses {
            query(
                "UPDATE api_keys SET last_used_at = $3 WHERE organization_id = $1 AND id = $2 \
                 AND (last_used_at IS NULL OR last_used_at < $3)",
            )
            .bind(used.organization.as_str())
            .bind(used.id.as_str())
            .bind(used.at.as_millisecond())
            .execute(&mut *transaction)
            .await
            .doing(doing)?;
        }
        transaction.commit().await.doing(doing)
    }
}

pub(crate) async fn insert(
    connection: &mut Connection,
    organization: &OrgId,
    new: &NewApiKey,
) -> Result<(), StoreError> {
    let (user, service_account) = store::actor_columns(&new.owner);
    query(
        "INSERT INTO api_keys \
         (id, organization_id, user_id, service_account_id, name, shown, hash, scopes, created_at, \
         expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(new.id.as_str())
    .bind(organization.as_str())
    .bind(user)
    .bind(service_account)
    .bind(&new.name)
    .bind(&new.shown)
    .bind(&new.hash)
    .bind(new.scopes.to_string())
    .bind(new.created_at.as_millisecond())
    .bind(new.expires_at.map(Timestamp::as_millisecond))
    .execute(connection)
    .await
    .map(drop)
    .doing("store an API key")
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    user_id: Option<String>,
    service_account_id: Option<String>,
    owner_name: Option<String>,
    name: String,
    shown: String,
    scopes: String,
    created_at: i64,
    last_used_at: Option<i64>,
    expires_at: Option<i64>,
    revoked_at: Option<i64>,
    rotated_from: Option<String>,
    revision: i64,
}

impl Row {
    fn read(self) -> Result<ApiKey, StoreError> {
        let moment = |at: Option<i64>| at.map(store::moment).transpose();
        Ok(ApiKey {
            id: store::id(&self.id)?,
            owner: store::actor(self.user_id.as_deref(), self.service_account_id.as_deref())?,
            owner_name: self.owner_name.unwrap_or_default(),
            name: self.name,
            shown: self.shown,
            scopes: store::scopes(&self.scopes)?,
            created_at: store::moment(self.created_at)?,
            last_used_at: moment(self.last_used_at)?,
            expires_at: moment(self.expires_at)?,
            revoked_at: moment(self.revoked_at)?,
            rotated_from: self.rotated_from.as_deref().map(store::id).transpose()?,
            revision: self.revision,
        })
    }
}

#[derive(sqlx::FromRow)]
struct CredentialRow {
    id: String,
    organization_id: String,
    user_id: Option<String>,
    service_account_id: Option<String>,
    role: String,
    scopes: String,
    expires_at: Option<i64>,
    epoch: i64,
}

impl CredentialRow {
    fn read(self) -> Result<Credential, StoreError> {
        Ok(Credential {
            id: store::id(&self.id)?,
            organization: store::id(&self.organization_id)?,
            owner: store::actor(self.user_id.as_deref(), self.service_account_id.as_deref())?,
            role: store::role(&self.role)?,
            scopes: store::scopes(&self.scopes)?,
            expires_at: self.expires_at.map(store::moment).transpose()?,
            epoch: self.epoch,
        })
    }
}
