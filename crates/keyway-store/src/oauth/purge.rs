use jiff::Timestamp;

use crate::engine::query;
use crate::error::Doing as _;
use crate::{Store, StoreError};

/// Which rows have ended long enough to be forgotten.
#[derive(Debug, Clone, Copy)]
pub struct Purged {
    /// Tokens that ended before this.
    pub tokens_before: Timestamp,
    /// Codes, devices' codes and assertions that ended before this. A code has to outlive its own
    /// end for a while, so that a late second use is still recognised.
    pub codes_before: Timestamp,
    /// Grants that ended or were revoked before this.
    pub grants_before: Timestamp,
    /// Clients that belong to nobody and were last used before this.
    pub clients_before: Timestamp,
}

impl Store {
    /// Deletes ended rows, at most `limit` of each kind, and answers how many went: none once all
    /// is done. Belongs to the installation, so it names no organization.
    pub async fn purge_oauth(&self, what: &Purged, limit: u32) -> Result<u64, StoreError> {
        let doing = "forget what has ended";
        let steps: [(&str, Timestamp); 6] = [
            (
                "DELETE FROM oauth_tokens WHERE hash IN \
                 (SELECT hash FROM oauth_tokens WHERE expires_at < $1 LIMIT $2)",
                what.tokens_before,
            ),
            (
                "DELETE FROM oauth_codes WHERE hash IN \
                 (SELECT hash FROM oauth_codes WHERE expires_at < $1 LIMIT $2)",
                what.codes_before,
            ),
            (
                "DELETE FROM oauth_device_codes WHERE hash IN \
                 (SELECT hash FROM oauth_device_codes WHERE expires_at < $1 LIMIT $2)",
                what.codes_before,
            ),
            (
                "DELETE FROM oauth_assertions WHERE (client_id, jti_hash) IN \
                 (SELECT client_id, jti_hash FROM oauth_assertions WHERE expires_at < $1 LIMIT $2)",
                what.codes_before,
            ),
            (
                "DELETE FROM oauth_grants WHERE id IN (SELECT id FROM oauth_grants \
                 WHERE expires_at < $1 OR revoked_at < $1 LIMIT $2)",
                what.grants_before,
            ),
            (
                "DELETE FROM oauth_clients WHERE id IN (SELECT id FROM oauth_clients \
                 WHERE kind IN ('registered', 'document') AND last_used_at < $1 LIMIT $2)",
                what.clients_before,
            ),
        ];
        let mut gone = 0;
        for (sql, before) in steps {
            gone += query(sql)
                .bind(before.as_millisecond())
                .bind(limit)
                .execute(self.pool())
                .await
                .doing(doing)?
                .rows_affected();
        }
        Ok(gone)
    }
}
