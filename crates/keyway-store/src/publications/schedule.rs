use jiff::Timestamp;

use super::StoredPublication;
use super::publication::{COLUMNS, Row, TABLES};
use crate::engine::{query, query_as};
use crate::error::Doing as _;
use crate::{Store, StoreError};

/// The most publications that are looked for at once.
const AT_ONCE: u32 = 100;

impl Store {
    /// Publications of any organization that are due by the clock, those first that have been for longest:
    /// the clock asks for nobody. None that is paused or removed is.
    pub async fn publications_due(
        &self,
        now: Timestamp,
    ) -> Result<Vec<StoredPublication>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM {TABLES} WHERE p.next_run_at IS NOT NULL AND p.next_run_at <= $1 \
             AND p.removed_at IS NULL AND p.paused_at IS NULL ORDER BY p.next_run_at LIMIT $2"
        );
        let rows: Vec<Row> = query_as(sqlx::AssertSqlSafe(sql))
            .bind(now.as_millisecond())
            .bind(AT_ONCE)
            .fetch_all(self.pool())
            .await
            .doing("look for publications that are due")?;
        rows.into_iter().map(Row::read).collect()
    }

    /// Publications of any organization that run by the clock, those first that are due last.
    pub async fn publications_due_last(&self) -> Result<Vec<StoredPublication>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM {TABLES} WHERE p.next_run_at IS NOT NULL \
             AND p.removed_at IS NULL AND p.paused_at IS NULL ORDER BY p.next_run_at DESC LIMIT $1"
        );
        let rows: Vec<Row> = query_as(sqlx::AssertSqlSafe(sql))
            .bind(AT_ONCE)
            .fetch_all(self.pool())
            .await
            .doing("look for publications that run by the clock")?;
        rows.into_iter().map(Row::read).collect()
    }

    /// Says when a publication is due next, once a run was recorded. False where somebody else did, or
    /// changed it meanwhile.
    pub async fn publication_ran(
        &self,
        stored: &StoredPublication,
        next: Option<Timestamp>,
    ) -> Result<bool, StoreError> {
        let moved = query(
            "UPDATE publications SET next_run_at = $4 WHERE organization_id = $1 AND id = $2 \
             AND next_run_at = $3 AND revision = $5",
        )
        .bind(stored.organization.as_str())
        .bind(stored.id.as_str())
        .bind(stored.next_run_at.map(Timestamp::as_millisecond))
        .bind(next.map(Timestamp::as_millisecond))
        .bind(stored.revision)
        .execute(self.pool())
        .await
        .doing("say when a publication is due next")?;
        Ok(moved.rows_affected() > 0)
    }
}
