use jiff::Timestamp;
use keyway_core::{DeliveryId, SessionId};

use super::Delivery;
use crate::engine::{pair, query};
use crate::error::Doing as _;
use crate::jobs::JobLease;
use crate::{Store, StoreError};

impl Store {
    /// Writes down in which session a delivery is said. False, and nothing is written, for who does not
    /// hold its job any more.
    pub async fn delivery_said(
        &self,
        lease: &JobLease,
        id: &DeliveryId,
        session: &SessionId,
    ) -> Result<bool, StoreError> {
        let said = query(pair(
            "UPDATE deliveries SET session_id = $3 WHERE organization_id = $1 AND id = $2 \
             AND EXISTS (SELECT 1 FROM jobs j WHERE j.id = job_id AND j.id = $4 AND j.fence = $5 \
             AND j.state = 'running')",
            "UPDATE deliveries SET session_id = $3 WHERE organization_id = $1 AND id = $2 \
             AND EXISTS (SELECT 1 FROM jobs j WHERE j.id = job_id AND j.id = $4 AND j.fence = $5 \
             AND j.state = 'running' FOR SHARE)",
        ))
        .bind(lease.organization.as_str())
        .bind(id.as_str())
        .bind(session.as_str())
        .bind(lease.id.as_str())
        .bind(lease.fence)
        .execute(&mut *self.writer().await?)
        .await
        .doing("write down where a delivery is said")?;
        Ok(said.rows_affected() > 0)
    }

    /// Writes down that nothing is done about a delivery, by a rule that only showed later: its job is none of
    /// its any more. False, and nothing is written, for who does not hold the job.
    pub async fn delivery_ignored(
        &self,
        lease: &JobLease,
        id: &DeliveryId,
        rule: &str,
    ) -> Result<bool, StoreError> {
        let ignored = query(pair(
            "UPDATE deliveries SET outcome = 'ignored', rule = $3, job_id = NULL \
             WHERE organization_id = $1 AND id = $2 \
             AND EXISTS (SELECT 1 FROM jobs j WHERE j.id = job_id AND j.id = $4 AND j.fence = $5 \
             AND j.state = 'running')",
            "UPDATE deliveries SET outcome = 'ignored', rule = $3, job_id = NULL \
             WHERE organization_id = $1 AND id = $2 \
             AND EXISTS (SELECT 1 FROM jobs j WHERE j.id = job_id AND j.id = $4 AND j.fence = $5 \
             AND j.state = 'running' FOR SHARE)",
        ))
        .bind(lease.organization.as_str())
        .bind(id.as_str())
        .bind(rule)
        .bind(lease.id.as_str())
        .bind(lease.fence)
        .execute(&mut *self.writer().await?)
        .await
        .doing("write down that a delivery is ignored")?;
        Ok(ignored.rows_affected() > 0)
    }

    /// Writes down where a delivery belongs, which only showed later: its conversation and its place. False, and
    /// nothing is written, for who does not hold its job any more.
    pub async fn delivery_moved(
        &self,
        lease: &JobLease,
        delivery: &Delivery,
    ) -> Result<bool, StoreError> {
        let moved = query(pair(
            "UPDATE deliveries SET conversation = $3, place = $4 \
             WHERE organization_id = $1 AND id = $2 \
             AND EXISTS (SELECT 1 FROM jobs j WHERE j.id = job_id AND j.id = $5 AND j.fence = $6 \
             AND j.state = 'running')",
            "UPDATE deliveries SET conversation = $3, place = $4 \
             WHERE organization_id = $1 AND id = $2 \
             AND EXISTS (SELECT 1 FROM jobs j WHERE j.id = job_id AND j.id = $5 AND j.fence = $6 \
             AND j.state = 'running' FOR SHARE)",
        ))
        .bind(lease.organization.as_str())
        .bind(delivery.id.as_str())
        .bind(&delivery.conversation)
        .bind(&delivery.place)
        .bind(lease.id.as_str())
        .bind(lease.fence)
        .execute(&mut *self.writer().await?)
        .await
        .doing("write down where a delivery belongs")?;
        Ok(moved.rows_affected() > 0)
    }

    /// Writes down that the agent has answered.
    pub async fn delivery_answered(
        &self,
        lease: &JobLease,
        id: &DeliveryId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        query(
            "UPDATE deliveries SET answered_at = coalesce(answered_at, $3) \
             WHERE organization_id = $1 AND id = $2 AND job_id = $4",
        )
        .bind(lease.organization.as_str())
        .bind(id.as_str())
        .bind(now.as_millisecond())
        .bind(lease.id.as_str())
        .execute(&mut *self.writer().await?)
        .await
        .doing("write down that a delivery is answered")
        .map(drop)
    }

    /// Forgets deliveries that came before a moment and about which nothing is still to be done; at most
    /// `limit`. Answers how many. Belongs to the installation of Keyway, so it names no organization.
    pub async fn purge_deliveries(&self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let gone = query(
            "DELETE FROM deliveries WHERE seq IN (SELECT d.seq FROM deliveries d \
             WHERE d.created_at < $1 AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.id = d.job_id \
             AND j.state IN ('queued', 'running')) LIMIT $2)",
        )
        .bind(before.as_millisecond())
        .bind(limit)
        .execute(&mut *self.writer().await?)
        .await
        .doing("forget deliveries")?;
        Ok(gone.rows_affected())
    }
}
