use jiff::Timestamp;
use keyway_core::{OrgId, SessionId};

use super::SessionLease;
use crate::engine::{pair, query, query_as};
use crate::error::Doing as _;
use crate::{Store, StoreError, store};

/// Something that happens in a session.
#[derive(Debug, Clone)]
pub struct NewSessionEvent<'a> {
    /// Its place in the session, from 1 without a gap.
    pub seq: u64,
    /// What sort of event it is.
    pub kind: &'a str,
    /// All of it: JSON.
    pub payload: &'a str,
    /// Now.
    pub created_at: Timestamp,
}

/// Something that happened in a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionEvent {
    /// Its place in the session.
    pub seq: u64,
    /// What sort of event it is.
    pub kind: String,
    /// All of it: JSON.
    pub payload: String,
    /// When it happened.
    pub created_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct Row {
    seq: i64,
    kind: String,
    payload: String,
    created_at: i64,
}

impl Store {
    /// Keeps an event. False, and nothing is written, when the lease is no longer the last one.
    pub async fn append_session_event(
        &self,
        lease: &SessionLease,
        event: &NewSessionEvent<'_>,
    ) -> Result<bool, StoreError> {
        let kept = query(pair(
            "INSERT INTO session_events (session_id, seq, kind, payload, created_at) \
             SELECT id, $4, $5, $6, $7 FROM sessions WHERE organization_id = $1 AND id = $2 \
             AND fence = $3 AND lease_until IS NOT NULL",
            // Nobody takes the session over while the event is written.
            "INSERT INTO session_events (session_id, seq, kind, payload, created_at) \
             SELECT id, $4, $5, $6, $7 FROM sessions WHERE organization_id = $1 AND id = $2 \
             AND fence = $3 AND lease_until IS NOT NULL FOR SHARE",
        ))
        .bind(lease.organization.as_str())
        .bind(lease.id.as_str())
        .bind(lease.fence)
        .bind(i64::try_from(event.seq).unwrap_or(i64::MAX))
        .bind(event.kind)
        .bind(event.payload)
        .bind(event.created_at.as_millisecond())
        .execute(&mut *self.writer().await?)
        .await
        .doing("keep an event of a session")?;
        Ok(kept.rows_affected() > 0)
    }

    /// What happened in a session of an organization behind one place, oldest first; at most `limit`.
    pub async fn session_events(
        &self,
        organization: &OrgId,
        session: &SessionId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<SessionEvent>, StoreError> {
        let rows: Vec<Row> = query_as(
            "SELECT e.seq, e.kind, e.payload, e.created_at FROM session_events e \
             JOIN sessions s ON s.id = e.session_id \
             WHERE s.organization_id = $1 AND s.id = $2 AND e.seq > $3 ORDER BY e.seq LIMIT $4",
        )
        .bind(organization.as_str())
        .bind(session.as_str())
        .bind(i64::try_from(after).unwrap_or(i64::MAX))
        .bind(limit)
        .fetch_all(self.pool())
        .await
        .doing("read what happened in a session")?;
        let read = |row: Row| {
            Ok(SessionEvent {
                seq: u64::try_from(row.seq).map_err(|_| store::damaged())?,
                kind: row.kind,
                payload: row.payload,
                created_at: store::moment(row.created_at)?,
            })
        };
        rows.into_iter().map(read).collect()
    }
}
