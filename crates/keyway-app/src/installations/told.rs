use keyway_core::Error;
use keyway_core::provider::{InstallationChange, Secrets, Workspace};
use keyway_store::{
    InstallationState, InstallationWrite, Installed, SealedWrite, StoredInstallation,
    StoredPublication,
};

use super::error;
use super::sealed::{self, Column};
use crate::App;
use crate::audit::{Event, EventKind, Who};

/// What is written down as who, where the third party says so.
const THERE: &str = "third party";

impl App {
    /// Moves the installation of a publication to where the third party says it is, by a webhook that was
    /// verified. What is there already changes nothing.
    ///
    /// # Errors
    ///
    /// `workspace_taken` for one that is another installation's, `wrong_workspace` where it is installed
    /// elsewhere.
    pub(crate) async fn installation_told(
        &self,
        publication: &StoredPublication,
        change: &InstallationChange,
    ) -> Result<(), Error> {
        use InstallationState::{
            Installed as There, NeedsReauth, Pending, Revoked, Suspended, Waiting,
        };
        let (organization, id) = (&publication.organization, &publication.installation);
        let turn = self.inner.installs.turn(id);
        let _turn = turn.lock().await;
        let stored = self.stored_installation(organization, id).await?;
        let state = stored.publication.state;
        let (from, to): (&[_], _) = match change {
            InstallationChange::Installed(_) => (&[Pending, Waiting, Revoked], There),
            InstallationChange::Revoked => (&[Waiting, There, Suspended, NeedsReauth], Revoked),
            InstallationChange::Suspended => (&[There, NeedsReauth], Suspended),
            InstallationChange::Resumed => (&[Suspended], There),
        };
        // What it may do there may change while it is there.
        let granted = match change {
            InstallationChange::Installed(workspace) if state == There => {
                let before = super::work::workspace(stored.publication.workspace.as_deref());
                before.is_some_and(|before| before.granted != workspace.granted)
            }
            _ => false,
        };
        if !from.contains(&state) && !granted {
            return Ok(());
        }
        let event = Event::new(EventKind::InstallationChanged, Who::system(organization))
            .target("installation", id.as_str())
            .detail("state", to.as_str())
            .detail("told_by", THERE);
        let moving = async {
            if let InstallationChange::Installed(workspace) = change {
                self.installed_there(&stored, workspace).await?;
                if granted {
                    // The token of before may no more than what was granted then.
                    let store = &self.inner.store;
                    store
                        .forget_installation_token(organization, id, None)
                        .await?;
                }
                return Ok(());
            }
            if *change == InstallationChange::Revoked {
                return self.revoked_there(&stored).await;
            }
            let (store, at) = (&self.inner.store, self.inner.clock.now());
            let moved = store.move_installation(organization, id, from, to, at, THERE);
            moved.await?.then_some(()).ok_or_else(error::stale)
        };
        self.inner.audit.change(event, moving).await
    }

    async fn installed_there(
        &self,
        stored: &StoredInstallation,
        workspace: &Workspace,
    ) -> Result<(), Error> {
        let provider = self.provider_of(stored)?;
        let before = super::work::workspace(stored.publication.workspace.as_deref());
        if before.is_some_and(|before| !provider.same_workspace(&before, workspace)) {
            return Err(error::wrong_workspace());
        }
        let settings = &stored.publication.settings;
        let settings = serde_json::from_str(settings).unwrap_or_default();
        let mut write = InstallationWrite::new(self.inner.clock.now(), THERE);
        write.state = Some(InstallationState::Installed);
        write.installed = Some(Installed {
            app: provider.app(&settings),
            workspace_id: workspace.id.clone(),
            workspace: serde_json::to_string(workspace).map_err(Error::internal)?,
            setup_link: None,
        });
        self.installations().written(stored, &write).await
    }

    /// What the third party gave is worth nothing any more, and goes. What somebody typed in stays, so that
    /// it can be installed again.
    async fn revoked_there(&self, stored: &StoredInstallation) -> Result<(), Error> {
        let of = &stored.publication;
        let fields = self.provider_of(stored)?.install_fields();
        let secrets = self.opened(stored)?.secrets;
        let typed = secrets
            .iter()
            .filter(|(name, _)| fields.iter().any(|field| field.name == *name))
            .fold(Secrets::default(), |typed, (name, secret)| {
                typed.with(name, secret.clone())
            });
        let typed = sealed::to_json(&typed)?;
        let (vault, organization, id) = (&self.inner.vault, &of.organization, &of.installation);
        let mut write = InstallationWrite::new(self.inner.clock.now(), THERE);
        write.state = Some(InstallationState::Revoked);
        write.token = SealedWrite::Drop;
        write.secrets = SealedWrite::Put(Column::Secrets.seal(vault, organization, id, &typed)?);
        self.installations().written(stored, &write).await
    }

    /// Gives back to the third party what it gave an installation that is no more. Its word changes nothing here.
    pub(crate) fn take_back(&self, stored: StoredInstallation) {
        if stored.secrets.is_none() && stored.token.is_none() {
            return;
        }
        let app = self.clone();
        self.inner.tasks.spawn(async move {
            let revoking = async {
                let provider = app.provider_of(&stored)?;
                let work = app.opened(&stored)?;
                provider.revoke(&work.context()).await
            };
            if let Err(error) = revoking.await {
                let installation = &stored.publication.installation;
                tracing::warn!(%installation, code = error.code(), "an installation was not given back");
            }
        });
    }
}
