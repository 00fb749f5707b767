use jiff::Timestamp;
use keyway_core::ClientId;

use crate::engine::query;
use crate::error::Doing as _;
use crate::{Store, StoreError};

impl Store {
    /// Records that a client's assertion was used. Answers false when it was used before: an
    /// assertion works once. Names no organization, because it is what tells who the client is.
    pub async fn use_oauth_assertion(
        &self,
        client: &ClientId,
        jti_hash: &str,
        expires_at: Timestamp,
    ) -> Result<bool, StoreError> {
        query(
            "INSERT INTO oauth_assertions (client_id, jti_hash, expires_at) VALUES ($1, $2, $3) \
             ON CONFLICT DO NOTHING",
        )
        .bind(client.as_str())
        .bind(jti_hash)
        .bind(expires_at.as_millisecond())
        .execute(self.pool())
        .await
        .map(|made| made.rows_affected() > 0)
        .doing("record a client's assertion")
    }
}
