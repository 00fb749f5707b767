use jiff::Timestamp;
use keyway_core::{OrgId, SessionId};

use super::TurnEnd;
use crate::engine::{query, query_scalar};
use crate::error::Doing as _;
use crate::{Store, StoreError};

/// The proof that someone holds a session for a turn: its fence is the one of the last claim, or
/// nothing is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionLease {
    /// Whose session it is.
    pub organization: OrgId,
    /// The session.
    pub id: SessionId,
    /// Which claim of it; each has a higher number than the one before.
    pub fence: i64,
}

/// What a turn took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TurnUsage {
    /// Tokens the model read.
    pub input_tokens: u64,
    /// Tokens the model wrote.
    pub output_tokens: u64,
    /// Their price in millionths of a US dollar, as far as it is known.
    pub cost_micros: u64,
}

impl Store {
    /// Claims a session for a turn, unless somebody holds it. What is said in it from here on is had
    /// with these scopes. Nothing for one that is held, archived, or not there.
    pub async fn claim_session(
        &self,
        organization: &OrgId,
        id: &SessionId,
        holder: &str,
        scopes: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<SessionLease>, StoreError> {
        let fence: Option<i64> = query_scalar(
            "UPDATE sessions SET lease_holder = $3, lease_until = $5, fence = fence + 1, \
             updated_at = $4, scopes = $6 WHERE organization_id = $1 AND id = $2 \
             AND (lease_until IS NULL OR lease_until <= $4) AND archived_at IS NULL RETURNING fence",
        )
        .bind(organization.as_str())
        .bind(id.as_str())
        .bind(holder)
        .bind(now.as_millisecond())
        .bind(until.as_millisecond())
        .bind(scopes)
        .fetch_optional(&mut *self.writer().await?)
        .await
        .doing("claim a session")?;
        Ok(fence.map(|fence| SessionLease {
            organization: organization.clone(),
            id: id.clone(),
            fence,
        }))
    }

    /// Holds a session for longer. False once someone else does.
    pub async fn keep_session(
        &self,
        lease: &SessionLease,
        until: Timestamp,
    ) -> Result<bool, StoreError> {
        let kept = query(
            "UPDATE sessions SET lease_until = $4 WHERE organization_id = $1 AND id = $2 \
             AND fence = $3 AND lease_until IS NOT NULL",
        )
        .bind(lease.organization.as_str())
        .bind(lease.id.as_str())
        .bind(lease.fence)
        .bind(until.as_millisecond())
        .execute(&mut *self.writer().await?)
        .await
        .doing("hold a session for longer")?;
        Ok(kept.rows_affected() > 0)
    }

    /// Ends a turn and lets go of the session. False, and nothing is written, when the lease is no
    /// longer the last one.
    pub async fn end_turn(
        &self,
        lease: &SessionLease,
        end: TurnEnd,
        error: Option<&str>,
        usage: TurnUsage,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        let ended = query(
            "UPDATE sessions SET lease_holder = NULL, lease_until = NULL, last_end = $4, \
             last_error = $5, turns = turns + 1, input_tokens = input_tokens + $6, \
             output_tokens = output_tokens + $7, cost_micros = cost_micros + $8, updated_at = $9 \
             WHERE organization_id = $1 AND id = $2 AND fence = $3 AND lease_until IS NOT NULL",
        )
        .bind(lease.organization.as_str())
        .bind(lease.id.as_str())
        .bind(lease.fence)
        .bind(end.as_str())
        .bind(error)
        .bind(number(usage.input_tokens))
        .bind(number(usage.output_tokens))
        .bind(number(usage.cost_micros))
        .bind(now.as_millisecond())
        .execute(&mut *self.writer().await?)
        .await
        .doing("end a turn")?;
        Ok(ended.rows_affected() > 0)
    }
}
