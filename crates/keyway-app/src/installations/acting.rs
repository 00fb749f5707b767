use std::sync::Arc;

use jiff::SignedDuration;
use keyway_core::provider::{GrantedScopes, IntegrationProvider, PublicationContext, Workspace};
use keyway_core::{Error, Secret, SessionId};
use keyway_store::{InstallationState, StoredInstallation, StoredPublication};
use serde_json::Value;

use super::error;
use super::keeper::Failure;
use super::sealed::{self, Column};
use super::work::workspace;
use crate::App;
use crate::audit::{Event, EventKind, Who};

/// How long before it is worth nothing a token is got anew.
const EARLY: SignedDuration = SignedDuration::from_mins(5);
/// What a provider says when the third party does not know the installation any more.
const REVOKED: &str = "installation_revoked";

/// Whether an error says that the third party took a token no more: there may be another one to get.
pub(crate) fn is_token_refused(error: &Error) -> bool {
    [REVOKED, "vendor_unauthorized"].contains(&error.code())
}

impl App {
    /// What a provider acts with for a publication: a token that is good, and no more than what the
    /// publication grants. `place` is where the event came from that is answered.
    ///
    /// # Errors
    ///
    /// `installation_needs_reauth`, `installation_pending`, `installation_waiting`,
    /// `installation_suspended` and `installation_revoked` where nothing can be done there; what the
    /// third party said where it gave no token.
    pub async fn acting(
        &self,
        publication: &StoredPublication,
        place: Option<Value>,
        session: Option<SessionId>,
    ) -> Result<PublicationContext, Error> {
        let (stored, token) = self.installation_token(publication).await?;
        let of = &stored.publication;
        let read = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
        Ok(PublicationContext {
            settings: Arc::new(read(&of.settings)),
            triggers: Arc::new(read(&publication.triggers)),
            workspace: Arc::new(installed_at(&stored)?),
            scopes: Arc::new(granted(self.provider_of(&stored)?, publication)),
            token,
            http: self.provider_http(),
            place: place.map(Arc::new),
            link: session.as_ref().and_then(|id| self.session_url(id)),
            session,
            now: self.inner.clock.now(),
        })
    }

    /// Where people see a session; nothing where it is not known where the gateway is served.
    pub(crate) fn session_url(&self, session: &SessionId) -> Option<String> {
        let at = format!("/console/sessions/{session}");
        Some(self.inner.pages.at(&at)).filter(|link| link.starts_with("http"))
    }

    /// The third party took this token of a publication's installation no more: the next one that acts gets
    /// another one. Where another one is kept already, it stays.
    pub async fn token_refused(
        &self,
        publication: &StoredPublication,
        token: &Secret<String>,
    ) -> Result<(), Error> {
        let (organization, id) = (&publication.organization, &publication.installation);
        let turn = self.inner.installs.turn(id);
        let _turn = turn.lock().await;
        let stored = self.stored_installation(organization, id).await?;
        let kept = self.kept_token(&stored, SignedDuration::ZERO)?;
        if kept.is_some_and(|kept| kept.expose() != token.expose()) {
            return Ok(());
        }
        let secrets = self.opened(&stored)?.secrets;
        let left = self.provider_of(&stored)?.forget_token(&secrets);
        let (before, left) = (sealed::to_json(&secrets)?, sealed::to_json(&left)?);
        let sealed = if before == left {
            None
        } else {
            Some(Column::Secrets.seal(&self.inner.vault, organization, id, &left)?)
        };
        let store = &self.inner.store;
        let forgetting = store.forget_installation_token(organization, id, sealed.as_deref());
        Ok(forgetting.await?)
    }

    async fn installation_token(
        &self,
        publication: &StoredPublication,
    ) -> Result<(StoredInstallation, Secret<String>), Error> {
        let (organization, id) = (&publication.organization, &publication.installation);
        let stored = self.stored_installation(organization, id).await?;
        installed_at(&stored)?;
        if let Some(token) = self.kept_token(&stored, EARLY)? {
            return Ok((stored, token));
        }
        // Whoever stops waiting does not lose what the third party gave.
        let (app, organization, id) = (self.clone(), organization.clone(), id.clone());
        let got = self.inner.tasks.spawn(async move {
            let turn = app.inner.installs.turn(&id);
            let mut failed = turn.lock().await;
            // Whoever had the turn before may have got one.
            let stored = app.stored_installation(&organization, &id).await?;
            installed_at(&stored)?;
            if let Some(token) = app.kept_token(&stored, EARLY)? {
                return Ok((stored, token));
            }
            let now = app.inner.clock.now();
            let error = match failed.as_ref().and_then(|failure| failure.again(now)) {
                Some(error) => error,
                None => match Box::pin(app.get_token(&stored)).await {
                    Ok(got) => {
                        *failed = None;
                        return Ok(got);
                    }
                    Err(error) if error.code() == REVOKED => {
                        app.needs_reauth(&stored).await?;
                        return Err(error::not_there(InstallationState::NeedsReauth));
                    }
                    Err(error) => {
                        *failed = Some(Failure::of(&error, now));
                        error
                    }
                },
            };
            // The one before is worth something for a while.
            match app.kept_token(&stored, SignedDuration::ZERO)? {
                Some(token) => Ok((stored, token)),
                None => Err(error),
            }
        });
        got.await.map_err(Error::internal)?
    }

    /// The token that is kept, if it is good for longer than this.
    fn kept_token(
        &self,
        stored: &StoredInstallation,
        longer: SignedDuration,
    ) -> Result<Option<Secret<String>>, Error> {
        let until = self.inner.clock.now().checked_add(longer);
        let until = until.map_err(Error::internal)?;
        let good = stored.token_expires_at.is_none_or(|at| at > until);
        let Some(sealed) = stored.token.as_deref().filter(|_| good) else {
            return Ok(None);
        };
        let of = &stored.publication;
        let vault = &self.inner.vault;
        let token = Column::Token.open(vault, &of.organization, &of.installation, sealed);
        token.map(Some)
    }

    /// Gets a token from the third party and keeps it, and the secrets it came with, before it is used.
    async fn get_token(
        &self,
        stored: &StoredInstallation,
    ) -> Result<(StoredInstallation, Secret<String>), Error> {
        let provider = self.provider_of(stored)?;
        let work = self.opened(stored)?;
        let got = provider.token(&work.context()).await?;
        let of = &stored.publication;
        let vault = &self.inner.vault;
        let seal = |column: Column, text: &str| {
            column.seal(vault, &of.organization, &of.installation, text)
        };
        let token = seal(Column::Token, got.value.expose())?;
        let secrets = match &got.secrets {
            Some(secrets) => Some(seal(Column::Secrets, &sealed::to_json(secrets)?)?),
            None => None,
        };
        let store = &self.inner.store;
        let kept =
            store.keep_installation_token(stored, &token, got.expires_at, secrets.as_deref());
        if !kept.await? {
            // It was installed anew meanwhile by another process: this one belongs to what was before.
            return Err(error::stale());
        }
        let stored = self.stored_installation(&of.organization, &of.installation);
        Ok((stored.await?, got.value))
    }

    async fn needs_reauth(&self, stored: &StoredInstallation) -> Result<(), Error> {
        let of = &stored.publication;
        let event = Event::new(
            EventKind::InstallationChanged,
            Who::system(&of.organization),
        );
        let to = InstallationState::NeedsReauth;
        let event = event
            .target("installation", of.installation.as_str())
            .detail("state", to.as_str());
        let moving = async {
            let from = [InstallationState::Installed];
            let (at, store) = (self.inner.clock.now(), &self.inner.store);
            let (organization, id) = (&of.organization, &of.installation);
            store
                .move_installation(organization, id, &from, to, at, "system")
                .await?;
            Ok(())
        };
        self.inner.audit.change(event, moving).await
    }
}

/// Where it is installed; refused where nothing can be done there.
fn installed_at(stored: &StoredInstallation) -> Result<Workspace, Error> {
    let of = &stored.publication;
    let there = workspace(of.workspace.as_deref());
    let there = there.filter(|_| of.state == InstallationState::Installed);
    there.ok_or_else(|| error::not_there(of.state))
}

/// The scopes that a publication has and its provider still offers.
pub(crate) fn granted(
    provider: &dyn IntegrationProvider,
    publication: &StoredPublication,
) -> GrantedScopes {
    let names: Vec<String> = serde_json::from_str(&publication.scopes).unwrap_or_default();
    let offered = provider.publication().scopes;
    let known = |name: &String| offered.iter().any(|scope| scope.name == name);
    GrantedScopes::of(names.into_iter().filter(known))
}
