use keyway_core::OrgId;

use crate::engine::{query, query_scalar};
use crate::error::Doing as _;
use crate::{Store, StoreError};

impl Store {
    /// What is sealed of a client that was registered for a credential.
    pub async fn credential_client(
        &self,
        organization: &OrgId,
        id: &str,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        query_scalar("SELECT sealed FROM credential_clients WHERE organization_id = $1 AND id = $2")
            .bind(organization.as_str())
            .bind(id)
            .fetch_optional(self.pool())
            .await
            .doing("read a registered client")
    }

    /// Keeps a client that was registered for a credential, in place of an earlier one.
    pub async fn put_credential_client(
        &self,
        organization: &OrgId,
        key: &str,
        id: &str,
        sealed: &[u8],
    ) -> Result<(), StoreError> {
        query(
            "INSERT INTO credential_clients (id, organization_id, key, sealed) \
             VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO UPDATE SET sealed = $4 \
             WHERE credential_clients.organization_id = $2 AND credential_clients.key = $3",
        )
        .bind(id)
        .bind(organization.as_str())
        .bind(key)
        .bind(sealed)
        .execute(self.pool())
        .await
        .map(drop)
        .doing("keep a registered client")
    }

    /// Forgets a client that was registered for a credential. Answers false when it is not there.
    pub async fn delete_credential_client(
        &self,
        organization: &OrgId,
        id: &str,
    ) -> Result<bool, StoreError> {
        let deleted =
            query("DELETE FROM credential_clients WHERE organization_id = $1 AND id = $2")
                .bind(organization.as_str())
                .bind(id)
                .execute(self.pool())
                .await
                .doing("forget a registered client")?;
        Ok(deleted.rows_affected() > 0)
    }

    /// Forgets every client that was registered for a credential.
    pub async fn delete_credential_clients(
        &self,
        organization: &OrgId,
        key: &str,
    ) -> Result<(), StoreError> {
        query("DELETE FROM credential_clients WHERE organization_id = $1 AND key = $2")
            .bind(organization.as_str())
            .bind(key)
            .execute(self.pool())
            .await
            .map(drop)
            .doing("forget registered clients")
    }
}
