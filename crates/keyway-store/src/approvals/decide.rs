use jiff::Timestamp;
use keyway_core::{ApprovalId, OrgId};

use super::WhoDecided;
use super::approval::ApprovalState;
use crate::engine::query;
use crate::error::Doing as _;
use crate::{Store, StoreError};

/// What somebody decides about a call.
#[derive(Debug, Clone)]
pub struct DecideApproval<'a> {
    /// [`ApprovalState::Approved`] or [`ApprovalState::Denied`].
    pub state: ApprovalState,
    /// Who, and when.
    pub decided: &'a WhoDecided,
    /// Why.
    pub reason: Option<&'a str>,
}

impl Store {
    /// Writes down what somebody decided, while it waits for that and its time is not over. False when
    /// it does not: somebody else was first, or it expired.
    pub async fn decide_approval(
        &self,
        organization: &OrgId,
        id: &ApprovalId,
        decide: &DecideApproval<'_>,
    ) -> Result<bool, StoreError> {
        let WhoDecided {
            by,
            decider,
            through,
            at,
        } = decide.decided;
        let changed = query(
            "UPDATE approvals SET state = $3, decided_by = $4, decider = $5, decided_through = $6, \
             decided_at = $7, reason = $8 WHERE organization_id = $1 AND id = $2 \
             AND state = 'pending' AND expires_at > $7",
        )
        .bind(organization.as_str())
        .bind(id.as_str())
        .bind(decide.state.as_str())
        .bind(by)
        .bind(decider)
        .bind(through)
        .bind(at.as_millisecond())
        .bind(decide.reason)
        .execute(self.pool())
        .await
        .doing("decide about a call")?;
        Ok(changed.rows_affected() > 0)
    }

    /// Makes an approval that is open void. False when it is not open.
    pub async fn void_approval(
        &self,
        organization: &OrgId,
        id: &ApprovalId,
        reason: &str,
    ) -> Result<bool, StoreError> {
        let changed = query(
            "UPDATE approvals SET state = 'void', reason = $3 \
             WHERE organization_id = $1 AND id = $2 AND state IN ('pending', 'approved')",
        )
        .bind(organization.as_str())
        .bind(id.as_str())
        .bind(reason)
        .execute(self.pool())
        .await
        .doing("make an approval void")?;
        Ok(changed.rows_affected() > 0)
    }

    /// Writes down that who asked was told how it ended. False when they were before.
    pub async fn tell_approval(
        &self,
        organization: &OrgId,
        id: &ApprovalId,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let changed = query(
            "UPDATE approvals SET told_at = $3 \
             WHERE organization_id = $1 AND id = $2 AND told_at IS NULL",
        )
        .bind(organization.as_str())
        .bind(id.as_str())
        .bind(at.as_millisecond())
        .execute(self.pool())
        .await
        .doing("note that an answer was told")?;
        Ok(changed.rows_affected() > 0)
    }
}
