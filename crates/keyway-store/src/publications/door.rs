use jiff::Timestamp;
use keyway_core::PublicationId;
use keyway_core::provider::Claim;

use super::StoredPublication;
use super::publication::{COLUMNS, Row, TABLES};
use crate::engine::query_as;
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

/// What is true of an installation that works, or would if somebody agreed again.
const THERE: &str = "(i.state IN ('installed', 'suspended', 'needs_reauth'))";

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
        let row: Option<DoorRow> = query_as(sqlx::AssertSqlSafe(sql))
            .bind(id.as_str())
            .bind(provider)
            .fetch_optional(self.pool())
            .await
            .doing("look for a publication")?;
        row.map(DoorRow::read).transpose()
    }

    /// Publications of a provider that a request may be for by what it claims: those that are installed
    /// before those that were, one of each organization before a second of any, the last made first; all of
    /// the provider where it names no workspace. Names no organization either, and nothing of what is found counts before one of their secrets does.
    pub async fn doors(
        &self,
        provider: &str,
        claim: &Claim,
        limit: u32,
    ) -> Result<Vec<Door>, StoreError> {
        let there = if claim.workspaces.is_empty() {
            ""
        } else {
            "AND i.workspace_id IN ($3, $4) AND ($5 IS NULL OR i.app = $5) "
        };
        let sql = format!(
            "SELECT {COLUMNS}, i.sealed, i.sealed_before, i.before_until FROM {TABLES} \
             WHERE i.provider = $1 {there}AND p.removed_at IS NULL AND i.sealed IS NOT NULL \
             ORDER BY {THERE} DESC, \
             row_number() OVER (PARTITION BY p.organization_id, {THERE} ORDER BY p.seq DESC), \
             p.seq DESC LIMIT $2"
        );
        let mut query = query_as(sqlx::AssertSqlSafe(sql))
            .bind(provider)
            .bind(limit);
        if let Some(first) = claim.workspaces.first() {
            let second = claim.workspaces.get(1).unwrap_or(first);
            query = query.bind(first).bind(second).bind(claim.app.as_deref());
        }
        let rows: Vec<DoorRow> = query
            .fetch_all(self.pool())
            .await
            .doing("look for the installations of a webhook")?;
        rows.into_iter().map(DoorRow::read).collect()
    }
}

impl DoorRow {
    fn read(self) -> Result<Door, StoreError> {
        Ok(Door {
            publication: self.row.read()?,
            sealed: self.sealed,
            before: self.sealed_before,
            before_until: self.before_until.map(store::moment).transpose()?,
        })
    }
}
