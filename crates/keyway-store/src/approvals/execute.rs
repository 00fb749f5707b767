use jiff::Timestamp;
use keyway_core::{ApprovalId, OrgId};

use crate::audit::Hash;
use crate::engine::{query, query_scalar};
use crate::error::Doing as _;
use crate::{Store, StoreError};

/// The proof that a call that was approved is run by whoever holds this, and by nobody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovalLease {
    /// Whose approval it is.
    pub organization: OrgId,
    /// The approval.
    pub id: ApprovalId,
    /// Which claim of it.
    pub fence: i64,
}

impl Store {
    /// Takes up a call that was approved, to run it once: only while it is the very call, its time is
    /// not over, and nobody took it up before. What was taken up is never taken up again.
    pub async fn claim_approval(
        &self,
        organization: &OrgId,
        id: &ApprovalId,
        (call, definition): (&Hash, &Hash),
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<ApprovalLease>, StoreError> {
        let fence: Option<i64> = query_scalar(
            "UPDATE approvals SET state = 'executed', executed_at = $5, lease_until = $6, \
             fence = fence + 1 WHERE organization_id = $1 AND id = $2 AND call_hash = $3 \
             AND definition_hash = $4 AND state = 'approved' AND expires_at > $5 RETURNING fence",
        )
        .bind(organization.as_str())
        .bind(id.as_str())
        .bind(call.as_slice())
        .bind(definition.as_slice())
        .bind(now.as_millisecond())
        .bind(until.as_millisecond())
        .fetch_optional(self.pool())
        .await
        .doing("take up an approved call")?;
        Ok(fence.map(|fence| ApprovalLease {
            organization: organization.clone(),
            id: id.clone(),
            fence,
        }))
    }

    /// Says that an approved call still runs. False when it is held to have been lost.
    pub async fn keep_approval(
        &self,
        lease: &ApprovalLease,
        until: Timestamp,
    ) -> Result<bool, StoreError> {
        let kept = query(
            "UPDATE approvals SET lease_until = $4 WHERE organization_id = $1 AND id = $2 \
             AND fence = $3 AND outcome IS NULL",
        )
        .bind(lease.organization.as_str())
        .bind(lease.id.as_str())
        .bind(lease.fence)
        .bind(until.as_millisecond())
        .execute(self.pool())
        .await
        .doing("hold an approved call for longer")?;
        Ok(kept.rows_affected() > 0)
    }

    /// Writes down how an approved call ended, also where it was held to have been lost.
    pub async fn end_approval(
        &self,
        lease: &ApprovalLease,
        outcome: &str,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let ended = query(
            "UPDATE approvals SET outcome = $4, ended_at = $5, lease_until = NULL \
             WHERE organization_id = $1 AND id = $2 AND fence = $3 AND state = 'executed' \
             AND (outcome IS NULL OR outcome = 'unknown')",
        )
        .bind(lease.organization.as_str())
        .bind(lease.id.as_str())
        .bind(lease.fence)
        .bind(outcome)
        .bind(at.as_millisecond())
        .execute(self.pool())
        .await
        .doing("write down how an approved call ended")?;
        Ok(ended.rows_affected() > 0)
    }

    /// Writes down of approved calls that nobody says he runs any more that their outcome is unknown.
    /// Names no organization: it belongs to the installation.
    pub async fn lose_approvals(&self, now: Timestamp) -> Result<u64, StoreError> {
        let lost = query(
            "UPDATE approvals SET outcome = 'unknown', ended_at = $1 \
             WHERE state = 'executed' AND outcome IS NULL AND lease_until <= $1",
        )
        .bind(now.as_millisecond())
        .execute(self.pool())
        .await
        .doing("look for approved calls that were lost")?;
        Ok(lost.rows_affected())
    }
}
