//! The two ways to take jobs that are free: each engine has its own idea of who waits for whom.

use super::ClaimJobs;
use super::claim::ClaimedRow;
use super::job::COLUMNS;
use crate::engine::query_as;
use crate::error::Doing as _;
use crate::{Store, StoreError};

const DOING: &str = "claim jobs";

/// The two sorts of jobs that are free at `$1`: apart, so that each is read in the order of an index, and no
/// further than needed.
const FREE: [&str; 2] = [
    "j.state = 'running' AND j.lease_until <= $1 AND j.attempts < j.max_attempts",
    "j.state = 'queued' AND j.run_at <= $1",
];

/// Nothing of its order is before a job `j`.
const FIRST: &str = "(j.ordering_key IS NULL OR NOT EXISTS (SELECT 1 FROM jobs e \
     WHERE e.organization_id = j.organization_id AND e.ordering_key = j.ordering_key \
     AND e.state IN ('queued', 'running') AND e.seq < j.seq))";

/// Gives jobs to a worker.
const TAKE: &str = "UPDATE jobs AS j SET state = 'running', lease_holder = $2, lease_until = $3, \
     fence = fence + 1, attempts = attempts + 1";

/// On SQLite they are looked for without the lock, and then taken as far as they are still free.
pub(super) async fn looked_for(
    store: &Store,
    claim: &ClaimJobs<'_>,
    kinds: &str,
) -> Result<Vec<ClaimedRow>, StoreError> {
    let now = claim.now.as_millisecond();
    let free = free_jobs(store, kinds, now, claim.limit).await?;
    if free.is_empty() {
        return Ok(Vec::new());
    }
    let [lost, queued] = FREE;
    let sql = format!(
        "{TAKE} WHERE j.seq IN (SELECT value FROM json_each($4)) \
         AND (({queued}) OR ({lost})) AND {FIRST} \
         RETURNING {COLUMNS}, organization_id, fence, payload"
    );
    query_as(sqlx::AssertSqlSafe(sql))
        .bind(now)
        .bind(claim.holder)
        .bind(claim.until.as_millisecond())
        .bind(format!("{free:?}"))
        .fetch_all(&mut *store.writer().await?)
        .await
        .doing(DOING)
}

/// The places of jobs that may be claimed, oldest moment first. A look that takes no lock: neither idle
/// workers nor a long queue keep anybody from writing.
async fn free_jobs(
    store: &Store,
    kinds: &str,
    now: i64,
    limit: u32,
) -> Result<Vec<i64>, StoreError> {
    let mut free: Vec<(i64, i64)> = Vec::new();
    for due in FREE {
        let sql = format!(
            "SELECT j.run_at, j.seq FROM jobs j WHERE {due} \
             AND j.kind IN (SELECT value FROM json_each($2)) AND {FIRST} \
             ORDER BY j.run_at, j.seq LIMIT $3"
        );
        let found: Vec<(i64, i64)> = query_as(sqlx::AssertSqlSafe(sql))
            .bind(now)
            .bind(kinds)
            .bind(limit)
            .fetch_all(store.pool())
            .await
            .doing("look for jobs")?;
        free.extend(found);
    }
    free.sort_unstable();
    free.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(free.into_iter().map(|(_, seq)| seq).collect())
}

/// On PostgreSQL they are looked for and taken at once, and nobody waits for what another worker is taking.
/// Leases that ran out come first.
pub(super) async fn unlocked(
    store: &Store,
    claim: &ClaimJobs<'_>,
    kinds: &str,
) -> Result<Vec<ClaimedRow>, StoreError> {
    let mut taken: Vec<ClaimedRow> = Vec::new();
    for free in FREE {
        let room = u32::try_from(taken.len()).map_or(0, |taken| claim.limit.saturating_sub(taken));
        if room == 0 {
            break;
        }
        // The look is made once, whatever the plan: each row that it locks is taken.
        let sql = format!(
            "WITH free (place) AS MATERIALIZED (SELECT j.seq FROM jobs j WHERE {free} \
             AND j.kind IN (SELECT value FROM json_each($4)) AND {FIRST} \
             ORDER BY j.run_at, j.seq LIMIT $5 FOR UPDATE SKIP LOCKED) \
             {TAKE} FROM free WHERE j.seq = free.place \
             RETURNING {COLUMNS}, organization_id, fence, payload"
        );
        let rows: Vec<ClaimedRow> = query_as(sqlx::AssertSqlSafe(sql))
            .bind(claim.now.as_millisecond())
            .bind(claim.holder)
            .bind(claim.until.as_millisecond())
            .bind(kinds)
            .bind(room)
            .fetch_all(store.pool())
            .await
            .doing(DOING)?;
        taken.extend(rows);
    }
    Ok(taken)
}
