use jiff::Timestamp;
use keyway_core::provider::{IntegrationProvider, Workspace};
use keyway_core::{InstallationId, PublicationId};
use keyway_store::{SetupLink, StoredInstallation};
use serde_json::Value;

use super::fields;
use super::work::{Work, workspace};
use crate::publications::FieldView;

/// An installation, as administrators see it. No secret is shown.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InstallationView {
    /// Its id.
    pub id: InstallationId,
    /// The provider's id.
    pub provider: String,
    /// The provider's name for people.
    pub provider_name: &'static str,
    /// How the provider is installed.
    pub install: &'static str,
    /// The publication it was made for.
    pub publication: PublicationId,
    /// The publication's name.
    pub name: String,
    /// How far it is.
    pub state: &'static str,
    /// Where it is installed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workspace: Option<Workspace>,
    /// What the provider was told.
    pub settings: Value,
    /// What whoever installs is asked for.
    pub fields: Vec<TypedField>,
    /// What the third party is told of this gateway.
    pub addresses: AddressesView,
    /// Until when webhooks may be signed with the secret before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_before_until: Option<Timestamp>,
    /// Until when its setup link works, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub setup_link_until: Option<Timestamp>,
    /// Grows with each change.
    pub revision: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was installed last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub installed_at: Option<Timestamp>,
    /// By whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub installed_by: Option<String>,
    /// When it last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed_at: Option<Timestamp>,
    /// By whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed_by: Option<String>,
}

/// A field, and whether there is something in it.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TypedField {
    /// The field.
    #[serde(flatten)]
    pub field: FieldView,
    /// Whether there is something in it.
    pub set: bool,
}

/// What a third party is told of the gateway. Without scheme and host where it is not known where it is served.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AddressesView {
    /// Where webhooks are sent to.
    pub webhook: String,
    /// Where a browser comes back to after consent.
    pub callback: String,
}

/// Some installations, the last made first.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InstallationPage {
    /// Those of this page.
    pub installations: Vec<InstallationView>,
    /// Where the next page begins; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

impl InstallationView {
    pub(super) fn of(
        stored: &StoredInstallation,
        provider: &dyn IntegrationProvider,
        work: &Work,
        link: Option<&SetupLink>,
    ) -> Self {
        let of = &stored.publication;
        let typed = provider.install_fields().iter().map(|field| TypedField {
            field: FieldView::of(field),
            set: fields::has(field, work),
        });
        Self {
            id: of.installation.clone(),
            provider: of.provider.clone(),
            provider_name: provider.display_name(),
            install: provider.install().as_str(),
            publication: of.id.clone(),
            name: of.name.clone(),
            state: of.state.as_str(),
            workspace: workspace(of.workspace.as_deref()),
            settings: work.settings.clone(),
            fields: typed.collect(),
            addresses: AddressesView {
                webhook: work.addresses.webhook.clone(),
                callback: work.addresses.callback.clone(),
            },
            secret_before_until: stored.before_until,
            setup_link_until: link.map(|link| link.expires_at),
            revision: stored.revision,
            created_at: stored.created_at,
            installed_at: stored.installed_at,
            installed_by: stored.installed_by.clone(),
            changed_at: stored.changed_at,
            changed_by: stored.changed_by.clone(),
        }
    }
}
