use jiff::Timestamp;
use keyway_core::ApprovalId;
use keyway_store::{Approval, ApprovalState};

/// An approval, as those see it who may.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ApprovalView {
    /// Its id.
    pub id: ApprovalId,
    /// `pending`, `approved`, `denied`, `expired`, `executed` or `void`.
    pub state: &'static str,
    /// The tool, by the name clients know.
    pub tool: String,
    /// The MCP server behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// For whom it is asked, by id.
    pub actor: String,
    /// Their name, where it is somebody of the organization.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor_name: Option<String>,
    /// The OAuth client it is asked through.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    /// The agent that wants it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// The agent's session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// The job that wants it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job: Option<String>,
    /// The request it was asked by.
    pub request: String,
    /// The policies that want the approval.
    pub policies: Vec<String>,
    /// When it was asked.
    pub created_at: Timestamp,
    /// Until when it can be decided and run.
    pub expires_at: Timestamp,
    /// Who decided, by id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
    /// Their name, where it is somebody of the organization.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_by_name: Option<String>,
    /// Where: `console`, `api`, `cli`, `client` or `chat`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_through: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<Timestamp>,
    /// Why it was denied, or is void.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When it was taken up to be run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub executed_at: Option<Timestamp>,
    /// How the run ended: as the audit log says it, `running`, `not_run`, or `unknown`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// When the run ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// Whether whoever looks may decide about it now.
    pub may_decide: bool,
}

/// Some approvals, the last asked first.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ApprovalPage {
    /// The approvals.
    pub approvals: Vec<ApprovalView>,
    /// Where the next page begins; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// One approval and what is asked about.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ApprovalDetail {
    /// The approval.
    #[serde(flatten)]
    pub approval: ApprovalView,
    /// The arguments as JSON for people: secrets hidden, what is long shortened. Absent where they
    /// cannot be opened here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arguments: Option<String>,
    /// The length of the arguments, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub argument_bytes: Option<usize>,
    /// SHA-256 of what the approval is bound to: tool, arguments and credentials.
    pub call_sha256: String,
    /// The tool's definition when it was asked about.
    pub definition: serde_json::Value,
    /// The tool's definition now, where it is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub definition_now: Option<serde_json::Value>,
}

impl ApprovalView {
    pub(super) fn new(of: &Approval, may_decide: bool, now: Timestamp) -> Self {
        let outcome = match (&of.outcome, of.state) {
            (Some(outcome), _) => Some(outcome.clone()),
            (None, ApprovalState::Executed) => {
                let runs = of.lease_until.is_some_and(|until| until > now);
                Some(if runs { "running" } else { "unknown" }.to_owned())
            }
            (None, _) => None,
        };
        let decided = of.decided.as_ref();
        Self {
            id: of.id.clone(),
            state: of.state.as_str(),
            tool: of.tool.clone(),
            server: of.server.clone(),
            actor: of.actor.clone(),
            actor_name: None,
            client: of.client.clone(),
            agent: of.agent.clone(),
            session: of.session.clone(),
            job: of.job.clone(),
            request: of.request.clone(),
            policies: serde_json::from_str(&of.policies).unwrap_or_default(),
            created_at: of.created_at,
            expires_at: of.expires_at,
            decided_by: decided.map(|decided| decided.by.clone()),
            decided_by_name: None,
            decided_through: decided.map(|decided| decided.through.clone()),
            decided_at: decided.map(|decided| decided.at),
            reason: of.reason.clone(),
            executed_at: of.executed_at,
            outcome,
            ended_at: of.ended_at,
            may_decide,
        }
    }
}
