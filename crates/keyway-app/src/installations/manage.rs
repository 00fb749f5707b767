use jiff::{SignedDuration, Timestamp};
use keyway_core::provider::Visit;
use keyway_core::{Error, InstallationId, Principal, Secret};
use keyway_store::{PublicationFilter, SetupLink, StoredInstallation};

use super::fields::{self, Fields};
use super::installer::Installer;
use super::work::is_there_at_once;
use super::{InstallationPage, InstallationView, Installations, error};
use crate::App;
use crate::audit::EventKind;
use crate::connectors::by;
use crate::keys::{SecretText, TokenKind};
use crate::pages::Page;

/// How long a setup link works.
const LASTS: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A setup link that was just made. This is the only moment it is known.
#[derive(Debug, Clone)]
pub struct IssuedSetupLink {
    /// The address it leads to.
    pub url: Secret<String>,
    /// Until when it works.
    pub expires_at: Timestamp,
}

/// An installation as whoever installs sees it.
#[derive(Debug, Clone)]
pub struct InstallLook {
    /// The installation.
    pub installation: InstallationView,
    /// Where a browser would go by what is stored, if anywhere.
    pub target: Option<String>,
}

impl App {
    /// What providers are installed with.
    pub fn installations(&self) -> Installations {
        Installations { app: self.clone() }
    }
}

impl Installations {
    /// A page of the installations of the organization of `who`, the last made first.
    pub async fn list(
        &self,
        who: &Principal,
        cursor: Option<&str>,
        limit: Option<u32>,
    ) -> Result<InstallationPage, Error> {
        self.app.administer(who).await?;
        let page = Page::read(cursor, limit)?;
        let filter = PublicationFilter {
            before: page.before,
            ..PublicationFilter::default()
        };
        let store = &self.app.inner.store;
        let found = store.installations(who.organization(), filter, page.wanted());
        let mut found = found.await?;
        let next_cursor = page.cut(&mut found, |one| one.publication.seq);
        let mut installations = Vec::with_capacity(found.len());
        for stored in &found {
            // One of a provider that is no more is of use to nobody.
            if self.app.provider_of(stored).is_ok() {
                installations.push(self.view(stored).await?);
            }
        }
        Ok(InstallationPage {
            installations,
            next_cursor,
        })
    }

    /// One installation.
    pub async fn show(
        &self,
        who: &Principal,
        id: &InstallationId,
    ) -> Result<InstallationView, Error> {
        self.app.administer(who).await?;
        let stored = self.app.stored_installation(who.organization(), id).await?;
        self.view(&stored).await
    }

    /// An installation for whoever is about to install it.
    pub async fn look(&self, installer: Installer<'_>) -> Result<InstallLook, Error> {
        let standing = self.standing(installer, EventKind::InstallBegun).await?;
        let provider = self.app.provider_of(&standing.stored)?;
        let work = self.app.opened(&standing.stored)?;
        let target = match self.would_visit(provider, &work) {
            Ok(Visit::Redirect(url) | Visit::Post { url, .. }) => Some(url),
            Err(_) => None,
        };
        Ok(InstallLook {
            installation: self.view(&standing.stored).await?,
            target,
        })
    }

    /// Where a browser begins to install, by what is stored: a page of the gateway, for administrators.
    ///
    /// # Errors
    ///
    /// `invalid_input` for what is missing; `install_not_offered` where there is nothing to visit.
    pub async fn authorize(&self, who: &Principal, id: &InstallationId) -> Result<String, Error> {
        let installer = Installer::Installation(who, id);
        let standing = self.standing(installer, EventKind::InstallBegun).await?;
        let provider = self.app.provider_of(&standing.stored)?;
        let work = self.app.opened(&standing.stored)?;
        fields::complete(provider, &work)?;
        self.would_visit(provider, &work)?;
        let of = &standing.stored.publication;
        let path = format!("/install/{}?publication={}", of.provider, of.id);
        Ok(self.app.inner.pages.at(&path))
    }

    /// Changes what the provider was told and its secrets.
    ///
    /// # Errors
    ///
    /// `installation_changed` where somebody else changed it since it was read; `invalid_input` below
    /// `/fields`.
    pub async fn change(
        &self,
        who: &Principal,
        id: &InstallationId,
        revision: Option<i64>,
        fields: &Fields,
    ) -> Result<InstallationView, Error> {
        let kind = EventKind::InstallationChanged;
        let standing = self
            .standing(Installer::Installation(who, id), kind)
            .await?;
        let names: Vec<_> = fields.keys().map(String::as_str).collect();
        let event = standing.event(kind).detail("changed", names);
        let changing = async {
            let turn = self.app.inner.installs.turn(id);
            let _turn = turn.lock().await;
            let stored = self.app.stored_installation(who.organization(), id).await?;
            if revision.is_some_and(|read| read != stored.revision) {
                return Err(error::stale());
            }
            let provider = self.app.provider_of(&stored)?;
            let mut work = self.app.opened(&stored)?;
            let granularity = stored.publication.granularity;
            fields::take(provider, granularity, &mut work, fields)?;
            let write = self.write_of(&stored, &work, &standing.by)?;
            self.written(&stored, &write).await
        };
        self.app.inner.audit.change(event, changing).await?;
        self.view_of(&standing.stored).await
    }

    /// Replaces what webhooks are signed with; the one before is good for another 24 hours. The new one is
    /// made here where none is brought.
    pub async fn rotate(
        &self,
        who: &Principal,
        id: &InstallationId,
        secret: Option<Secret<String>>,
    ) -> Result<(InstallationView, Secret<String>), Error> {
        let kind = EventKind::InstallationRotated;
        let standing = self
            .standing(Installer::Installation(who, id), kind)
            .await?;
        let rotating = async {
            let inner = &self.app.inner;
            let turn = inner.installs.turn(id);
            let _turn = turn.lock().await;
            let stored = self.app.stored_installation(who.organization(), id).await?;
            let provider = self.app.provider_of(&stored)?;
            let mut work = self.app.opened(&stored)?;
            let made = || provider.new_secret(&work.settings, &*inner.random);
            work.webhook_secret = secret.unwrap_or_else(made);
            provider.check(&work.checked(), stored.publication.granularity)?;
            let write = self.write_of(&stored, &work, &standing.by)?;
            self.written(&stored, &write).await?;
            Ok(work.webhook_secret)
        };
        let event = standing.event(kind);
        let secret = self.app.inner.audit.change(event, rotating).await?;
        Ok((self.view_of(&standing.stored).await?, secret))
    }

    /// Makes a link with which somebody installs who is nobody here. One that was made before works no more.
    pub async fn make_setup_link(
        &self,
        who: &Principal,
        id: &InstallationId,
    ) -> Result<IssuedSetupLink, Error> {
        let kind = EventKind::SetupLinkMade;
        let standing = self
            .standing(Installer::Installation(who, id), kind)
            .await?;
        let inner = &self.app.inner;
        let secret = SecretText::generate(TokenKind::SetupLink, &*inner.random);
        let now = inner.clock.now();
        let link = SetupLink {
            id: secret.digest().to_hex(),
            organization: who.organization().clone(),
            installation: id.clone(),
            created_at: now,
            created_by: by(who),
            expires_at: now.checked_add(LASTS).unwrap_or(now),
        };
        let making = async { Ok(inner.store.create_setup_link(&link).await?) };
        inner.audit.change(standing.event(kind), making).await?;
        let provider = &standing.stored.publication.provider;
        let path = format!("/install/{provider}/setup/{}", secret.secret().expose());
        Ok(IssuedSetupLink {
            url: Secret::new(inner.pages.at(&path)),
            expires_at: link.expires_at,
        })
    }

    /// Revokes the setup link of an installation.
    ///
    /// # Errors
    ///
    /// `setup_link_not_valid` where none works.
    pub async fn revoke_setup_link(
        &self,
        who: &Principal,
        id: &InstallationId,
    ) -> Result<(), Error> {
        let kind = EventKind::SetupLinkRevoked;
        let standing = self
            .standing(Installer::Installation(who, id), kind)
            .await?;
        let inner = &self.app.inner;
        let revoking = async {
            let now = inner.clock.now();
            let revoked = inner.store.revoke_setup_link(who.organization(), id, now);
            revoked.await?.then_some(()).ok_or_else(error::link_gone)
        };
        inner.audit.change(standing.event(kind), revoking).await
    }

    /// Uninstalls: tokens and secrets go, its publications are paused, and the third party is told so as far as
    /// it can be. It can be installed again.
    pub async fn uninstall(
        &self,
        who: &Principal,
        id: &InstallationId,
    ) -> Result<InstallationView, Error> {
        let kind = EventKind::InstallationRemoved;
        let standing = self
            .standing(Installer::Installation(who, id), kind)
            .await?;
        let removing = async {
            let inner = &self.app.inner;
            let turn = inner.installs.turn(id);
            let _turn = turn.lock().await;
            let stored = self.app.stored_installation(who.organization(), id).await?;
            if is_there_at_once(self.app.provider_of(&stored)?) {
                return Err(error::nothing_installed());
            }
            let at = inner.clock.now();
            let gone = inner
                .store
                .uninstall(who.organization(), id, at, &standing.by);
            gone.await?.then_some(()).ok_or_else(error::not_found)?;
            self.app.take_back(stored);
            Ok(())
        };
        let event = standing.event(kind);
        self.app.inner.audit.change(event, removing).await?;
        self.view_of(&standing.stored).await
    }

    pub(super) async fn view(
        &self,
        stored: &StoredInstallation,
    ) -> Result<InstallationView, Error> {
        let inner = &self.app.inner;
        let of = &stored.publication;
        let link = inner
            .store
            .setup_link_of(&of.organization, &of.installation, inner.clock.now());
        let link = link.await?;
        let provider = self.app.provider_of(stored)?;
        let work = self.app.opened(stored)?;
        let link = link.as_ref();
        Ok(InstallationView::of(stored, provider, &work, link))
    }
}
