use keyway_core::Secret;
use serde_json::Value;

/// A publication to make.
#[derive(Debug, Clone)]
pub struct PublicationDraft {
    /// The provider's id.
    pub provider: String,
    /// Its name for people.
    pub name: String,
    /// The agent's slug.
    pub agent: String,
    /// The service account that its sessions act as, by id.
    pub service_account: String,
    /// Which events meet in one session; the provider's usual where absent.
    pub granularity: Option<String>,
    /// What the provider is told.
    pub settings: Value,
    /// What wakes the agent.
    pub triggers: Value,
    /// What its turns may use: an object, empty where nothing bounds them.
    pub limits: Value,
    /// When it runs by the clock: an object, empty where it does not.
    pub schedule: Value,
    /// What it may do at the third party; the provider's usual where absent.
    pub scopes: Option<Vec<String>>,
    /// What webhooks are signed with; made here where absent.
    pub secret: Option<Secret<String>>,
}

/// What is to change of a publication; what is absent stays.
#[derive(Debug, Clone, Default)]
pub struct PublicationPatch {
    /// The revision that was read; whichever it is where absent.
    pub revision: Option<i64>,
    /// Its name for people.
    pub name: Option<String>,
    /// The agent's slug.
    pub agent: Option<String>,
    /// Which events meet in one session.
    pub granularity: Option<String>,
    /// What the provider is told.
    pub settings: Option<Value>,
    /// What wakes the agent.
    pub triggers: Option<Value>,
    /// What it may do at the third party.
    pub scopes: Option<Vec<String>>,
    /// What its turns may use, all of it.
    pub limits: Option<Value>,
    /// When it runs by the clock, all of it; an empty object where it does no more.
    pub schedule: Option<Value>,
    /// Whether nothing wakes it for now.
    pub paused: Option<bool>,
}

impl PublicationPatch {
    /// The names of what changes.
    pub(super) fn changes(&self) -> Vec<&'static str> {
        [
            ("name", self.name.is_some()),
            ("agent", self.agent.is_some()),
            ("granularity", self.granularity.is_some()),
            ("settings", self.settings.is_some()),
            ("triggers", self.triggers.is_some()),
            ("scopes", self.scopes.is_some()),
            ("limits", self.limits.is_some()),
            ("schedule", self.schedule.is_some()),
            ("paused", self.paused.is_some()),
        ]
        .into_iter()
        .filter_map(|(name, changes)| changes.then_some(name))
        .collect()
    }
}
