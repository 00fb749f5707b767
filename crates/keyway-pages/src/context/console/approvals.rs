use serde::Serialize;

use super::{Moment, Pager, SAMPLE_OUTSIDE};
use crate::Page;

/// Calls that wait for a decision, or waited: `console/approvals.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ApprovalList {
    /// `waiting`, `mine` or `all`.
    pub view: &'static str,
    /// Whether whoever looks administers the organization.
    pub admin: bool,
    /// The calls.
    pub approvals: Vec<ApprovalLine>,
    /// The way through the list.
    pub pager: Pager,
}

/// A call in the list.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ApprovalLine {
    /// Its page.
    pub href: String,
    /// The tool. Text from outside.
    pub tool: String,
    /// Its server; absent for an action of the gateway's own.
    pub server: Option<String>,
    /// For whom it is asked. Text from outside.
    pub who: String,
    /// The agent or client that wants it. Text from outside.
    pub through: Option<String>,
    /// Its state; its text is `approval-state-{state}`.
    pub state: &'static str,
    /// `good`, `info`, `warn`, `bad` or `quiet`.
    pub kind: &'static str,
    /// When it was asked.
    pub asked: Moment,
    /// Until when it can be decided.
    pub expires: Moment,
    /// Whether whoever looks may decide.
    pub may_decide: bool,
}

impl ApprovalLine {
    /// How a state is shown.
    pub fn kind_of(state: &str) -> &'static str {
        match state {
            "pending" => "warn",
            "approved" => "info",
            "executed" => "good",
            "denied" => "bad",
            _ => "quiet",
        }
    }

    /// One for samples.
    pub fn sample(state: &'static str) -> Self {
        Self {
            href: "/console/approvals/appr_1".into(),
            tool: format!("mcp__sample__{state}"),
            server: (state != "void").then(|| "sample".into()),
            who: SAMPLE_OUTSIDE.into(),
            through: (state == "pending").then(|| SAMPLE_OUTSIDE.into()),
            state,
            kind: Self::kind_of(state),
            asked: Moment::sample(120),
            expires: Moment::sample(-7_200),
            may_decide: state == "pending",
        }
    }
}

impl Page for ApprovalList {
    const TEMPLATE: &'static str = "console/approvals.html";

    fn samples() -> Vec<Self> {
        let states = [
            "pending", "approved", "denied", "expired", "executed", "void",
        ];
        let all = Self {
            view: "all",
            admin: true,
            approvals: states.into_iter().map(ApprovalLine::sample).collect(),
            pager: Pager {
                first: None,
                next: Some("/console/approvals?view=all&cursor=1".into()),
            },
        };
        let empty = |view, admin| Self {
            view,
            admin,
            approvals: Vec::new(),
            pager: Pager::default(),
        };
        vec![
            all,
            empty("waiting", true),
            empty("mine", true),
            empty("waiting", false),
        ]
    }
}
