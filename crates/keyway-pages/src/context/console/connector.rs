use serde::Serialize;

use super::{Filled, Moment, ProbeShown, SAMPLE_OUTSIDE, ScopeShown, Standing};
use crate::Page;

/// A connector: `console/connector.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Connector {
    /// Where its page is; what is done to it is below.
    pub path: String,
    /// Its key.
    pub slug: String,
    /// Its name. Text from outside.
    pub name: String,
    /// Where the server is. Text from outside.
    pub url: String,
    /// Who may use it.
    pub scope: ScopeShown,
    /// How it is authenticated to: its text is `connector-auth-{auth}`.
    pub auth: &'static str,
    /// The headers that are sent, each with its scheme. Texts from outside.
    pub headers: Vec<String>,
    /// Whether there is a secret to replace.
    pub rotates: bool,
    /// Whether it is switched on.
    pub enabled: bool,
    /// How it is.
    pub standing: Standing,
    /// Since when.
    pub since: Option<Moment>,
    /// The protocol revision that is spoken.
    pub protocol: Option<String>,
    /// When its lists came.
    pub listed: Option<Moment>,
    /// What was left out of its lists, or is odd about it. Texts from outside.
    pub warnings: Vec<String>,
    /// Only these tools are used. Texts from outside.
    pub allow: Option<Vec<String>>,
    /// These tools are not. Texts from outside.
    pub deny: Vec<String>,
    /// How long connecting may take, in seconds.
    pub connect_timeout: Option<String>,
    /// How long a call may take, in seconds.
    pub call_timeout: Option<String>,
    /// When it was made.
    pub created: Moment,
    /// When it last changed.
    pub changed: Moment,
    /// The form for a new access token. Fields: `token`, `header`.
    pub form: Filled,
    /// What became of trying it out.
    pub probe: Option<ProbeShown>,
}

impl Page for Connector {
    const TEMPLATE: &'static str = "console/connector.html";

    fn samples() -> Vec<Self> {
        let standings = Standing::samples();
        let scopes = ScopeShown::samples();
        let auths = [
            "none",
            "headers",
            "oauth_shared",
            "oauth_per_user",
            "oauth_client",
        ];
        let probes = ProbeShown::samples();
        let one = |(index, standing): (usize, Standing)| Self {
            path: "/console/connectors/acme".into(),
            slug: "acme".into(),
            name: SAMPLE_OUTSIDE.into(),
            url: SAMPLE_OUTSIDE.into(),
            scope: scopes[index % scopes.len()].clone(),
            auth: auths[index % auths.len()],
            headers: vec![SAMPLE_OUTSIDE.into(); index % 3],
            rotates: index.is_multiple_of(2),
            enabled: standing.state != "off",
            since: standing.tools.map(|_| Moment::sample(60)),
            protocol: standing.tools.map(|_| "2026-07-28".into()),
            listed: standing.tools.map(|_| Moment::sample(30)),
            warnings: vec![SAMPLE_OUTSIDE.into(); index % 2],
            allow: (index % 2 == 1).then(|| vec![SAMPLE_OUTSIDE.into()]),
            deny: vec![SAMPLE_OUTSIDE.into(); index % 2],
            connect_timeout: (index % 2 == 1).then(|| "30".into()),
            call_timeout: (index % 2 == 1).then(|| "120".into()),
            created: Moment::sample(90_000),
            changed: Moment::sample(4_000),
            form: match index {
                0 => Filled::new()
                    .wrong("token", "fill this in")
                    .wrong("header", "one of them"),
                _ => Filled::new(),
            },
            probe: probes.get(index).cloned(),
            standing,
        };
        standings.into_iter().enumerate().map(one).collect()
    }
}
