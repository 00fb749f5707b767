use jiff::SignedDuration;
use keyway_core::provider::{IntegrationProvider, Progress, Step, Visit};
use keyway_core::{Error, Secret};
use keyway_store::{
    InstallationState, InstallationWrite, Installed, SealedWrite, StoredInstallation, Written,
};

use super::attempt::{Kept, Leaving, hash, text};
use super::fields::{self, Fields};
use super::installer::Installer;
use super::meant::moved;
use super::sealed::{self, Column};
use super::work::Work;
use super::{Came, InstallationView, Installations, error};
use crate::audit::EventKind;

/// How long webhooks may be signed with the secret before.
pub(super) const OVERLAP: SignedDuration = SignedDuration::from_hours(24);

/// A browser that is about to leave for a third party.
#[derive(Debug)]
pub struct Begun {
    /// Where it goes.
    pub visit: Visit,
    /// The value of the cookie that it has to come back with.
    pub cookie: Secret<String>,
}

/// Who takes over what came out.
pub(super) struct Taking {
    pub(super) by: String,
    /// The setup link, by its hash.
    pub(super) link: Option<String>,
    /// The hash of the browser's cookie, where there is a browser.
    pub(super) browser: Option<String>,
}

impl Installations {
    /// Begins to install in a browser, with what was typed in: it counts once it is installed. `browser` is the
    /// value of its cookie, where it has one.
    ///
    /// # Errors
    ///
    /// `invalid_input` at what cannot be used, below `/fields`; `install_not_offered` where there is
    /// nothing to visit; `setup_link_not_valid`.
    pub async fn begin(
        &self,
        installer: Installer<'_>,
        fields: &Fields,
        browser: Option<&Secret<String>>,
    ) -> Result<Begun, Error> {
        let standing = self.standing(installer, EventKind::InstallBegun).await?;
        let cookie = browser.cloned();
        let fresh = || Secret::new(text(&*self.app.inner.random));
        let cookie = cookie.unwrap_or_else(fresh);
        let begun = async {
            let stored = &standing.stored;
            let provider = self.app.provider_of(stored)?;
            let mut work = self.app.opened(stored)?;
            fields::take(provider, stored.publication.granularity, &mut work, fields)?;
            fields::complete(provider, &work)?;
            let from = Leaving {
                browser: hash(cookie.expose()),
                link: standing.link.clone(),
            };
            let kept = Kept::typed(fields);
            self.set_out(provider, stored, &work, from, kept).await
        };
        let event = standing.event(EventKind::InstallBegun);
        let visit = self.app.inner.audit.change(event, begun).await?;
        Ok(Begun { visit, cookie })
    }

    /// Installs with what is typed in alone. Nothing of it is kept where the third party does not take it.
    ///
    /// # Errors
    ///
    /// `invalid_input` at what cannot be used, below `/fields`; `install_not_offered` where a browser is
    /// needed; `workspace_taken`, `wrong_workspace`; what the third party said.
    pub async fn connect(&self, installer: Installer<'_>, fields: &Fields) -> Result<Came, Error> {
        let kind = EventKind::InstallationInstalled;
        let standing = self.standing(installer, kind).await?;
        let event = standing.event(kind);
        let (of, fields) = (self.clone(), fields.clone());
        // Whoever stops waiting does not lose what the third party gave.
        let connecting = self.app.inner.tasks.spawn(async move {
            let audit = of.app.inner.audit.clone();
            let connecting = async {
                let id = &standing.stored.publication.installation;
                let turn = of.app.inner.installs.turn(id);
                let mut failed = turn.lock().await;
                let organization = &standing.stored.publication.organization;
                let stored = of.app.stored_installation(organization, id).await?;
                let provider = of.app.provider_of(&stored)?;
                let mut work = of.app.opened(&stored)?;
                fields::take(provider, stored.publication.granularity, &mut work, &fields)?;
                fields::complete(provider, &work)?;
                let progress = provider.connect(&work.context()).await;
                let progress = progress.map_err(|error| fields::at_fields(provider, error))?;
                *failed = None;
                let taking = Taking {
                    by: standing.by,
                    link: standing.link,
                    browser: None,
                };
                of.take_in(provider, &stored, work, progress, taking).await
            };
            audit.change(event, Box::pin(connecting)).await
        });
        connecting.await.map_err(Error::internal)?
    }

    /// Takes over how far an installation came.
    pub(super) async fn take_in(
        &self,
        provider: &dyn IntegrationProvider,
        stored: &StoredInstallation,
        mut work: Work,
        progress: Progress,
        taking: Taking,
    ) -> Result<Came, Error> {
        work.settings = progress.settings.unwrap_or(work.settings);
        work.secrets = progress.secrets.unwrap_or(work.secrets);
        work.webhook_secret = progress.webhook_secret.unwrap_or(work.webhook_secret);
        let there = stored.publication.state.is_there();
        let mut write = self.write_of(stored, &work, &taking.by)?;
        match progress.step {
            Step::Visit => {
                // What works as it is stays so until the other is installed.
                let kept = if there {
                    Kept::learnt(&work)
                } else {
                    self.written(stored, &write).await?;
                    Kept::default()
                };
                let Some(browser) = taking.browser else {
                    return Ok(Came::Unfinished(self.view_of(stored).await?));
                };
                let from = Leaving {
                    browser,
                    link: taking.link,
                };
                let visit = self.set_out(provider, stored, &work, from, kept).await?;
                Ok(Came::On(visit, self.view_of(stored).await?))
            }
            Step::Waiting => {
                write.state = (!there).then_some(InstallationState::Waiting);
                self.written(stored, &write).await?;
                Ok(Came::Waiting(self.view_of(stored).await?))
            }
            Step::Installed(workspace) => {
                let before = work.workspace.as_ref();
                if before.is_some_and(|before| !provider.same_workspace(before, &workspace)) {
                    return Err(error::wrong_workspace());
                }
                write.state = Some(InstallationState::Installed);
                write.installed = Some(Installed {
                    app: provider.app(&work.settings),
                    workspace: serde_json::to_string(&workspace).map_err(Error::internal)?,
                    workspace_id: workspace.id,
                    setup_link: taking.link,
                });
                self.written(stored, &write).await?;
                Ok(Came::Installed(self.view_of(stored).await?))
            }
        }
    }

    /// Everything open of an installation, sealed for its row.
    pub(super) fn write_of(
        &self,
        stored: &StoredInstallation,
        work: &Work,
        by: &str,
    ) -> Result<InstallationWrite, Error> {
        let (inner, of) = (&self.app.inner, &stored.publication);
        // As it is stored: what was typed in is in the work already.
        let webhook_before = self.app.opened(stored)?.webhook_secret;
        let seal = |column: Column, text: &str| {
            let sealed = column.seal(&inner.vault, &of.organization, &of.installation, text);
            sealed.map(SealedWrite::Put)
        };
        let mut write = InstallationWrite::new(inner.clock.now(), by);
        write.settings = Some(work.settings.to_string());
        let settings = serde_json::from_str(&of.settings).unwrap_or_default();
        if !moved(&settings, &work.settings).is_empty() {
            // It is good at the address before alone.
            write.token = SealedWrite::Drop;
        }
        write.secrets = seal(Column::Secrets, &sealed::to_json(&work.secrets)?)?;
        if work.webhook_secret.expose() != webhook_before.expose() {
            write.sealed = seal(Column::Webhook, work.webhook_secret.expose())?;
            write.before = seal(Column::Before, webhook_before.expose())?;
            write.before_until = write.at.checked_add(OVERLAP).ok();
        }
        Ok(write)
    }

    pub(super) async fn written(
        &self,
        stored: &StoredInstallation,
        write: &InstallationWrite,
    ) -> Result<(), Error> {
        match self
            .app
            .inner
            .store
            .write_installation(stored, write)
            .await?
        {
            Written::Done => Ok(()),
            Written::Stale => Err(error::stale()),
            Written::Taken => Err(error::taken()),
            Written::LinkGone => Err(error::link_gone()),
        }
    }

    pub(super) async fn view_of(
        &self,
        stored: &StoredInstallation,
    ) -> Result<InstallationView, Error> {
        let of = &stored.publication;
        let now = self
            .app
            .stored_installation(&of.organization, &of.installation);
        self.view(&now.await?).await
    }
}
