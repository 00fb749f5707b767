use std::sync::Arc;

use jiff::Timestamp;
use keyway_core::client::HttpClient;
use keyway_core::provider::{
    Addresses, GrantedScopes, InstallContext, InstallKind, IntegrationProvider, ProviderContext,
    Secrets, Workspace,
};
use keyway_core::{Error, OrgId, PublicationId, Secret};
use keyway_store::StoredInstallation;
use serde_json::Value;

use super::error;
use super::sealed::{self, Column};
use crate::App;

/// An installation with everything open that a provider works with.
pub(super) struct Work {
    pub(super) name: String,
    pub(super) settings: Value,
    pub(super) triggers: Value,
    pub(super) secrets: Secrets,
    pub(super) webhook_secret: Secret<String>,
    pub(super) workspace: Option<Workspace>,
    pub(super) addresses: Addresses,
    scopes: GrantedScopes,
    http: HttpClient,
    now: Timestamp,
}

impl Work {
    /// What a provider installs with.
    pub(super) fn context(&self) -> InstallContext<'_> {
        InstallContext {
            name: &self.name,
            settings: &self.settings,
            secrets: &self.secrets,
            webhook_secret: &self.webhook_secret,
            workspace: self.workspace.as_ref(),
            addresses: &self.addresses,
            scopes: &self.scopes,
            triggers: &self.triggers,
            http: &self.http,
            now: self.now,
        }
    }

    /// What a provider checks.
    pub(super) fn checked(&self) -> ProviderContext<'_> {
        ProviderContext {
            settings: &self.settings,
            triggers: &self.triggers,
            secret: &self.webhook_secret,
            workspace: self.workspace.as_ref(),
            now: self.now,
        }
    }
}

impl App {
    /// The way out for providers.
    pub(super) fn provider_http(&self) -> HttpClient {
        HttpClient::new(Some(Arc::clone(&self.inner.http)), None)
    }

    /// The provider of an installation.
    pub(super) fn provider_of(
        &self,
        stored: &StoredInstallation,
    ) -> Result<&dyn IntegrationProvider, Error> {
        let found = self.settings().providers.get(&stored.publication.provider);
        found.ok_or_else(error::not_found)
    }

    /// Opens an installation.
    pub(super) fn opened(&self, stored: &StoredInstallation) -> Result<Work, Error> {
        let of = &stored.publication;
        let vault = &self.inner.vault;
        let open = |column: Column, sealed: &[u8]| {
            column.open(vault, &of.organization, &of.installation, sealed)
        };
        let webhook = stored.sealed.as_deref().ok_or_else(error::not_found)?;
        let secrets = match &stored.secrets {
            Some(sealed) => sealed::of_json(open(Column::Secrets, sealed)?.expose())?,
            None => Secrets::default(),
        };
        Ok(Work {
            name: of.name.clone(),
            settings: serde_json::from_str(&of.settings).unwrap_or_default(),
            triggers: serde_json::from_str(&of.triggers).unwrap_or_default(),
            secrets,
            webhook_secret: open(Column::Webhook, webhook)?,
            workspace: workspace(of.workspace.as_deref()),
            addresses: self.addresses(&of.provider, &of.id),
            scopes: super::acting::granted(self.provider_of(stored)?, of),
            http: self.provider_http(),
            now: self.inner.clock.now(),
        })
    }

    /// Where a third party and its browser find the gateway for a publication.
    pub(super) fn addresses(&self, provider: &str, publication: &PublicationId) -> Addresses {
        let pages = &self.inner.pages;
        Addresses {
            webhook: pages.at(&format!("/webhook/{provider}/{publication}")),
            callback: pages.at(&format!("/install/{provider}/callback")),
            home: pages.at(""),
        }
    }

    /// An installation of an organization.
    pub(super) async fn stored_installation(
        &self,
        organization: &OrgId,
        id: &keyway_core::InstallationId,
    ) -> Result<StoredInstallation, Error> {
        let found = self.inner.store.installation(organization, id).await?;
        found.ok_or_else(error::not_found)
    }
}

/// Whether there is nothing to install: a publication is reached at once.
pub(crate) fn is_there_at_once(provider: &dyn IntegrationProvider) -> bool {
    provider.install() == InstallKind::Credentials && provider.install_fields().is_empty()
}

/// A workspace as it is stored.
pub(crate) fn workspace(text: Option<&str>) -> Option<Workspace> {
    text.and_then(|text| serde_json::from_str(text).ok())
}
