use keyway_core::Error;
use keyway_core::provider::{InstallationChange, Workspace};
use keyway_store::{
    InstallationState, InstallationWrite, Installed, StoredInstallation, StoredPublication, Written,
};

use super::error;
use crate::App;
use crate::audit::{Event, EventKind, Who};

/// Whom the audit log names for what a third party said.
const VENDOR: &str = "vendor";

impl App {
    /// Takes in what a third party says of the installation behind a publication: its webhook was verified.
    /// What says the same twice changes nothing the second time.
    ///
    /// # Errors
    ///
    /// `workspace_taken` for one that is another installation's, `wrong_workspace` where it is installed
    /// elsewhere.
    pub(crate) async fn installation_changed(
        &self,
        publication: &StoredPublication,
        change: &InstallationChange,
    ) -> Result<(), Error> {
        use InstallationState::{
            Installed as There, NeedsReauth, Pending, Revoked, Suspended, Waiting,
        };
        let (from, to): (&[_], _) = match change {
            InstallationChange::Installed(_) => (&[Pending, Waiting, Revoked], There),
            InstallationChange::Revoked => (&[There, Suspended, NeedsReauth, Waiting], Revoked),
            InstallationChange::Suspended => (&[There, NeedsReauth], Suspended),
            InstallationChange::Resumed => (&[Suspended], There),
        };
        let (organization, id) = (&publication.organization, &publication.installation);
        let stored = self.stored_installation(organization, id).await?;
        if !from.contains(&stored.publication.state) {
            return Ok(());
        }
        let event = Event::new(EventKind::InstallationChanged, Who::system(organization))
            .target("installation", id.as_str())
            .detail("state", to.as_str())
            .detail("said_by", publication.provider.as_str());
        let moving = async {
            if let InstallationChange::Installed(workspace) = change {
                return self.installed_by_vendor(&stored, workspace).await;
            }
            let (store, now) = (&self.inner.store, self.inner.clock.now());
            let moved = store.move_installation(organization, id, from, to, now, VENDOR);
            moved.await?;
            Ok(())
        };
        self.inner.audit.change(event, moving).await
    }

    async fn installed_by_vendor(
        &self,
        stored: &StoredInstallation,
        workspace: &Workspace,
    ) -> Result<(), Error> {
        let provider = self.provider_of(stored)?;
        let before = super::work::workspace(stored.publication.workspace.as_deref());
        if before.is_some_and(|before| !provider.same_workspace(&before, workspace)) {
            return Err(error::wrong_workspace());
        }
        let settings = serde_json::from_str(&stored.publication.settings).unwrap_or_default();
        let mut write = InstallationWrite::new(self.inner.clock.now(), VENDOR);
        write.state = Some(InstallationState::Installed);
        write.installed = Some(Installed {
            app: provider.app(&settings),
            workspace: serde_json::to_string(workspace).map_err(Error::internal)?,
            workspace_id: workspace.id.clone(),
            setup_link: None,
        });
        match self.inner.store.write_installation(stored, &write).await? {
            Written::Done => Ok(()),
            Written::Taken => Err(error::taken()),
            Written::Stale | Written::LinkGone => Err(error::stale()),
        }
    }
}
