use jiff::Timestamp;
use keyway_core::{ApprovalId, OrgId, SessionId};

use crate::engine::query_as;
use crate::error::Doing as _;
use crate::{Store, StoreError, store};

/// The most calls that are looked for at once.
const AT_ONCE: u32 = 50;

/// A call that was approved once the turn had ended in which an agent asked for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovedLate {
    /// Whose it is.
    pub organization: OrgId,
    /// The approval.
    pub approval: ApprovalId,
    /// What is called, by the name clients know.
    pub tool: String,
    /// The session it was asked for in.
    pub session: SessionId,
    /// The agent's slug.
    pub agent: String,
    /// Whose session it is, by id.
    pub actor: String,
    /// What is known of who asked: JSON.
    pub asker: String,
}

/// What the job is queued once for that goes on with a call which was approved late.
pub fn approved_key(approval: &ApprovalId) -> String {
    format!("approved/{approval}")
}

#[derive(sqlx::FromRow)]
struct Row {
    organization_id: String,
    id: String,
    tool: String,
    session: String,
    agent: String,
    actor: String,
    asker: String,
}

impl Store {
    /// Calls that were approved and not made yet, of sessions in which nothing goes on any more: the last turn
    /// came to its end there, it was about a message that somebody left, and nobody went on with the call
    /// before. Names no organization: workers work for all.
    pub async fn approved_late(&self, now: Timestamp) -> Result<Vec<ApprovedLate>, StoreError> {
        let rows: Vec<Row> = query_as(
            "SELECT a.organization_id, a.id, a.tool, s.id AS session, s.agent, s.actor, a.asker \
             FROM approvals a JOIN sessions s \
                 ON s.organization_id = a.organization_id AND s.id = a.session \
             WHERE a.state IN ('pending', 'approved') AND a.state = 'approved' AND a.expires_at > $1 \
             AND s.actor = a.actor AND s.agent = a.agent AND s.archived_at IS NULL \
             AND s.lease_until IS NULL AND s.last_end = 'finished' \
             AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.organization_id = a.organization_id \
                 AND j.ordering_key = 'turn/' || s.id AND j.state IN ('queued', 'running')) \
             AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.organization_id = a.organization_id \
                 AND j.kind = 'turn' AND j.once_key = 'approved/' || a.id) \
             AND EXISTS (SELECT 1 FROM session_events e JOIN jobs m \
                 ON m.organization_id = a.organization_id AND m.kind = 'turn' \
                 AND m.id = json_extract(e.payload, '$.message') \
                 WHERE e.session_id = s.id AND e.seq = (SELECT max(u.seq) FROM session_events u \
                     WHERE u.session_id = s.id AND u.kind = 'user_message')) \
             ORDER BY a.seq LIMIT $2",
        )
        .bind(now.as_millisecond())
        .bind(AT_ONCE)
        .fetch_all(self.pool())
        .await
        .doing("look for calls that were approved late")?;
        let read = |row: Row| {
            Ok(ApprovedLate {
                organization: store::id(&row.organization_id)?,
                approval: store::id(&row.id)?,
                tool: row.tool,
                session: store::id(&row.session)?,
                agent: row.agent,
                actor: row.actor,
                asker: row.asker,
            })
        };
        rows.into_iter().map(read).collect()
    }
}
