use std::str::FromStr;

use jiff::Timestamp;
use keyway_core::ApprovalId;

use crate::audit::Hash;
use crate::{StoreError, store};

/// How far an approval is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ApprovalState {
    /// It waits for somebody to decide.
    Pending,
    /// Somebody said yes; it may run once.
    Approved,
    /// Somebody said no.
    Denied,
    /// Nobody decided in time, or it was not run in time.
    Expired,
    /// It was taken up to be run, once.
    Executed,
    /// What was asked about is not what it was, or who said yes may not any more.
    Void,
}

impl ApprovalState {
    /// Every state.
    pub const ALL: [Self; 6] = [
        Self::Pending,
        Self::Approved,
        Self::Denied,
        Self::Expired,
        Self::Executed,
        Self::Void,
    ];

    /// The state as it is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Denied => "denied",
            Self::Expired => "expired",
            Self::Executed => "executed",
            Self::Void => "void",
        }
    }
}

/// A text names no state of an approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected one of pending, approved, denied, expired, executed, void")]
pub struct UnknownApprovalState;

impl FromStr for ApprovalState {
    type Err = UnknownApprovalState;

    fn from_str(text: &str) -> Result<Self, UnknownApprovalState> {
        let mut all = Self::ALL.into_iter();
        let found = all.find(|state| state.as_str() == text);
        found.ok_or(UnknownApprovalState)
    }
}

/// Who decided about a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhoDecided {
    /// By id.
    pub by: String,
    /// What is known of them: JSON.
    pub decider: String,
    /// Where: `console`, `api`, `cli`, `client`, `chat`.
    pub through: String,
    /// When.
    pub at: Timestamp,
}

/// An approval as it is listed. The arguments are read by themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// Its place in the order of asking.
    pub seq: i64,
    /// Its id.
    pub id: ApprovalId,
    /// What tells one who asks from another.
    pub requester: String,
    /// For whom it is asked, by id.
    pub actor: String,
    /// What is known of who asks: JSON.
    pub asker: String,
    /// The OAuth client it is asked through.
    pub client: Option<String>,
    /// The agent that wants it, by slug.
    pub agent: Option<String>,
    /// The session of the agent.
    pub session: Option<String>,
    /// The job that wants it.
    pub job: Option<String>,
    /// The request it was asked by.
    pub request: String,
    /// The tool, by the name clients know.
    pub tool: String,
    /// The server's own name of it, or the action's slug.
    pub own: String,
    /// The MCP server behind it.
    pub server: Option<String>,
    /// SHA-256 of the tool's definition.
    pub definition_hash: Hash,
    /// SHA-256 of all that the call is made with.
    pub call_hash: Hash,
    /// The policies that want the approval: JSON.
    pub policies: String,
    /// How far it is.
    pub state: ApprovalState,
    /// When it was asked.
    pub created_at: Timestamp,
    /// Until when it can be decided and run.
    pub expires_at: Timestamp,
    /// Who decided.
    pub decided: Option<WhoDecided>,
    /// Why it was denied, or is void.
    pub reason: Option<String>,
    /// When who asked was told how it ended.
    pub told_at: Option<Timestamp>,
    /// Until when whoever runs it says so.
    pub lease_until: Option<Timestamp>,
    /// When it was taken up to be run.
    pub executed_at: Option<Timestamp>,
    /// How the run ended; `unknown` where nobody said.
    pub outcome: Option<String>,
    /// When the run ended.
    pub ended_at: Option<Timestamp>,
}

/// The columns of a [`Row`].
pub(super) const COLUMNS: &str = "seq, id, requester, actor, asker, client, agent, session, job, request, \
     tool, own, server, definition_hash, call_hash, policies, state, created_at, expires_at, decided_by, \
     decider, decided_through, decided_at, reason, told_at, lease_until, executed_at, outcome, ended_at";

#[derive(sqlx::FromRow)]
pub(super) struct Row {
    seq: i64,
    id: String,
    requester: String,
    actor: String,
    asker: String,
    client: Option<String>,
    agent: Option<String>,
    session: Option<String>,
    job: Option<String>,
    request: String,
    tool: String,
    own: String,
    server: Option<String>,
    definition_hash: Vec<u8>,
    call_hash: Vec<u8>,
    policies: String,
    state: String,
    created_at: i64,
    expires_at: i64,
    decided_by: Option<String>,
    decider: Option<String>,
    decided_through: Option<String>,
    decided_at: Option<i64>,
    reason: Option<String>,
    told_at: Option<i64>,
    lease_until: Option<i64>,
    executed_at: Option<i64>,
    outcome: Option<String>,
    ended_at: Option<i64>,
}

impl Row {
    pub(super) fn read(self) -> Result<Approval, StoreError> {
        let decided = match (self.decided_by, self.decided_at) {
            (Some(by), Some(at)) => Some(WhoDecided {
                by,
                decider: self.decider.unwrap_or_default(),
                through: self.decided_through.unwrap_or_default(),
                at: store::moment(at)?,
            }),
            _ => None,
        };
        let moment = |at: Option<i64>| at.map(store::moment).transpose();
        Ok(Approval {
            seq: self.seq,
            id: store::id(&self.id)?,
            requester: self.requester,
            actor: self.actor,
            asker: self.asker,
            client: self.client,
            agent: self.agent,
            session: self.session,
            job: self.job,
            request: self.request,
            tool: self.tool,
            own: self.own,
            server: self.server,
            definition_hash: hash(self.definition_hash)?,
            call_hash: hash(self.call_hash)?,
            policies: self.policies,
            state: self.state.parse().map_err(|_| store::damaged())?,
            created_at: store::moment(self.created_at)?,
            expires_at: store::moment(self.expires_at)?,
            decided,
            reason: self.reason,
            told_at: moment(self.told_at)?,
            lease_until: moment(self.lease_until)?,
            executed_at: moment(self.executed_at)?,
            outcome: self.outcome,
            ended_at: moment(self.ended_at)?,
        })
    }
}

fn hash(bytes: Vec<u8>) -> Result<Hash, StoreError> {
    bytes.try_into().map_err(|_| store::damaged())
}
