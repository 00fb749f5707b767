use keyway_core::{ClientId, OrgId};

use super::alone::lock_of;
use super::clients::{Client, Row};
use super::pending;
use crate::engine::{query, query_as};
use crate::error::Doing as _;
use crate::seen::unchanged;
use crate::{Changed, Seen, Slice, Store, StoreError, facts};

/// Clients, and whether an organization blocked them.
macro_rules! listed {
    ($rest:literal) => {
        concat!(
            "SELECT c.id, c.organization_id, c.kind, c.name, c.metadata, c.secret_hash, \
             c.service_account_id, c.created_at, c.last_used_at, c.fresh_until, c.etag, \
             c.revision, EXISTS (SELECT 1 FROM oauth_client_blocks b \
             WHERE b.client_id = c.id AND b.organization_id = $1) AS blocked \
             FROM oauth_clients c ",
            $rest
        )
    };
}

impl Store {
    /// The clients of an organization, newest first: its own, those somebody of it let in, and those
    /// it blocked. Each with whether it is blocked there.
    pub async fn oauth_clients(
        &self,
        organization: &OrgId,
    ) -> Result<Vec<(Client, bool)>, StoreError> {
        let slice = Slice {
            after: None,
            search: None,
            limit: u32::MAX,
        };
        self.oauth_clients_slice(organization, &slice).await
    }

    /// A part of the clients of an organization, newest first; searched are names and ids.
    pub async fn oauth_clients_slice(
        &self,
        organization: &OrgId,
        slice: &Slice<'_>,
    ) -> Result<Vec<(Client, bool)>, StoreError> {
        let (at, id) = slice.downward();
        // Of its own clients only those that can be in the part are looked at, by their index.
        let rows: Vec<Listed> = query_as(listed!(
            "WHERE c.id IN (SELECT id FROM (SELECT o.id FROM oauth_clients o \
             WHERE o.organization_id = $1 AND (o.created_at, o.id) < ($2, $3) AND ($4 IS NULL \
             OR lower(o.name) LIKE $4 ESCAPE '\\' OR lower(o.id) LIKE $4 ESCAPE '\\') \
             ORDER BY o.created_at DESC, o.id DESC LIMIT $5) AS own \
             UNION SELECT client_id FROM oauth_grants WHERE organization_id = $1 \
             UNION SELECT client_id FROM oauth_client_blocks WHERE organization_id = $1) \
             AND (c.created_at, c.id) < ($2, $3) AND ($4 IS NULL \
             OR lower(c.name) LIKE $4 ESCAPE '\\' OR lower(c.id) LIKE $4 ESCAPE '\\') \
             ORDER BY c.created_at DESC, c.id DESC LIMIT $5"
        ))
        .bind(organization.as_str())
        .bind(at)
        .bind(id)
        .bind(slice.pattern())
        .bind(slice.limit)
        .fetch_all(self.pool())
        .await
        .doing("list the OAuth clients")?;
        rows.into_iter().map(Listed::read).collect()
    }

    /// One client that an organization has anything to do with, and whether it is blocked there.
    pub async fn oauth_client_of(
        &self,
        organization: &OrgId,
        id: &ClientId,
    ) -> Result<Option<(Client, bool)>, StoreError> {
        let row: Option<Listed> = query_as(listed!(
            "WHERE c.id = $2 AND (c.organization_id = $1 \
             OR EXISTS (SELECT 1 FROM oauth_grants g \
                 WHERE g.client_id = c.id AND g.organization_id = $1) \
             OR EXISTS (SELECT 1 FROM oauth_client_blocks b \
                 WHERE b.client_id = c.id AND b.organization_id = $1))"
        ))
        .bind(organization.as_str())
        .bind(id.as_str())
        .fetch_optional(self.pool())
        .await
        .doing("read an OAuth client")?;
        row.map(Listed::read).transpose()
    }

    /// Gives a client of an organization's own another name and metadata, unless it was changed
    /// since it was seen.
    pub async fn change_oauth_client(
        &self,
        organization: &OrgId,
        client: impl Into<Seen<'_, ClientId>>,
        name: &str,
        metadata: &str,
    ) -> Result<Changed, StoreError> {
        let doing = "change an OAuth client";
        let Seen { id, revision } = client.into();
        let mut transaction = self.write(doing).await?;
        let all = || [lock_of(organization)];
        transaction.alone(all).await.doing(doing)?;
        let changed = query(
            "UPDATE oauth_clients SET name = $3, metadata = $4, revision = revision + 1 \
             WHERE organization_id = $1 AND id = $2 AND ($5 IS NULL OR revision = $5)",
        )
        .bind(organization.as_str())
        .bind(id.as_str())
        .bind(name)
        .bind(metadata)
        .bind(revision)
        .execute(&mut *transaction)
        .await
        .doing(doing)?;
        if changed.rows_affected() == 0 {
            let exists = "SELECT EXISTS (SELECT 1 FROM oauth_clients \
                          WHERE organization_id = $1 AND id = $2)";
            return unchanged(&mut transaction, exists, organization.as_str(), id.as_str()).await;
        }
        pending::forget(&mut transaction, organization, Some(id.as_str()), None).await?;
        facts::bump_auth_epoch(&mut transaction).await?;
        transaction.commit().await.doing(doing)?;
        Ok(Changed::Done)
    }
}

#[derive(sqlx::FromRow)]
struct Listed {
    #[sqlx(flatten)]
    client: Row,
    blocked: bool,
}

impl Listed {
    fn read(self) -> Result<(Client, bool), StoreError> {
        Ok((self.client.read()?, self.blocked))
    }
}
