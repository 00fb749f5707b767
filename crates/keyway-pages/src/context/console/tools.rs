use serde::Serialize;

use super::{Pager, SAMPLE_OUTSIDE};
use crate::Page;

/// The tools somebody may call: `console/tools.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Tools {
    /// The tools of this page.
    pub tools: Vec<ToolLine>,
    /// The way through the list.
    pub pager: Pager,
    /// What is searched for.
    pub query: String,
    /// Which server's are shown: empty for all, `-` for the gateway's own.
    pub server: String,
    /// Which kind is shown: empty for all.
    pub kind: String,
    /// Servers to choose from.
    pub servers: Vec<String>,
    /// Whether a filter is set.
    pub filtered: bool,
}

/// A tool in the list.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ToolLine {
    /// Its name. Text from outside.
    pub name: String,
    /// Its page.
    pub href: String,
    /// What it is called for people. Text from outside.
    pub title: Option<String>,
    /// The first sentence of what it is for. Text from outside.
    pub summary: String,
    /// Its server; absent for an action of the gateway's own. Text from outside.
    pub server: Option<String>,
    /// `reads`, `writes` or `destroys`; its text is `tools-kind-{kind}`.
    pub kind: &'static str,
}

impl ToolLine {
    /// One for samples.
    pub fn sample(kind: &'static str, server: Option<&str>) -> Self {
        Self {
            name: format!("mcp__sample__{kind}"),
            href: format!("/console/tools/mcp__sample__{kind}"),
            title: server.map(|_| SAMPLE_OUTSIDE.into()),
            summary: SAMPLE_OUTSIDE.into(),
            server: server.map(str::to_owned),
            kind,
        }
    }
}

impl Page for Tools {
    const TEMPLATE: &'static str = "console/tools.html";

    fn samples() -> Vec<Self> {
        let full = Self {
            tools: vec![
                ToolLine::sample("reads", None),
                ToolLine::sample("writes", Some(SAMPLE_OUTSIDE)),
                ToolLine::sample("destroys", Some("sample")),
            ],
            pager: Pager {
                first: Some("/console/tools".into()),
                next: Some("/console/tools?cursor=x".into()),
            },
            query: SAMPLE_OUTSIDE.into(),
            server: "sample".into(),
            kind: "reads".into(),
            servers: vec!["sample".into(), SAMPLE_OUTSIDE.into()],
            filtered: true,
        };
        let nothing_found = Self {
            tools: Vec::new(),
            pager: Pager::default(),
            ..full.clone()
        };
        let nothing = Self {
            query: String::new(),
            server: String::new(),
            kind: String::new(),
            servers: Vec::new(),
            filtered: false,
            ..nothing_found.clone()
        };
        vec![full, nothing_found, nothing]
    }
}
