use serde::Serialize;

use super::{Filled, SAMPLE_OUTSIDE};
use crate::Page;

/// The policies in force: `console/policy.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Policy {
    /// Those of the operator's files.
    pub own: Vec<PolicyText>,
    /// Those of every gateway.
    pub built_in: Vec<PolicyText>,
}

/// A policy with its text.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PolicyText {
    /// Its `@id`. Text from outside.
    pub id: String,
    /// Its `@doc`. Text from outside.
    pub doc: Option<String>,
    /// What it does: `permit`, `forbid`, `ask` or `waive`; its text is `policy-effect-{effect}`.
    pub effect: &'static str,
    /// Whether it is one of every gateway.
    pub built_in: bool,
    /// The file it stands in, and the line. Text from outside.
    pub place: String,
    /// Its text, in Cedar. Text from outside.
    pub text: String,
}

/// What is decided about a call, and why: `console/policy_check.html`. The form is of `principal`,
/// `tool`, `access`, `client` and `scopes`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PolicyCheck {
    /// The form.
    pub form: Filled,
    /// People and machines to choose from: what is sent, and what is read; text from outside.
    pub people: Vec<(String, String)>,
    /// Tools to choose from. Text from outside.
    pub tools: Vec<String>,
    /// OAuth clients to choose from: ids, and names that are text from outside.
    pub clients: Vec<(String, String)>,
    /// What is decided.
    pub outcome: Option<PolicyOutcome>,
}

/// What is decided.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PolicyOutcome {
    /// `allow`, `needs_approval`, `deny` or `insufficient_scope`; its texts are
    /// `policy-outcome-{decision}` and `policy-outcome-{decision}-help`.
    pub decision: &'static str,
    /// What policy alone says: the same but for `insufficient_scope`.
    pub policy: &'static str,
    /// Who calls. Text from outside.
    pub who: String,
    /// The tool, by the name clients know. Text from outside.
    pub tool: String,
    /// Whether there is such a tool.
    pub known: bool,
    /// The policies that decided.
    pub policies: Vec<PolicyText>,
    /// The ids of those that decided and are not shown. Text from outside.
    pub others: Vec<String>,
}

impl PolicyText {
    fn sample(effect: &'static str, built_in: bool) -> Self {
        Self {
            id: format!("sample.{effect}"),
            doc: Some(SAMPLE_OUTSIDE.into()),
            effect,
            built_in,
            place: "policy.cedar:12".into(),
            text: "permit (\n  principal,\n  action,\n  resource\n)\nwhen { 1 < 2 };".into(),
        }
    }

    fn samples(built_in: bool) -> Vec<Self> {
        ["permit", "forbid", "ask", "waive"]
            .map(|effect| Self::sample(effect, built_in))
            .into()
    }
}

impl Page for Policy {
    const TEMPLATE: &'static str = "console/policy.html";

    fn samples() -> Vec<Self> {
        vec![
            Self {
                own: PolicyText::samples(false),
                built_in: PolicyText::samples(true),
            },
            Self {
                own: Vec::new(),
                built_in: PolicyText::samples(true),
            },
        ]
    }
}

impl Page for PolicyCheck {
    const TEMPLATE: &'static str = "console/policy_check.html";

    fn samples() -> Vec<Self> {
        let form = Filled::new()
            .with("access", "oauth")
            .with("scopes", "mcp")
            .with("principal", SAMPLE_OUTSIDE)
            .with("tool", SAMPLE_OUTSIDE);
        let of = |outcome| Self {
            form: form.clone(),
            people: vec![("role:member".into(), SAMPLE_OUTSIDE.into())],
            tools: vec!["mcp__wiki__read".into()],
            clients: vec![("client_1".into(), SAMPLE_OUTSIDE.into())],
            outcome,
        };
        let outcome = |decision: &'static str| PolicyOutcome {
            decision,
            policy: if decision == "insufficient_scope" {
                "allow"
            } else {
                decision
            },
            who: SAMPLE_OUTSIDE.into(),
            tool: SAMPLE_OUTSIDE.into(),
            known: decision == "allow",
            policies: PolicyText::samples(true),
            others: vec![SAMPLE_OUTSIDE.into()],
        };
        let mut all = vec![of(None)];
        for decision in ["allow", "needs_approval", "deny", "insufficient_scope"] {
            all.push(of(Some(outcome(decision))));
        }
        let nobody = PolicyOutcome {
            policies: Vec::new(),
            others: Vec::new(),
            ..outcome("deny")
        };
        all.push(of(Some(nobody)));
        all
    }
}
