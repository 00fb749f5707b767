use jiff::Timestamp;
use keyway_core::PublicationId;

use super::StoredPublication;
use super::publication::{COLUMNS, Row, TABLES};
use crate::error::Doing as _;
use crate::{Store, StoreError, store};

/// A publication with the secret that its webhooks are signed with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Door {
    /// The publication.
    pub publication: StoredPublication,
    /// The secret, sealed.
    pub sealed: Vec<u8>,
    /// The secret before, sealed.
    pub before: Option<Vec<u8>>,
    /// Until when that is good as well.
    pub before_until: Option<Timestamp>,
}

#[derive(sqlx::FromRow)]
struct DoorRow {
    #[sqlx(flatten)]
    row: Row,
    sealed: Vec<u8>,
    sealed_before: Option<Vec<u8>>,
    before_until: Option<i64>,
}

impl Store {
    /// What is behind the address of a publication of a provider. `None` where there is none, or none any
    /// more. Names no organization: who knocks is nobody yet, and the address tells whose it is.
    pub async fn door(
        &self,
        provider: &str,
        id: &PublicationId,
    ) -> Result<Option<Door>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS}, i.sealed, i.sealed_before, i.before_until FROM {TABLES} \
             WHERE p.id = $1 AND i.provider = $2 AND p.removed_at IS NULL AND i.sealed IS NOT NULL"
        );
        let row: Option<DoorRow> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(id.as_str())
            .bind(provider)
            .fetch_optional(self.pool())
            .await
            .doing("look for a publication")?;
        let door = |row: DoorRow| {
            Ok(Door {
                publication: row.row.read()?,
                sealed: row.sealed,
                before: row.sealed_before,
                before_until: row.before_until.map(store::moment).transpose()?,
            })
        };
        row.map(door).transpose()
    }
}
