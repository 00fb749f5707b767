use serde::Serialize;

use super::{DeliveryLine, Filled, Moment, SAMPLE_OUTSIDE, ScopeLine};
use crate::Page;

/// A publication: `console/publication.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Publication {
    /// Where its page is; what is done to it is below.
    pub path: String,
    /// Its id.
    pub id: String,
    /// Its name. Text from outside.
    pub name: String,
    /// The provider's name. Text from outside.
    pub provider: String,
    /// Its installation.
    pub installed: Installed,
    /// Whether nothing wakes it for now.
    pub paused: bool,
    /// The agent's slug. Text from outside.
    pub agent: String,
    /// The service account it acts as: its name, else its id. Text from outside.
    pub account: String,
    /// The service account's page.
    pub account_href: String,
    /// Its text is `granularity-{granularity}`.
    pub granularity: &'static str,
    /// What the provider offers, and what of it is granted.
    pub scopes: Vec<ScopeLine>,
    /// What the provider was told, as JSON.
    pub settings: String,
    /// What wakes the agent, as JSON.
    pub triggers: String,
    /// What its turns may use, as JSON; `None` where nothing bounds them.
    pub limits: Option<String>,
    /// When it runs by the clock, as JSON; `None` where it does not.
    pub schedule: Option<String>,
    /// When it does so next.
    pub next_run: Option<Moment>,
    /// What it took today: turns and tokens.
    pub used: Option<(u64, u64)>,
    /// When it was made.
    pub made: Moment,
    /// By whom. Text from outside.
    pub made_by: String,
    /// When it last changed.
    pub changed: Moment,
    /// By whom. Text from outside.
    pub changed_by: String,
    /// What came in last.
    pub deliveries: Vec<DeliveryLine>,
    /// Where all of that is.
    pub all_deliveries: String,
    /// The form of another secret: `secret`.
    pub rotation: Filled,
}

/// How a publication is installed.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Installed {
    /// How far that is; its text is `publication-state-{state}`.
    pub state: &'static str,
    /// What to do next: its text is `publication-next-{next}`. A state, or `paste` where nobody installs
    /// anything here, or `gone` where the provider is no more.
    pub next: &'static str,
    /// Where webhooks are sent to.
    pub webhook: String,
    /// Where a browser comes back to after consent, where one does.
    pub callback: Option<String>,
    /// Whether it is not known where the gateway is reached.
    pub placeless: bool,
    /// Its install page, where there is something to install.
    pub page: Option<String>,
    /// Where it is installed. Text from outside.
    pub workspace: Option<String>,
    /// Where people find that.
    pub workspace_url: Option<String>,
    /// By which name the agent is mentioned there. Text from outside.
    pub bot: Option<String>,
    /// When it was installed last.
    pub at: Option<Moment>,
    /// By whom. Text from outside.
    pub by: Option<String>,
    /// Until when its setup link works.
    pub link_until: Option<Moment>,
    /// Until when the secret before is good.
    pub before_until: Option<Moment>,
}

impl Installed {
    fn sample(state: &'static str) -> Self {
        let is_there = state != "pending";
        Self {
            state,
            next: state,
            webhook: "https://gateway.example/webhook/acme/pub_1".into(),
            callback: Some("https://gateway.example/install/acme/callback".into()),
            placeless: false,
            page: Some("/install/acme?publication=pub_1".into()),
            workspace: is_there.then(|| SAMPLE_OUTSIDE.into()),
            workspace_url: is_there.then(|| "https://acme.example".into()),
            bot: is_there.then(|| SAMPLE_OUTSIDE.into()),
            at: is_there.then(|| Moment::sample(7_200)),
            by: is_there.then(|| SAMPLE_OUTSIDE.into()),
            link_until: (!is_there).then(|| Moment::sample(-90_000)),
            before_until: is_there.then(|| Moment::sample(-7_200)),
        }
    }
}

impl Publication {
    fn sample(state: &'static str) -> Self {
        Self {
            path: "/console/publications/pub_1".into(),
            id: "pub_1".into(),
            name: SAMPLE_OUTSIDE.into(),
            provider: SAMPLE_OUTSIDE.into(),
            installed: Installed::sample(state),
            paused: state == "revoked",
            agent: SAMPLE_OUTSIDE.into(),
            account: SAMPLE_OUTSIDE.into(),
            account_href: "/console/service-accounts/svc_1".into(),
            granularity: "per_thread",
            scopes: ScopeLine::samples(),
            settings: "{}".into(),
            triggers: SAMPLE_OUTSIDE.into(),
            limits: Some(SAMPLE_OUTSIDE.into()),
            schedule: Some(SAMPLE_OUTSIDE.into()),
            next_run: Some(Moment::sample(-3_600)),
            used: Some((12, 34_567)),
            made: Moment::sample(90_000),
            made_by: SAMPLE_OUTSIDE.into(),
            changed: Moment::sample(70),
            changed_by: SAMPLE_OUTSIDE.into(),
            deliveries: DeliveryLine::samples(),
            all_deliveries: "/console/webhooks?publication=pub_1".into(),
            rotation: Filled::new(),
        }
    }
}

impl Page for Publication {
    const TEMPLATE: &'static str = "console/publication.html";

    fn samples() -> Vec<Self> {
        let states = [
            "pending",
            "waiting",
            "installed",
            "suspended",
            "revoked",
            "needs_reauth",
        ];
        let mut all: Vec<_> = states.map(Self::sample).into();
        for next in ["paste", "gone"] {
            let of = Self::sample("installed");
            all.push(Self {
                installed: Installed {
                    next,
                    webhook: "/webhook/acme/pub_1".into(),
                    callback: None,
                    placeless: true,
                    page: None,
                    workspace: None,
                    workspace_url: None,
                    bot: None,
                    at: None,
                    by: None,
                    ..of.installed
                },
                limits: None,
                schedule: None,
                next_run: None,
                used: None,
                scopes: Vec::new(),
                deliveries: Vec::new(),
                rotation: Filled::new().wrong("secret", "expected: a longer text"),
                ..of
            });
        }
        all
    }
}
