use serde::Serialize;

use super::{ApprovalLine, Filled, Moment, SAMPLE_OUTSIDE};
use crate::Page;

/// A call that waits for a decision, or waited: `console/approval.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ApprovalPage {
    /// What the list says of it.
    pub line: ApprovalLine,
    /// Its id.
    pub id: String,
    /// The OAuth client it is asked through. Text from outside.
    pub client: Option<String>,
    /// The agent that wants it.
    pub agent: Option<String>,
    /// The agent's session.
    pub session: Option<String>,
    /// The job that wants it.
    pub job: Option<String>,
    /// The request it was asked by.
    pub request: String,
    /// The policies that want the approval.
    pub policies: Vec<String>,
    /// The arguments for people, shortened. Text from outside.
    pub arguments: String,
    /// The length of the arguments, in bytes.
    pub argument_bytes: usize,
    /// The tool's definition when it was asked about. Text from outside.
    pub definition: String,
    /// The definition now, where it is another one. Text from outside.
    pub definition_now: Option<String>,
    /// Who decided.
    pub decided: Option<DecidedLine>,
    /// Why it was denied, or is void: a text, or a code with the text `approval-void-{reason}`.
    pub reason: Option<String>,
    /// How the run ended; its text is `approval-outcome-{outcome}`.
    pub outcome: Option<String>,
    /// The form for denying.
    pub form: Filled,
}

/// A decision.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DecidedLine {
    /// Who decided. Text from outside.
    pub who: String,
    /// Where; its text is `approval-through-{through}`.
    pub through: String,
    /// When.
    pub at: Moment,
}

impl Page for ApprovalPage {
    const TEMPLATE: &'static str = "console/approval.html";

    fn samples() -> Vec<Self> {
        let pending = Self {
            line: ApprovalLine::sample("pending"),
            id: "appr_1".into(),
            client: Some(SAMPLE_OUTSIDE.into()),
            agent: Some("cleaner".into()),
            session: Some("sess_1".into()),
            job: None,
            request: "req_1".into(),
            policies: vec!["keyway.destructive".into()],
            arguments: format!("{{\n  \"path\": \"{SAMPLE_OUTSIDE}\"\n}}"),
            argument_bytes: 4_194_304,
            definition: "{\n  \"name\": \"drop\"\n}".into(),
            definition_now: None,
            decided: None,
            reason: None,
            outcome: None,
            form: Filled::new().failed("somebody decided already", None),
        };
        let decided = |state, reason: Option<&str>| Self {
            line: ApprovalLine::sample(state),
            client: None,
            agent: None,
            session: None,
            job: Some("job_1".into()),
            decided: Some(DecidedLine {
                who: SAMPLE_OUTSIDE.into(),
                through: if reason.is_some() { "chat" } else { "console" }.into(),
                at: Moment::sample(60),
            }),
            reason: reason.map(str::to_owned),
            form: Filled::new(),
            ..pending.clone()
        };
        let void = Self {
            definition_now: Some(SAMPLE_OUTSIDE.into()),
            decided: None,
            ..decided("void", Some("definition_changed"))
        };
        let run = |outcome: &str| Self {
            outcome: Some(outcome.into()),
            ..decided("executed", None)
        };
        let outcomes = [
            "ok",
            "tool_error",
            "refused",
            "failed",
            "cancelled",
            "timeout",
            "running",
            "not_run",
            "unknown",
        ];
        let reasons = [
            "arguments_changed",
            "decider_gone",
            "tool_gone",
            "requester_gone",
            "withdrawn",
            "not_needed",
        ];
        let mut all = vec![
            pending.clone(),
            void,
            decided("denied", Some(SAMPLE_OUTSIDE)),
        ];
        all.extend(outcomes.into_iter().map(run));
        all.extend(
            reasons
                .into_iter()
                .map(|reason| decided("void", Some(reason))),
        );
        all
    }
}
