use serde::Serialize;

use super::{Filled, Input, InputKind, SAMPLE_OUTSIDE};
use crate::Page;

/// A tool, who may call it, and a form to try it: `console/tool.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ToolPage {
    /// Its name. Text from outside.
    pub name: String,
    /// Its page.
    pub href: String,
    /// What it is called for people. Text from outside.
    pub title: Option<String>,
    /// What it is for. Text from outside.
    pub description: Option<String>,
    /// Its server; absent for an action of the gateway's own.
    pub server: Option<String>,
    /// The server's own name of it, or the action's slug. Text from outside.
    pub own: String,
    /// `reads`, `writes` or `destroys`.
    pub kind: &'static str,
    /// Whether it says so itself.
    pub says_so: bool,
    /// The schema of what it takes. Text from outside.
    pub input_schema: String,
    /// The schema of what it answers. Text from outside.
    pub output_schema: Option<String>,
    /// Everything clients are shown of it. Text from outside.
    pub definition: String,
    /// What is decided about whoever looks.
    pub own_verdict: Verdict,
    /// What is decided about each role; for administrators.
    pub verdicts: Vec<Verdict>,
    /// The fields of its form.
    pub inputs: Vec<Input>,
    /// What the form holds.
    pub form: Filled,
    /// Whether its arguments are entered as JSON.
    pub as_json: bool,
    /// A digest of the definition the form was made of.
    pub digest: String,
    /// What it answered.
    pub answer: Option<ToolAnswer>,
}

/// What policy says about somebody who calls a tool.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verdict {
    /// Who: `you`, or a role; its text is `tool-who-{who}`.
    pub who: &'static str,
    /// `allow`, `needs_approval`, `deny` or `insufficient_scope`; its text is `tool-verdict-{verdict}`.
    pub verdict: &'static str,
    /// The policies behind it.
    pub policies: Vec<Reason>,
}

/// A policy.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reason {
    /// Its id.
    pub id: String,
    /// What it says about itself.
    pub doc: Option<String>,
}

/// What a tool answered.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ToolAnswer {
    /// Whether it failed.
    pub failed: bool,
    /// Its parts.
    pub parts: Vec<AnswerPart>,
    /// What was cut off.
    pub cut: bool,
}

/// A part of an answer. Text from outside.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AnswerPart {
    /// `text`, `data`, `image`, `audio`, `resource` or `other`; its text is `tool-part-{kind}`.
    pub kind: &'static str,
    /// The text; of what is no text, what it is.
    pub text: String,
}

impl Page for ToolPage {
    const TEMPLATE: &'static str = "console/tool.html";

    fn samples() -> Vec<Self> {
        let verdict = |who, verdict, policies: &[(&str, Option<&str>)]| Verdict {
            who,
            verdict,
            policies: policies
                .iter()
                .map(|(id, doc)| Reason {
                    id: (*id).into(),
                    doc: doc.map(str::to_owned),
                })
                .collect(),
        };
        let input = |at, kind, required| Input {
            field: format!("arg-{at}"),
            name: SAMPLE_OUTSIDE.into(),
            title: Some(SAMPLE_OUTSIDE.into()),
            description: Some(SAMPLE_OUTSIDE.into()),
            kind,
            required,
            options: vec!["one".into(), SAMPLE_OUTSIDE.into()],
        };
        let kinds = [
            InputKind::Text,
            InputKind::Secret,
            InputKind::Long,
            InputKind::Number,
            InputKind::Truth,
            InputKind::Choice,
            InputKind::Json,
        ];
        let part = |kind, text: &str| AnswerPart {
            kind,
            text: text.into(),
        };
        let full = Self {
            name: "mcp__sample__remove".into(),
            href: "/console/tools/mcp__sample__remove".into(),
            title: Some(SAMPLE_OUTSIDE.into()),
            description: Some(SAMPLE_OUTSIDE.into()),
            server: Some("sample".into()),
            own: SAMPLE_OUTSIDE.into(),
            kind: "destroys",
            says_so: false,
            input_schema: "{\n  \"type\": \"object\"\n}".into(),
            output_schema: Some("{}".into()),
            definition: SAMPLE_OUTSIDE.into(),
            own_verdict: verdict("you", "needs_approval", &[("approve", Some("ask first"))]),
            verdicts: vec![
                verdict("owner", "allow", &[("members", None)]),
                verdict("admin", "insufficient_scope", &[]),
                verdict("member", "deny", &[]),
            ],
            inputs: (0..)
                .zip(kinds)
                .map(|(at, kind)| input(at, kind, at % 2 == 0))
                .collect(),
            form: Filled::new()
                .with("arg-0", SAMPLE_OUTSIDE)
                .wrong("arg-0", SAMPLE_OUTSIDE)
                .failed("that did not work", Some("try again")),
            as_json: false,
            digest: "abc".into(),
            answer: Some(ToolAnswer {
                failed: true,
                parts: ["text", "data", "image", "audio", "resource", "other"]
                    .map(|kind| part(kind, SAMPLE_OUTSIDE))
                    .to_vec(),
                cut: true,
            }),
        };
        let plain = Self {
            title: None,
            description: None,
            server: None,
            kind: "reads",
            says_so: true,
            output_schema: None,
            own_verdict: verdict("you", "allow", &[]),
            verdicts: Vec::new(),
            inputs: Vec::new(),
            form: Filled::new(),
            answer: Some(ToolAnswer {
                failed: false,
                parts: Vec::new(),
                cut: false,
            }),
            ..full.clone()
        };
        let json = Self {
            as_json: true,
            kind: "writes",
            answer: None,
            ..full.clone()
        };
        vec![full, plain, json]
    }
}
