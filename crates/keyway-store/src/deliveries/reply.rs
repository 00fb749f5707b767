use jiff::Timestamp;
use keyway_core::{DeliveryId, OrgId, SessionId};

use crate::engine::{query, query_scalar};
use crate::error::Doing as _;
use crate::jobs::JobLease;
use crate::{Store, StoreError};

/// The lease still holds.
const HELD: &str = "EXISTS (SELECT 1 FROM jobs j WHERE j.id = job_id AND j.id = $3 AND j.fence = $4 \
     AND j.state = 'running'";

impl Store {
    /// Writes down that a reply is about to be said, so that it survives a loss of power: who comes after
    /// looks for the reply before saying it. False, and nothing is written, for who does not hold the
    /// delivery's job any more.
    pub async fn reply_begun(
        &self,
        lease: &JobLease,
        id: &DeliveryId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let sql = format!(
            "UPDATE deliveries SET reply_begun_at = coalesce(reply_begun_at, $5) \
             WHERE organization_id = $1 AND id = $2 AND {HELD}{})",
            self.pool().dialect().stays()
        );
        let begun = query(sqlx::AssertSqlSafe(sql))
            .bind(lease.organization.as_str())
            .bind(id.as_str())
            .bind(lease.id.as_str())
            .bind(lease.fence)
            .bind(now.as_millisecond())
            .execute(&mut *self.durable_writer().await?)
            .await
            .doing("write down that a reply begins")?;
        Ok(begun.rows_affected() > 0)
    }

    /// Writes down that a reply is there: its id at the third party and where people see it.
    pub async fn reply_said(
        &self,
        lease: &JobLease,
        id: &DeliveryId,
        posted: (&str, Option<&str>),
        now: Timestamp,
    ) -> Result<(), StoreError> {
        query(
            "UPDATE deliveries SET replied_at = coalesce(replied_at, $4), reply_id = $5, \
             reply_url = $6, reply_error = NULL \
             WHERE organization_id = $1 AND id = $2 AND job_id = $3",
        )
        .bind(lease.organization.as_str())
        .bind(id.as_str())
        .bind(lease.id.as_str())
        .bind(now.as_millisecond())
        .bind(posted.0)
        .bind(posted.1)
        .execute(&mut *self.writer().await?)
        .await
        .doing("write down that a reply is there")
        .map(drop)
    }

    /// Writes down why nothing is said back, and that nothing more is tried.
    pub async fn reply_refused(
        &self,
        lease: &JobLease,
        id: &DeliveryId,
        code: &str,
    ) -> Result<(), StoreError> {
        query(
            "UPDATE deliveries SET reply_error = $4 \
             WHERE organization_id = $1 AND id = $2 AND job_id = $3 AND replied_at IS NULL",
        )
        .bind(lease.organization.as_str())
        .bind(id.as_str())
        .bind(lease.id.as_str())
        .bind(code)
        .execute(&mut *self.writer().await?)
        .await
        .doing("write down why there is no reply")
        .map(drop)
    }

    /// Where the last event of a session came from, as one JSON value.
    pub async fn place_of_session(
        &self,
        organization: &OrgId,
        session: &SessionId,
    ) -> Result<Option<String>, StoreError> {
        let place: Option<Option<String>> = query_scalar(
            "SELECT place FROM deliveries WHERE organization_id = $1 AND session_id = $2 \
             ORDER BY seq DESC LIMIT 1",
        )
        .bind(organization.as_str())
        .bind(session.as_str())
        .fetch_optional(self.pool())
        .await
        .doing("look where a session came from")?;
        Ok(place.flatten())
    }
}
