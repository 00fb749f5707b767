use std::collections::HashMap;

use super::claim::{ClaimJobs, ClaimedJob, FIRST, kinds};
use crate::engine::query_as;
use crate::error::Doing as _;
use crate::{Store, StoreError};

const DOING: &str = "look for jobs of everybody";

/// How often is looked past those who have what they may.
const LOOKS: usize = 8;

/// A job that may be claimed: its moment, its place, and for whom it is.
type Free = (i64, i64, String);

impl Store {
    /// As [`Store::claim_jobs`], but nobody has more than `each` of these kinds run at once, however much of theirs
    /// waits and for however long: who comes later finds room.
    pub async fn claim_jobs_of_each(
        &self,
        claim: &ClaimJobs<'_>,
        each: u32,
    ) -> Result<Vec<ClaimedJob>, StoreError> {
        let (kinds, now) = (kinds(claim), claim.now.as_millisecond());
        self.give_up_lost(&kinds, now).await?;
        let limit = usize::try_from(claim.limit).unwrap_or(usize::MAX);
        let (mut taken, mut held) = (Vec::new(), HashMap::<String, u32>::new());
        for look in 0..LOOKS {
            let full = held.iter().filter(|(_, count)| **count >= each);
            let full: Vec<_> = full.map(|(whose, _)| whose.clone()).collect();
            let found = self.free_but(&kinds, claim, &full, &taken).await?;
            if found.is_empty() {
                break;
            }
            // Where nothing waits nobody is counted.
            if look == 0 {
                held = self.held_by_each(&kinds, now).await?;
            }
            let mut is_passed_over = false;
            for (_, seq, whose) in found {
                let count = held.entry(whose).or_default();
                if *count >= each {
                    is_passed_over = true;
                } else if taken.len() < limit {
                    *count += 1;
                    taken.push(seq);
                }
            }
            if !is_passed_over || taken.len() >= limit {
                break;
            }
        }
        self.claim_free(claim, &taken).await
    }

    /// How many jobs are held for each for whom one is, by organization and actor.
    async fn held_by_each(
        &self,
        kinds: &str,
        now: i64,
    ) -> Result<HashMap<String, u32>, StoreError> {
        let counts: Vec<(String, i64)> = query_as(
            "SELECT organization_id || '/' || actor, count(*) FROM jobs \
             WHERE state = 'running' AND lease_until > $2 \
             AND kind IN (SELECT value FROM json_each($1)) GROUP BY organization_id, actor",
        )
        .bind(kinds)
        .bind(now)
        .fetch_all(self.pool())
        .await
        .doing(DOING)?;
        let count = |(whose, count)| (whose, u32::try_from(count).unwrap_or(u32::MAX));
        Ok(counts.into_iter().map(count).collect())
    }

    /// Jobs that may be claimed, oldest moment first, of everybody but some, and none that was taken.
    async fn free_but(
        &self,
        kinds: &str,
        claim: &ClaimJobs<'_>,
        but: &[String],
        taken: &[i64],
    ) -> Result<Vec<Free>, StoreError> {
        let mut free: Vec<Free> = Vec::new();
        let place = self.pool().dialect().pick("j.seq", "j.seq::text");
        for due in [
            "j.state = 'running' AND j.lease_until <= $2 AND j.attempts < j.max_attempts",
            "j.state = 'queued' AND j.run_at <= $2",
        ] {
            let sql = format!(
                "SELECT j.run_at, j.seq, j.organization_id || '/' || j.actor FROM jobs j WHERE {due} \
                 AND j.kind IN (SELECT value FROM json_each($1)) \
                 AND j.organization_id || '/' || j.actor NOT IN (SELECT value FROM json_each($4)) \
                 AND {place} NOT IN (SELECT value FROM json_each($5)) AND {FIRST} \
                 ORDER BY j.run_at, j.seq LIMIT $3"
            );
            // Ids are letters, digits and `_`: written like this they are JSON.
            let found: Vec<Free> = query_as(sqlx::AssertSqlSafe(sql))
                .bind(kinds)
                .bind(claim.now.as_millisecond())
                .bind(claim.limit)
                .bind(format!("{but:?}"))
                .bind(format!("{taken:?}"))
                .fetch_all(self.pool())
                .await
                .doing(DOING)?;
            free.extend(found);
        }
        free.sort_unstable();
        free.truncate(usize::try_from(claim.limit).unwrap_or(usize::MAX));
        Ok(free)
    }
}
