use serde::Serialize;

use super::{
    Available, Filled, Moment, Plot, ProbeShown, SAMPLE_OUTSIDE, ScopeShown, ServerLine, Standing,
};
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
    /// How it fared in the last seven days.
    pub health: Health,
    /// When it was made.
    pub created: Moment,
    /// When it last changed.
    pub changed: Moment,
    /// The form for a new access token. Fields: `token`, `header`.
    pub form: Filled,
    /// What became of trying it out.
    pub probe: Option<ProbeShown>,
}

/// How a server fared.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Health {
    /// How often it was connected, where that is known.
    pub available: Option<Available>,
    /// How many calls there were.
    pub calls: u64,
    /// How many failed.
    pub errors: u64,
    /// Calls over time, with those that failed.
    pub plot: Plot,
    /// The last changes of its state, the last one first.
    pub history: Vec<StateLine>,
}

/// A change of the state of a server.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StateLine {
    /// Since when.
    pub at: Moment,
    /// Its text is `server-state-{state}`.
    pub state: &'static str,
    /// `good`, `info`, `warn` or `bad`.
    pub kind: &'static str,
    /// Why. Text from outside.
    pub reason: Option<String>,
}

impl Health {
    fn samples() -> [Self; 2] {
        let line = |(at, state): (i64, &'static str)| StateLine {
            at: Moment::sample(at * 600),
            state,
            kind: ServerLine::kind_of(state),
            reason: (at % 2 == 1).then(|| SAMPLE_OUTSIDE.into()),
        };
        let states = ["connected", "disconnected", "stopped", "removed"];
        let full = Self {
            available: Some(Available::of(0.987)),
            calls: 120,
            errors: 3,
            plot: Plot::bars(&[(4, 0), (0, 0), (12, 3)]),
            history: (1..).zip(states).map(line).collect(),
        };
        let empty = Self {
            available: None,
            calls: 0,
            errors: 0,
            plot: Plot::default(),
            history: Vec::new(),
        };
        [full, empty]
    }
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
        let [full, empty] = Health::samples();
        let each = standings
            .into_iter()
            .zip(scopes.into_iter().cycle())
            .zip(auths.into_iter().cycle());
        let one = |(index, ((standing, scope), auth)): (
            usize,
            ((Standing, ScopeShown), &'static str),
        )| Self {
            path: "/console/connectors/acme".into(),
            slug: "acme".into(),
            name: SAMPLE_OUTSIDE.into(),
            url: SAMPLE_OUTSIDE.into(),
            scope,
            auth,
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
            health: if index == 0 {
                full.clone()
            } else {
                empty.clone()
            },
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
        each.enumerate().map(one).collect()
    }
}
