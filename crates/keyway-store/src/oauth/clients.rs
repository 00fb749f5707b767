use jiff::Timestamp;
use keyway_core::{ClientId, OrgId, ServiceAccountId};

use super::alone::{lock_of, lock_of_client};
use super::pending;
use crate::engine::{Connection, query, query_as, query_scalar};
use crate::error::Doing as _;
use crate::{Store, StoreError, facts, store};

/// Where a client comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ClientKind {
    /// It registered itself (RFC 7591). Belongs to nobody.
    Registered,
    /// Its id is the URL of its metadata. Belongs to nobody.
    Document,
    /// An admin made it. Belongs to their organization.
    Configured,
}

/// An OAuth client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// Its id.
    pub id: ClientId,
    /// The organization it belongs to, if an admin made it.
    pub organization: Option<OrgId>,
    /// Where it comes from.
    pub kind: ClientKind,
    /// Its name, in its own words.
    pub name: String,
    /// Its metadata (RFC 7591) as JSON, as it was checked.
    pub metadata: String,
    /// SHA-256 of its secret, in hexadecimal.
    pub secret_hash: Option<String>,
    /// Whom it acts as with `client_credentials`.
    pub service_account: Option<ServiceAccountId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_used_at: Timestamp,
    /// Of a document: until when it is fresh.
    pub fresh_until: Option<Timestamp>,
    /// Of a document: what to ask with after that.
    pub etag: Option<String>,
    /// How often an admin changed it, from 1.
    pub revision: i64,
}

/// A client about to be stored.
pub type NewClient = Client;

impl ClientKind {
    /// The kind as it is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::Document => "document",
            Self::Configured => "configured",
        }
    }

    fn read(text: &str) -> Result<Self, StoreError> {
        let all = [Self::Registered, Self::Document, Self::Configured];
        let found = all.into_iter().find(|kind| kind.as_str() == text);
        found.ok_or_else(store::damaged)
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT c.id, c.organization_id, c.kind, c.name, c.metadata, c.secret_hash, \
             c.service_account_id, c.created_at, c.last_used_at, c.fresh_until, c.etag, \
             c.revision \
             FROM oauth_clients c ",
            $rest
        )
    };
}

impl Store {
    /// A client. Names no organization: a client shows itself before anyone has signed in.
    pub async fn oauth_client(&self, id: &ClientId) -> Result<Option<Client>, StoreError> {
        let row: Option<Row> = query_as(select!("WHERE c.id = $1"))
            .bind(id.as_str())
            .fetch_optional(self.pool())
            .await
            .doing("read an OAuth client")?;
        row.map(Row::read).transpose()
    }

    /// Stores a client. One that is there already keeps its kind, its organization and its age,
    /// and gets everything else anew.
    pub async fn put_oauth_client(&self, new: &NewClient) -> Result<(), StoreError> {
        query(
            "INSERT INTO oauth_clients (id, organization_id, kind, name, metadata, secret_hash, \
             service_account_id, created_at, last_used_at, fresh_until, etag) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
             ON CONFLICT (id) DO UPDATE SET name = excluded.name, metadata = excluded.metadata, \
             secret_hash = excluded.secret_hash, fresh_until = excluded.fresh_until, \
             etag = excluded.etag",
        )
        .bind(new.id.as_str())
        .bind(new.organization.as_ref().map(OrgId::as_str))
        .bind(new.kind.as_str())
        .bind(&new.name)
        .bind(&new.metadata)
        .bind(&new.secret_hash)
        .bind(new.service_account.as_ref().map(ServiceAccountId::as_str))
        .bind(new.created_at.as_millisecond())
        .bind(new.last_used_at.as_millisecond())
        .bind(new.fresh_until.map(Timestamp::as_millisecond))
        .bind(&new.etag)
        .execute(self.pool())
        .await
        .map(drop)
        .doing("store an OAuth client")
    }

    /// Records that a client was used.
    pub async fn touch_oauth_client(&self, id: &ClientId, at: Timestamp) -> Result<(), StoreError> {
        query("UPDATE oauth_clients SET last_used_at = $2 WHERE id = $1 AND last_used_at < $2")
            .bind(id.as_str())
            .bind(at.as_millisecond())
            .execute(self.pool())
            .await
            .map(drop)
            .doing("record the use of an OAuth client")
    }

    /// True when the organization does not want the client.
    pub async fn is_oauth_client_blocked(
        &self,
        organization: &OrgId,
        id: &ClientId,
    ) -> Result<bool, StoreError> {
        query_scalar::<i64>(
            "SELECT count(*) FROM oauth_client_blocks WHERE organization_id = $1 AND client_id = $2",
        )
        .bind(organization.as_str())
        .bind(id.as_str())
        .fetch_one(self.pool())
        .await
        .map(|count| count > 0)
        .doing("read an OAuth client")
    }

    /// Keeps a client out of an organization: its tokens there stop working, and the codes it holds
    /// are forgotten. One that belongs to nobody can be kept out before anyone has let it in. Answers
    /// false when the organization has no such client to see.
    pub async fn block_oauth_client(
        &self,
        organization: &OrgId,
        id: &ClientId,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let doing = "disable an OAuth client";
        let mut transaction = self.write(doing).await?;
        let name = || [lock_of(organization)];
        transaction.alone(name).await.doing(doing)?;
        if !is_open_to(&mut transaction, organization, id).await? {
            return Ok(false);
        }
        query(
            "INSERT INTO oauth_client_blocks (organization_id, client_id, created_at) \
             VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        )
        .bind(organization.as_str())
        .bind(id.as_str())
        .bind(at.as_millisecond())
        .execute(&mut *transaction)
        .await
        .doing(doing)?;
        pending::forget(&mut transaction, organization, Some(id.as_str()), None).await?;
        facts::bump_auth_epoch(&mut transaction).await?;
        transaction.commit().await.doing(doing)?;
        Ok(true)
    }

    /// Lets a client in again. Answers false when it was not kept out.
    pub async fn unblock_oauth_client(
        &self,
        organization: &OrgId,
        id: &ClientId,
    ) -> Result<bool, StoreError> {
        let doing = "enable an OAuth client";
        let mut transaction = self.write(doing).await?;
        let changed =
            query("DELETE FROM oauth_client_blocks WHERE organization_id = $1 AND client_id = $2")
                .bind(organization.as_str())
                .bind(id.as_str())
                .execute(&mut *transaction)
                .await
                .doing(doing)?;
        facts::bump_auth_epoch(&mut transaction).await?;
        transaction.commit().await.doing(doing)?;
        Ok(changed.rows_affected() > 0)
    }

    /// Deletes a client with all it has in the organization. One that belongs to nobody goes on for
    /// the organizations that use it. Answers false when the organization has no such client to see.
    pub async fn delete_oauth_client(
        &self,
        organization: &OrgId,
        id: &ClientId,
    ) -> Result<bool, StoreError> {
        let doing = "delete an OAuth client";
        let mut transaction = self.write(doing).await?;
        let names = || [lock_of(organization), lock_of_client(id)];
        transaction.alone(names).await.doing(doing)?;
        if !is_seen(&mut transaction, organization, id).await? {
            return Ok(false);
        }
        for sql in [
            "DELETE FROM oauth_grants WHERE organization_id = $1 AND client_id = $2",
            "DELETE FROM oauth_codes WHERE organization_id = $1 AND client_id = $2",
            "DELETE FROM oauth_device_codes WHERE organization_id = $1 AND client_id = $2",
            "DELETE FROM oauth_consents WHERE organization_id = $1 AND client_id = $2",
            "DELETE FROM oauth_client_blocks WHERE organization_id = $1 AND client_id = $2",
            "DELETE FROM oauth_clients WHERE id = $2 \
             AND (organization_id = $1 OR organization_id IS NULL) \
             AND NOT EXISTS (SELECT 1 FROM oauth_grants WHERE client_id = $2) \
             AND NOT EXISTS (SELECT 1 FROM oauth_client_blocks WHERE client_id = $2)",
        ] {
            query(sql)
                .bind(organization.as_str())
                .bind(id.as_str())
                .execute(&mut *transaction)
                .await
                .doing(doing)?;
        }
        facts::bump_auth_epoch(&mut transaction).await?;
        transaction.commit().await.doing(doing)?;
        Ok(true)
    }
}

/// Whether the organization has anything to do with the client.
async fn is_seen(
    connection: &mut Connection,
    organization: &OrgId,
    id: &ClientId,
) -> Result<bool, StoreError> {
    query_scalar::<i64>(
        "SELECT count(*) FROM oauth_clients c WHERE c.id = $2 AND (c.organization_id = $1 \
         OR EXISTS (SELECT 1 FROM oauth_grants g \
             WHERE g.client_id = c.id AND g.organization_id = $1) \
         OR EXISTS (SELECT 1 FROM oauth_client_blocks b \
             WHERE b.client_id = c.id AND b.organization_id = $1))",
    )
    .bind(organization.as_str())
    .bind(id.as_str())
    .fetch_one(connection)
    .await
    .map(|count| count > 0)
    .doing("read an OAuth client")
}

/// Whether people of the organization could let the client in.
async fn is_open_to(
    connection: &mut Connection,
    organization: &OrgId,
    id: &ClientId,
) -> Result<bool, StoreError> {
    query_scalar::<i64>(
        "SELECT count(*) FROM oauth_clients \
         WHERE id = $2 AND (organization_id = $1 OR organization_id IS NULL)",
    )
    .bind(organization.as_str())
    .bind(id.as_str())
    .fetch_one(connection)
    .await
    .map(|count| count > 0)
    .doing("read an OAuth client")
}

#[derive(sqlx::FromRow)]
pub(super) struct Row {
    id: String,
    organization_id: Option<String>,
    kind: String,
    name: String,
    metadata: String,
    secret_hash: Option<String>,
    service_account_id: Option<String>,
    created_at: i64,
    last_used_at: i64,
    fresh_until: Option<i64>,
    etag: Option<String>,
    revision: i64,
}

impl Row {
    pub(super) fn read(self) -> Result<Client, StoreError> {
        Ok(Client {
            id: store::id(&self.id)?,
            organization: self.organization_id.as_deref().map(store::id).transpose()?,
            kind: ClientKind::read(&self.kind)?,
            name: self.name,
            metadata: self.metadata,
            secret_hash: self.secret_hash,
            service_account: self
                .service_account_id
                .as_deref()
                .map(store::id)
                .transpose()?,
            created_at: store::moment(self.created_at)?,
            last_used_at: store::moment(self.last_used_at)?,
            fresh_until: self.fresh_until.map(store::moment).transpose()?,
            etag: self.etag,
            revision: self.revision,
        })
    }
}
