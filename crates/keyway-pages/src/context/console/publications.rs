use serde::Serialize;

use super::{Moment, Pager, SAMPLE_OUTSIDE};
use crate::Page;

/// Agents that are reached through providers: `console/publications.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Publications {
    /// The agent whose publications these are, by its slug. Text from outside.
    pub agent: Option<String>,
    /// Where another one is made.
    pub publish: String,
    /// The publications, the last made first.
    pub publications: Vec<PublicationLine>,
    /// The way through them.
    pub pager: Pager,
}

/// A publication in a list.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PublicationLine {
    /// Its page.
    pub href: String,
    /// Its name. Text from outside.
    pub name: String,
    /// The provider's name. Text from outside.
    pub provider: String,
    /// The agent's slug. Text from outside.
    pub agent: String,
    /// How far its installation is; its text is `publication-state-{state}`.
    pub state: &'static str,
    /// Whether nothing wakes it for now.
    pub paused: bool,
    /// Where it is installed. Text from outside.
    pub workspace: Option<String>,
    /// When it was made.
    pub made: Moment,
}

/// A provider that agents can be published through.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProviderLine {
    /// Its id.
    pub id: String,
    /// Its name. Text from outside.
    pub name: String,
    /// `credentials`, `oauth` or `manifest`; its text is `provider-install-{install}`.
    pub install: &'static str,
    /// Whether whoever installs it has something to type in.
    pub asks: bool,
    /// How many publications there are.
    pub publications: u64,
    /// Where one is made.
    pub publish: String,
}

/// The providers to choose from: `console/publication-providers.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PublicationProviders {
    /// The providers.
    pub providers: Vec<ProviderLine>,
    /// Whether one was asked for that there is not.
    pub unknown: bool,
}

impl PublicationLine {
    /// One of each state, and one that is paused.
    pub(super) fn samples() -> Vec<Self> {
        let states = [
            "pending",
            "waiting",
            "installed",
            "suspended",
            "revoked",
            "needs_reauth",
        ];
        let line = |state: &'static str| Self {
            href: "/console/publications/pub_1".into(),
            name: SAMPLE_OUTSIDE.into(),
            provider: SAMPLE_OUTSIDE.into(),
            agent: SAMPLE_OUTSIDE.into(),
            state,
            paused: state == "revoked",
            workspace: (state != "pending").then(|| SAMPLE_OUTSIDE.into()),
            made: Moment::sample(90_000),
        };
        states.map(line).into()
    }
}

impl ProviderLine {
    /// One of each kind.
    pub(super) fn samples() -> Vec<Self> {
        let line = |install: &'static str| Self {
            id: "acme".into(),
            name: SAMPLE_OUTSIDE.into(),
            install,
            asks: install != "manifest",
            publications: 2,
            publish: "/console/publications/new?provider=acme".into(),
        };
        let kinds = ["credentials", "oauth", "manifest"].map(line);
        let plain = Self {
            asks: false,
            ..line("credentials")
        };
        kinds.into_iter().chain([plain]).collect()
    }
}

impl Page for Publications {
    const TEMPLATE: &'static str = "console/publications.html";

    fn samples() -> Vec<Self> {
        let full = Self {
            agent: Some(SAMPLE_OUTSIDE.into()),
            publish: "/console/publications/new?agent=helper".into(),
            publications: PublicationLine::samples(),
            pager: Pager {
                first: Some("/console/publications".into()),
                next: Some("/console/publications?cursor=7".into()),
            },
        };
        let empty = Self {
            publications: Vec::new(),
            pager: Pager::default(),
            ..full.clone()
        };
        let fresh = Self {
            agent: None,
            ..empty.clone()
        };
        vec![full, empty, fresh]
    }
}

impl Page for PublicationProviders {
    const TEMPLATE: &'static str = "console/publication-providers.html";

    fn samples() -> Vec<Self> {
        let of = |providers, unknown| Self { providers, unknown };
        vec![of(ProviderLine::samples(), true), of(Vec::new(), false)]
    }
}
