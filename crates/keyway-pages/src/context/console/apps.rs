use serde::Serialize;

use super::{Filled, Moment, Pager, SAMPLE_OUTSIDE};
use crate::Page;

/// Services and the credentials for them: `console/apps.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Apps {
    /// What is looked for: `q`, `key`, `scope`.
    pub search: Filled,
    /// Whether anything is looked for in particular.
    pub searching: bool,
    /// The instances.
    pub instances: Vec<InstanceLine>,
    /// The way through them.
    pub pager: Pager,
    /// What is defined.
    pub definitions: Vec<DefinitionLine>,
}

/// An instance in a list.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InstanceLine {
    /// Its id.
    pub id: String,
    /// The key of its definition.
    pub key: String,
    /// Its name. Text from outside.
    pub name: String,
    /// `organization`, `project` or `user`.
    pub scope: String,
    /// Which project, or whose it is. Text from outside.
    pub whose: Option<String>,
    /// Whether it is the default of its place.
    pub default: bool,
    /// `good`, `unused`, `error`, `expired` or `reconnect`.
    pub health: &'static str,
    /// The code of what its service said. Text from outside.
    pub error: Option<String>,
    /// When it was last used.
    pub used: Option<Moment>,
}

/// A credential that is defined.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DefinitionLine {
    /// Its key.
    pub key: String,
    /// Its name for people. Text from outside.
    pub title: String,
    /// What it is. Text from outside.
    pub description: String,
    /// Whether an authorization server gives it.
    pub oauth: bool,
    /// Whether there is nothing to set.
    pub nothing: bool,
    /// What needs it. Texts from outside.
    pub uses: Vec<String>,
}

impl InstanceLine {
    /// One of each health.
    pub fn samples() -> Vec<Self> {
        let healths = ["good", "unused", "error", "expired", "reconnect"];
        let scopes = ["organization", "project", "user"].into_iter().cycle();
        let line = |((at, health), scope): ((i64, &'static str), &str)| Self {
            id: format!("cred_{at}"),
            key: "acme".into(),
            name: SAMPLE_OUTSIDE.into(),
            scope: scope.into(),
            whose: (scope != "organization").then(|| SAMPLE_OUTSIDE.into()),
            default: at % 2 == 0,
            health,
            error: (health == "error").then(|| SAMPLE_OUTSIDE.into()),
            used: (health != "unused").then(|| Moment::sample(at * 4_000)),
        };
        (1..).zip(healths).zip(scopes).map(line).collect()
    }
}

impl DefinitionLine {
    /// One of each kind.
    pub fn samples() -> Vec<Self> {
        let of = |key: &str, oauth, nothing| Self {
            key: key.into(),
            title: SAMPLE_OUTSIDE.into(),
            description: SAMPLE_OUTSIDE.into(),
            oauth,
            nothing,
            uses: vec![SAMPLE_OUTSIDE.into()],
        };
        let bare = Self {
            description: String::new(),
            uses: Vec::new(),
            ..of("bare", false, false)
        };
        vec![
            of("acme", false, false),
            of("corp", true, false),
            of("open", false, true),
            bare,
        ]
    }
}

impl Page for Apps {
    const TEMPLATE: &'static str = "console/apps.html";

    fn samples() -> Vec<Self> {
        let full = Self {
            search: Filled::new()
                .with("q", SAMPLE_OUTSIDE)
                .with("scope", "user")
                .with("key", "acme"),
            searching: true,
            instances: InstanceLine::samples(),
            pager: Pager {
                first: None,
                next: Some("/console/apps?cursor=cred_1".into()),
            },
            definitions: DefinitionLine::samples(),
        };
        let no_match = Self {
            instances: Vec::new(),
            pager: Pager::default(),
            ..full.clone()
        };
        let fresh = Self {
            search: Filled::new(),
            searching: false,
            ..no_match.clone()
        };
        let nothing = Self {
            definitions: Vec::new(),
            ..fresh.clone()
        };
        vec![full, no_match, fresh, nothing]
    }
}
