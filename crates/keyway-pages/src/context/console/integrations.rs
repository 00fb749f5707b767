use serde::Serialize;

use super::{Pager, ProviderLine, PublicationLine, SAMPLE_OUTSIDE};
use crate::Page;

/// Everything that is connected: `console/integrations.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Integrations {
    /// Providers; only on the first page.
    pub providers: Vec<ProviderLine>,
    /// The publications that were made last; only on the first page.
    pub publications: Vec<PublicationLine>,
    /// Whether there are more of them.
    pub more: bool,
    /// Connectors of this page of the list, by key.
    pub connectors: Vec<ConnectorLine>,
    /// The way through them.
    pub pager: Pager,
    /// Servers that are no connectors; only on the first page.
    pub servers: Vec<ConfiguredLine>,
}

/// A connector in a list.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConnectorLine {
    /// Where its page is.
    pub href: String,
    /// Its name. Text from outside.
    pub name: String,
    /// What its tools' names begin with: `mcp__acme`.
    pub key: String,
    /// Where the server is. Text from outside.
    pub url: String,
    /// Who may use it.
    pub scope: ScopeShown,
    /// How it is.
    pub standing: Standing,
}

/// Who may use a connector: its text is `connector-for-{kind}` with `$names`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ScopeShown {
    /// `organization`, `project` or `roles`.
    pub kind: &'static str,
    /// The project, or the roles.
    pub names: String,
}

/// How a server is.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Standing {
    /// Its text is `server-state-{state}`: a state of a connection, `off`, or `each` where everybody has
    /// a connection of their own.
    pub state: &'static str,
    /// Why. Text from outside.
    pub reason: Option<String>,
    /// How many tools it lists.
    pub tools: Option<usize>,
}

/// A server that is no connector.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConfiguredLine {
    /// Its key.
    pub key: String,
    /// Where it comes from. Text from outside.
    pub source: String,
    /// How it is; `None` where that cannot be said.
    pub standing: Option<Standing>,
    /// Where a form is posted to that has it connected to anew.
    pub refresh: Option<String>,
}

impl Standing {
    /// Ones for samples, one for each state.
    pub(super) fn samples() -> Vec<Self> {
        let states = [
            "configured",
            "connecting",
            "connected",
            "disconnected",
            "auth_required",
            "auth_failed",
            "off",
            "each",
        ];
        let of = |state: &&'static str| Self {
            state,
            reason: (*state != "connected").then(|| SAMPLE_OUTSIDE.into()),
            tools: (*state == "connected").then_some(12),
        };
        states.iter().map(of).collect()
    }
}

impl ScopeShown {
    /// Ones for samples, one for each kind.
    pub(super) fn samples() -> Vec<Self> {
        let of = |(kind, names): (&'static str, &str)| Self {
            kind,
            names: names.into(),
        };
        [
            ("organization", ""),
            ("project", "web"),
            ("roles", "owner, admin"),
        ]
        .map(of)
        .into()
    }
}

impl Page for Integrations {
    const TEMPLATE: &'static str = "console/integrations.html";

    fn samples() -> Vec<Self> {
        let scopes = ScopeShown::samples();
        let line = |(standing, scope): (Standing, ScopeShown)| ConnectorLine {
            href: "/console/connectors/acme".into(),
            name: SAMPLE_OUTSIDE.into(),
            key: "mcp__acme".into(),
            url: "https://mcp.acme.example/mcp".into(),
            scope,
            standing,
        };
        let configured = |standing: Option<Standing>| ConfiguredLine {
            key: "docs".into(),
            source: SAMPLE_OUTSIDE.into(),
            refresh: standing
                .is_some()
                .then(|| "/console/servers/docs/refresh".to_owned()),
            standing,
        };
        let standings = Standing::samples();
        let full = Self {
            providers: ProviderLine::samples(),
            publications: PublicationLine::samples(),
            more: true,
            connectors: standings
                .clone()
                .into_iter()
                .zip(scopes.into_iter().cycle())
                .map(line)
                .collect(),
            pager: Pager {
                first: Some("/console/integrations".into()),
                next: Some("/console/integrations?cursor=x".into()),
            },
            servers: vec![configured(None), configured(standings.into_iter().next())],
        };
        let unpublished = Self {
            publications: Vec::new(),
            more: false,
            ..full.clone()
        };
        let empty = Self {
            providers: Vec::new(),
            publications: Vec::new(),
            more: false,
            connectors: Vec::new(),
            pager: Pager::default(),
            servers: Vec::new(),
        };
        vec![full, unpublished, empty]
    }
}
