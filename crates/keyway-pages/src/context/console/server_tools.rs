use serde::Serialize;

use super::{Filled, Moment, Pager, SAMPLE_OUTSIDE};
use crate::Page;

/// What is decided about an MCP server, and its tools: `console/server.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ServerTools {
    /// Its key.
    pub key: String,
    /// Where its page is; what is done to it is below.
    pub path: String,
    /// Where one comes from.
    pub back: String,
    /// How many tools it lists.
    pub listed: usize,
    /// How many of them are shown.
    pub shown: usize,
    /// How many changes wait.
    pub held: usize,
    /// Whether it is disabled.
    pub disabled: bool,
    /// The settings. Fields: `definitions`, `new_tools`, `only_allowed`, `needs_approval`.
    pub form: Filled,
    /// What is searched for. Text from outside.
    pub search: String,
    /// A part of its tools.
    pub tools: Vec<ServerToolLine>,
    /// The way through them.
    pub pager: Pager,
}

/// A tool of an MCP server.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ServerToolLine {
    /// The server's own name of it, its odd characters made visible. Text from outside.
    pub name: String,
    /// Where its settings are.
    pub href: String,
    /// The name it is shown under instead.
    pub shown_as: Option<String>,
    /// Its text is `server-tool-{state}`.
    pub state: &'static str,
    /// Whether its calls need an approval.
    pub approval: bool,
    /// Whether it has characters that are not what they seem.
    pub odd: bool,
    /// What it says it does, its odd characters made visible. Text from outside.
    pub description: String,
}

/// What is decided about one tool: `console/server-tool.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ServerTool {
    /// The tool.
    pub tool: ServerToolLine,
    /// The server's own name of it, as it is. Text from outside.
    pub own: String,
    /// Where the form is sent, and where one comes from.
    pub path: String,
    /// Characters that are not what they seem: code point, position, and a kind whose text is
    /// `odd-{kind}`.
    pub odd: Vec<(String, usize, &'static str)>,
    /// Fields: `allowed`, `approval`, `name`, `description`.
    pub form: Filled,
}

/// The changed and new tools of a server that are held back: `console/server-changes.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ServerChanges {
    /// The server's key.
    pub key: String,
    /// Where the page of the server is.
    pub path: String,
    /// What went wrong with an answer.
    pub form: Filled,
    /// A part of the changes.
    pub changes: Vec<ServerChange>,
    /// The way through them.
    pub pager: Pager,
}

/// A changed or new tool.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ServerChange {
    /// The server's own name of the tool, its odd characters made visible. Text from outside.
    pub name: String,
    /// The same as it is. Text from outside.
    pub own: String,
    /// Its text is `server-tool-{state}`.
    pub state: &'static str,
    /// What an answer is bound to.
    pub hash: String,
    /// When it was first seen.
    pub seen: Moment,
    /// What looks risky.
    pub findings: Vec<RiskLine>,
    /// Where it differs: path, before, after; odd characters made visible. Texts from outside.
    pub differences: Vec<(String, Option<String>, Option<String>)>,
}

/// Something risky about a change.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RiskLine {
    /// Its text is `risk-{risk}`.
    pub risk: &'static str,
    /// Whether hardly any honest change has it.
    pub grave: bool,
    /// Where. Text from outside.
    pub path: String,
    /// What was found. Text from outside.
    pub found: String,
}

const STATES: [&str; 10] = [
    "shown",
    "changed",
    "change_rejected",
    "new",
    "rejected",
    "denied",
    "not_allowed",
    "name_taken",
    "gone",
    "disabled",
];

fn line((at, state): (usize, &'static str)) -> ServerToolLine {
    ServerToolLine {
        name: SAMPLE_OUTSIDE.into(),
        href: "/console/servers/acme/tool?name=x".into(),
        shown_as: (at % 2 == 0).then(|| "plus".into()),
        state,
        approval: at % 2 == 0,
        odd: at % 3 == 0,
        description: SAMPLE_OUTSIDE.into(),
    }
}

impl Page for ServerTools {
    const TEMPLATE: &'static str = "console/server.html";

    fn samples() -> Vec<Self> {
        let full = Self {
            key: "acme".into(),
            path: "/console/servers/acme".into(),
            back: "/console/integrations".into(),
            listed: 10,
            shown: 4,
            held: 2,
            disabled: false,
            form: Filled::new()
                .with("definitions", "pin")
                .with("new_tools", "off")
                .with("needs_approval", "on")
                .of_revision(3),
            search: SAMPLE_OUTSIDE.into(),
            tools: STATES.into_iter().enumerate().map(line).collect(),
            pager: Pager {
                first: None,
                next: Some("/console/servers/acme?cursor=x".into()),
            },
        };
        let empty = Self {
            listed: 0,
            shown: 0,
            held: 0,
            disabled: true,
            tools: Vec::new(),
            search: String::new(),
            pager: Pager::default(),
            ..full.clone()
        };
        vec![full, empty]
    }
}

impl Page for ServerTool {
    const TEMPLATE: &'static str = "console/server-tool.html";

    fn samples() -> Vec<Self> {
        let odd = ["bidirectional", "invisible", "tag", "control", "lookalike"];
        let one = |(at, state)| Self {
            tool: line((at, state)),
            own: SAMPLE_OUTSIDE.into(),
            path: "/console/servers/acme".into(),
            odd: odd.map(|kind| ("U+202E".into(), at, kind)).into(),
            form: Filled::new()
                .with("allowed", "deny")
                .with("name", SAMPLE_OUTSIDE)
                .wrong("name", "letters")
                .of_revision(1),
        };
        STATES.into_iter().enumerate().take(2).map(one).collect()
    }
}

impl Page for ServerChanges {
    const TEMPLATE: &'static str = "console/server-changes.html";

    fn samples() -> Vec<Self> {
        let risks = [
            "instructions",
            "suspicious_characters",
            "duplicate_member",
            "destructive",
            "not_read_only",
            "secret_parameter",
            "open_world",
            "new_parameter",
            "wider_schema",
            "title_changed",
            "link",
            "long_text",
        ];
        let change = |state| ServerChange {
            name: SAMPLE_OUTSIDE.into(),
            own: SAMPLE_OUTSIDE.into(),
            state,
            hash: "sha256:00".into(),
            seen: Moment::sample(90),
            findings: (0..)
                .zip(risks)
                .map(|(at, risk)| RiskLine {
                    risk,
                    grave: at < 5,
                    path: "/description".into(),
                    found: SAMPLE_OUTSIDE.into(),
                })
                .collect(),
            differences: vec![
                ("/a".into(), Some(SAMPLE_OUTSIDE.into()), None),
                ("/b".into(), None, Some(SAMPLE_OUTSIDE.into())),
            ],
        };
        let full = Self {
            key: "acme".into(),
            path: "/console/servers/acme".into(),
            form: Filled::new().failed("it changed again", Some("look at it")),
            changes: vec![change("changed"), change("new"), change("rejected")],
            pager: Pager::default(),
        };
        let empty = Self {
            form: Filled::new(),
            changes: Vec::new(),
            ..full.clone()
        };
        vec![full, empty]
    }
}
