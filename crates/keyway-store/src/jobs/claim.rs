use jiff::Timestamp;
use keyway_core::{JobId, OrgId};

use super::job::{COLUMNS, Job, Row};
use crate::engine::{Dialect, query, query_as, query_scalar};
use crate::error::Doing as _;
use crate::{Store, StoreError, store};

/// What a worker asks for.
#[derive(Debug, Clone)]
pub struct ClaimJobs<'a> {
    /// The kinds it knows.
    pub kinds: &'a [&'a str],
    /// Who it is, for people who look.
    pub holder: &'a str,
    /// Now.
    pub now: Timestamp,
    /// Until when it holds what it gets.
    pub until: Timestamp,
    /// The most jobs it takes.
    pub limit: u32,
}

/// Whose jobs are left for later, so that nobody waits behind whoever takes their time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Busy {
    /// None of these organizations.
    pub organizations: Vec<OrgId>,
    /// None with such an `endpoint` in its payload.
    pub endpoints: Vec<String>,
}

impl Busy {
    fn is_empty(&self) -> bool {
        self.organizations.is_empty() && self.endpoints.is_empty()
    }
}

/// The proof that someone holds a job: its fence is the one of the last claim, or nothing is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobLease {
    /// Whose job it is.
    pub organization: OrgId,
    /// The job.
    pub id: JobId,
    /// Which claim of it; each has a higher number than the one before.
    pub fence: i64,
}

/// A job that was claimed, and all that is needed to do it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedJob {
    /// The claim.
    pub lease: JobLease,
    /// The job; this attempt is counted.
    pub job: Job,
    /// For whom: JSON.
    pub asker: String,
    /// With what: JSON.
    pub payload: String,
}

#[derive(sqlx::FromRow)]
pub(super) struct ClaimedRow {
    #[sqlx(flatten)]
    row: Row,
    organization_id: String,
    fence: i64,
    payload: String,
}

const DOING: &str = "claim jobs";

/// Nothing of its order is before a job `j`.
pub(super) const FIRST: &str = "(j.ordering_key IS NULL OR NOT EXISTS (SELECT 1 FROM jobs e \
     WHERE e.organization_id = j.organization_id AND e.ordering_key = j.ordering_key \
     AND e.state IN ('queued', 'running') AND e.seq < j.seq))";

/// A job `j` is free at `$1`.
const FREE: &str = "((j.state = 'queued' AND j.run_at <= $1) \
     OR (j.state = 'running' AND j.lease_until <= $1))";

/// Gives jobs to a worker.
const TAKE: &str = "UPDATE jobs AS j SET state = 'running', lease_holder = $2, lease_until = $3, \
     fence = fence + 1, attempts = attempts + 1";

/// How often is looked for more where others took all that was found.
const LOOKS: usize = 3;

/// A job `j` is of nobody who is busy.
const OF_OTHERS: &str = "AND j.organization_id NOT IN (SELECT value FROM json_each($4)) \
     AND coalesce(json_extract(j.payload, '$.endpoint'), '') NOT IN (SELECT value FROM json_each($5))";

/// The code of a job whose last worker never said how it ended.
const LOST: &str = "lease_expired";

impl Store {
    /// Claims jobs whose moment has come and that nobody holds, or whose holder has let the lease run
    /// out; oldest moment first. Those whose holders vanished at the last attempt are given up. Names
    /// no organization: workers work for all.
    pub async fn claim_jobs(&self, claim: &ClaimJobs<'_>) -> Result<Vec<ClaimedJob>, StoreError> {
        self.claim_jobs_beside(claim, &Busy::default()).await
    }

    /// The same, of nobody who is busy.
    pub async fn claim_jobs_beside(
        &self,
        claim: &ClaimJobs<'_>,
        busy: &Busy,
    ) -> Result<Vec<ClaimedJob>, StoreError> {
        let (kinds, now) = (kinds(claim), claim.now.as_millisecond());
        self.give_up_lost(&kinds, now).await?;
        for _ in 0..LOOKS {
            let free = self.free_jobs(&kinds, now, claim.limit, busy).await?;
            let claimed = self.claim_free(claim, &free).await?;
            if free.is_empty() || !claimed.is_empty() {
                return Ok(claimed);
            }
        }
        Ok(Vec::new())
    }

    /// Claims those of some jobs that are free still.
    pub(super) async fn claim_free(
        &self,
        claim: &ClaimJobs<'_>,
        free: &[i64],
    ) -> Result<Vec<ClaimedJob>, StoreError> {
        if free.is_empty() {
            return Ok(Vec::new());
        }
        // Somebody else may have taken one since.
        let free_still = format!("{FREE} AND {FIRST}");
        let sql = match self.pool().dialect() {
            Dialect::Sqlite => format!(
                "{TAKE} WHERE j.seq IN (SELECT value FROM json_each($4)) AND {free_still} \
                 RETURNING {COLUMNS}, organization_id, fence, payload"
            ),
            // Nobody waits for what another worker is taking. The look is made once, whatever the plan.
            Dialect::Postgres => format!(
                "WITH free (place) AS MATERIALIZED (SELECT j.seq FROM jobs j WHERE j.seq IN \
                 (SELECT value::bigint FROM json_each($4)) AND {free_still} \
                 FOR UPDATE SKIP LOCKED) {TAKE} FROM free WHERE j.seq = free.place \
                 RETURNING {COLUMNS}, organization_id, fence, payload"
            ),
        };
        let rows: Vec<ClaimedRow> = query_as(sqlx::AssertSqlSafe(sql))
            .bind(claim.now.as_millisecond())
            .bind(claim.holder)
            .bind(claim.until.as_millisecond())
            .bind(format!("{free:?}"))
            .fetch_all(&mut *self.writer().await?)
            .await
            .doing(DOING)?;
        let mut claimed = rows
            .into_iter()
            .map(ClaimedRow::read)
            .collect::<Result<Vec<_>, _>>()?;
        claimed.sort_by_key(|claimed| (claimed.job.run_at, claimed.job.seq));
        Ok(claimed)
    }

    /// Holds a job for longer. False once someone else does, or it was taken back.
    pub async fn keep_job(&self, lease: &JobLease, until: Timestamp) -> Result<bool, StoreError> {
        let kept = query(
            "UPDATE jobs SET lease_until = $4 WHERE organization_id = $1 AND id = $2 \
             AND fence = $3 AND state = 'running'",
        )
        .bind(lease.organization.as_str())
        .bind(lease.id.as_str())
        .bind(lease.fence)
        .bind(until.as_millisecond())
        .execute(&mut *self.writer().await?)
        .await
        .doing("hold a job for longer")?;
        Ok(kept.rows_affected() > 0)
    }

    /// The places of jobs that may be claimed, oldest moment first. A look that takes no lock: neither idle
    /// workers nor a long queue keep anybody from writing.
    async fn free_jobs(
        &self,
        kinds: &str,
        now: i64,
        limit: u32,
        busy: &Busy,
    ) -> Result<Vec<i64>, StoreError> {
        let mut free: Vec<(i64, i64)> = Vec::new();
        let others = if busy.is_empty() { "" } else { OF_OTHERS };
        // Apart, so that each is read in the order of an index, and no further than needed.
        for due in [
            "j.state = 'running' AND j.lease_until <= $2 AND j.attempts < j.max_attempts",
            "j.state = 'queued' AND j.run_at <= $2",
        ] {
            let sql = format!(
                "SELECT j.run_at, j.seq FROM jobs j WHERE {due} \
                 AND j.kind IN (SELECT value FROM json_each($1)) AND {FIRST} {others} \
                 ORDER BY j.run_at, j.seq LIMIT $3"
            );
            let mut looking = query_as(sqlx::AssertSqlSafe(sql))
                .bind(kinds)
                .bind(now)
                .bind(limit);
            if !busy.is_empty() {
                looking = looking
                    .bind(list(busy.organizations.iter().map(OrgId::as_str)))
                    .bind(list(busy.endpoints.iter().map(String::as_str)));
            }
            let found: Vec<(i64, i64)> = looking
                .fetch_all(self.pool())
                .await
                .doing("look for jobs")?;
            free.extend(found);
        }
        free.sort_unstable();
        free.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(free.into_iter().map(|(_, seq)| seq).collect())
    }

    pub(super) async fn give_up_lost(&self, kinds: &str, now: i64) -> Result<(), StoreError> {
        if self.has_lost_jobs(kinds, now).await? {
            self.give_up_lost_jobs(kinds, now).await?;
        }
        Ok(())
    }

    async fn give_up_lost_jobs(&self, kinds: &str, now: i64) -> Result<(), StoreError> {
        query(
            "UPDATE jobs SET state = 'dead', finished_at = $2, fence = fence + 1, \
             last_error = $3, lease_holder = NULL, lease_until = NULL \
             WHERE state = 'running' AND lease_until <= $2 AND attempts >= max_attempts \
             AND kind IN (SELECT value FROM json_each($1))",
        )
        .bind(kinds)
        .bind(now)
        .bind(LOST)
        .execute(&mut *self.writer().await?)
        .await
        .map(drop)
        .doing("give up jobs")
    }

    /// Whether there are jobs whose holders vanished at the last attempt.
    async fn has_lost_jobs(&self, kinds: &str, now: i64) -> Result<bool, StoreError> {
        query_scalar(
            "SELECT EXISTS (SELECT 1 FROM jobs WHERE state = 'running' AND lease_until <= $2 \
             AND attempts >= max_attempts AND kind IN (SELECT value FROM json_each($1)))",
        )
        .bind(kinds)
        .bind(now)
        .fetch_one(self.pool())
        .await
        .doing("look for jobs")
    }
}

/// A JSON list of ids, which have nothing that would have to be escaped; another text is none of them.
fn list<'a>(ids: impl Iterator<Item = &'a str>) -> String {
    let plain = |id: &&str| {
        id.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
    };
    let ids: Vec<_> = ids.filter(plain).map(|id| format!("\"{id}\"")).collect();
    format!("[{}]", ids.join(","))
}

/// The kinds that are asked for, as JSON.
pub(super) fn kinds(claim: &ClaimJobs<'_>) -> String {
    let kinds = claim.kinds.iter().map(|kind| format!("\"{kind}\""));
    format!("[{}]", kinds.collect::<Vec<_>>().join(","))
}

impl ClaimedRow {
    fn read(self) -> Result<ClaimedJob, StoreError> {
        let asker = self.row.asker.clone();
        let job = self.row.read()?;
        Ok(ClaimedJob {
            lease: JobLease {
                organization: store::id(&self.organization_id)?,
                id: job.id.clone(),
                fence: self.fence,
            },
            job,
            asker,
            payload: self.payload,
        })
    }
}
