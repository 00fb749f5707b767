use jiff::{SignedDuration, Timestamp};
use keyway_core::OrgId;

use super::read::{AuditFilter, AuditRow, select};
use crate::engine::query_as;
use crate::error::Doing as _;
use crate::{Store, StoreError};

/// By how much the moments of events that stand beside each other may be out of order.
const DISORDER: SignedDuration = SignedDuration::from_mins(1);

/// The most events of a block.
const BLOCK: i64 = 128;

/// How many blocks are read at once, at first and at most.
const BLOCKS: std::ops::RangeInclusive<u32> = 1..=64;

/// What a search found, and how far it looked.
#[derive(Debug, Clone, Default)]
pub struct AuditFound {
    /// The events, newest first.
    pub rows: Vec<AuditRow>,
    /// How many events were looked at.
    pub looked_at: u64,
    /// The place before which the search goes on; `None` where there is nothing more.
    pub before: Option<i64>,
}

impl Store {
    /// Events before a place, or the last ones, newest first, at most `limit`: like
    /// [`Store::audit_before`], but it stops once it looked at about `most` events, and where moments
    /// are given it looks only near them.
    pub async fn search_audit(
        &self,
        organization: &OrgId,
        filter: &AuditFilter,
        before: Option<i64>,
        limit: u32,
        most: u64,
    ) -> Result<AuditFound, StoreError> {
        let mut found = AuditFound::default();
        let mut before = before.unwrap_or(i64::MAX);
        if let Some(until) = filter.until.and_then(|at| at.checked_add(DISORDER).ok()) {
            let end = self.audit_place(organization, until).await?;
            // The last block may be longer than its first event says.
            before = before.min(end.map_or(i64::MAX, |end| end.saturating_add(BLOCK)));
        }
        let since = filter.since.and_then(|at| at.checked_sub(DISORDER).ok());
        let from = match since {
            // The block before it may still have later events.
            Some(since) => self
                .audit_place(organization, since)
                .await?
                .map_or(0, |at| at - BLOCK),
            None => 0,
        };
        let mut blocks = *BLOCKS.start();
        loop {
            let mut query = select(organization, filter);
            query.push(" AND b.first < ").push_bind(before);
            query.push(" AND b.first >= ").push_bind(from);
            query
                .push(" ORDER BY b.first DESC LIMIT ")
                .push_bind(blocks);
            let read = self.audit_blocks(query).await?;
            for block in &read {
                let rows = block.rows(organization);
                for row in rows.into_iter().rev().filter(|row| row.seq < before) {
                    found.looked_at += 1;
                    let seq = row.seq;
                    if filter.finds(&row) {
                        found.rows.push(row);
                    }
                    if found.rows.len() >= limit as usize {
                        found.before = Some(seq);
                        return Ok(found);
                    }
                }
                before = block.first;
            }
            if read.len() < blocks as usize {
                return Ok(found);
            }
            if found.looked_at >= most {
                found.before = Some(before);
                return Ok(found);
            }
            blocks = (blocks * 4).min(*BLOCKS.end());
        }
    }

    /// The place of the first block all of which is of this moment or later, taking moments to be in
    /// order, or the end; `None` where there is no log. Looks at few blocks, however long the log is.
    async fn audit_place(
        &self,
        organization: &OrgId,
        at: Timestamp,
    ) -> Result<Option<i64>, StoreError> {
        let ends: (Option<i64>, Option<i64>) = query_as(
            "SELECT (SELECT min(first) FROM audit_blocks WHERE organization_id = $1), \
                    (SELECT max(first) FROM audit_blocks WHERE organization_id = $1)",
        )
        .bind(organization.as_str())
        .fetch_one(self.pool())
        .await
        .doing("read the audit log")?;
        let (Some(mut low), Some(last)) = ends else {
            return Ok(None);
        };
        // Blocks before `low` are earlier; those from `high` on are not.
        let mut high = last + 1;
        while low < high {
            let middle = low + (high - low) / 2;
            let (first, next, since) = self.audit_block_at(organization, middle).await?;
            if since < at.as_millisecond() {
                low = next.unwrap_or(high).max(middle + 1).min(high);
            } else {
                high = first.min(middle);
            }
        }
        Ok(Some(low))
    }

    /// Of the block that a place is in: where it and the next one begin, and its earliest moment.
    async fn audit_block_at(
        &self,
        organization: &OrgId,
        place: i64,
    ) -> Result<(i64, Option<i64>, i64), StoreError> {
        query_as(
            "SELECT first, (SELECT min(next.first) FROM audit_blocks next \
               WHERE next.organization_id = $1 AND next.first > b.first), since \
             FROM audit_blocks b WHERE organization_id = $1 AND first <= $2 \
             ORDER BY first DESC LIMIT 1",
        )
        .bind(organization.as_str())
        .bind(place)
        .fetch_one(self.pool())
        .await
        .doing("read the audit log")
    }
}
