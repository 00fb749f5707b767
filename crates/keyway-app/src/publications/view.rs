use jiff::Timestamp;
use keyway_core::provider::{
    Examples, Granularity, InstallField, IntegrationProvider, PublicationScope, Workspace,
};
use keyway_core::{InstallationId, PublicationId};
use keyway_store::StoredPublication;
use serde_json::Value;

use crate::installations::workspace;

/// A publication, as administrators see it. The secret is not shown.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PublicationView {
    /// Its id.
    pub id: PublicationId,
    /// The provider's id.
    pub provider: String,
    /// Where the third party sends its webhooks to; without scheme and host where it is not known where
    /// the gateway is served.
    pub url: String,
    /// Its name for people.
    pub name: String,
    /// The agent's slug.
    pub agent: String,
    /// The service account that its sessions act as, by id.
    pub service_account: String,
    /// Which events meet in one session.
    pub granularity: Granularity,
    /// What the provider was told.
    pub settings: Value,
    /// What wakes the agent.
    pub triggers: Value,
    /// What it may do at the third party.
    pub scopes: Vec<String>,
    /// What its turns may use.
    pub limits: Value,
    /// When it runs by the clock; empty where it does not.
    pub schedule: Value,
    /// When it does so next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_run_at: Option<Timestamp>,
    /// The installation it goes through.
    pub installation: InstallationId,
    /// How far that is.
    pub state: &'static str,
    /// Where it is installed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workspace: Option<Workspace>,
    /// Whether nothing wakes it for now.
    pub paused: bool,
    /// Grows with each change.
    pub revision: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: String,
    /// When it last changed.
    pub changed_at: Timestamp,
    /// By whom.
    pub changed_by: String,
}

/// Some publications, the last made first.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PublicationPage {
    /// Those of this page.
    pub publications: Vec<PublicationView>,
    /// Where the next page begins; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// A provider that agents can be published through.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IntegrationView {
    /// Its id.
    pub id: &'static str,
    /// Its name for people.
    pub display_name: &'static str,
    /// How it is installed.
    pub install: &'static str,
    /// What its publications can be like.
    pub granularities: Vec<Granularity>,
    /// What they are like where nothing is said.
    pub usual_granularity: Granularity,
    /// What publications may be let do there.
    pub scopes: Vec<ScopeView>,
    /// What whoever installs is asked for.
    pub fields: Vec<FieldView>,
    /// How many publications the organization has.
    pub publications: u64,
    /// What can be said to it, for forms.
    #[serde(skip)]
    pub examples: Examples,
}

/// A scope of a provider.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ScopeView {
    /// Its name.
    pub name: &'static str,
    /// What it permits.
    pub description: &'static str,
    /// Whether a publication has it where nothing is said.
    pub usual: bool,
}

/// Something that whoever installs is asked for.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FieldView {
    /// Its name.
    pub name: &'static str,
    /// What it is called on a form.
    pub title: &'static str,
    /// Where to find it.
    pub help: &'static str,
    /// Whether nobody sees it again.
    pub secret: bool,
    /// Whether there is no installation without it.
    pub required: bool,
}

impl PublicationView {
    pub(super) fn of(stored: StoredPublication, at: impl FnOnce(&str) -> String) -> Self {
        let path = format!("/webhook/{}/{}", stored.provider, stored.id);
        Self {
            url: at(&path),
            id: stored.id,
            provider: stored.provider,
            name: stored.name,
            agent: stored.agent,
            service_account: stored.account,
            granularity: stored.granularity,
            settings: serde_json::from_str(&stored.settings).unwrap_or_default(),
            triggers: serde_json::from_str(&stored.triggers).unwrap_or_default(),
            scopes: serde_json::from_str(&stored.scopes).unwrap_or_default(),
            limits: serde_json::from_str(&stored.limits).unwrap_or_default(),
            schedule: schedule(stored.schedule.as_deref()),
            next_run_at: stored.next_run_at,
            installation: stored.installation,
            state: stored.state.as_str(),
            workspace: workspace(stored.workspace.as_deref()),
            paused: stored.paused_at.is_some(),
            revision: stored.revision,
            created_at: stored.created_at,
            created_by: stored.created_by,
            changed_at: stored.changed_at,
            changed_by: stored.changed_by,
        }
    }
}

fn schedule(stored: Option<&str>) -> Value {
    let read = stored.and_then(|text| serde_json::from_str(text).ok());
    read.unwrap_or_else(|| Value::Object(serde_json::Map::new()))
}

impl IntegrationView {
    pub(super) fn of(provider: &dyn IntegrationProvider, publications: u64) -> Self {
        let offer = provider.publication();
        Self {
            id: provider.id(),
            display_name: provider.display_name(),
            install: provider.install().as_str(),
            granularities: offer.granularities.to_vec(),
            usual_granularity: offer.usual,
            scopes: offer.scopes.iter().map(ScopeView::of).collect(),
            fields: provider
                .install_fields()
                .iter()
                .map(FieldView::of)
                .collect(),
            publications,
            examples: provider.examples(),
        }
    }
}

impl ScopeView {
    fn of(scope: &PublicationScope) -> Self {
        Self {
            name: scope.name,
            description: scope.description,
            usual: scope.usual,
        }
    }
}

impl FieldView {
    pub(crate) fn of(field: &InstallField) -> Self {
        Self {
            name: field.name,
            title: field.title,
            help: field.help,
            secret: field.secret,
            required: field.required,
        }
    }
}
