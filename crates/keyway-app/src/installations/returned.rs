use std::collections::BTreeMap;

use keyway_core::provider::{Returned, Visit};
use keyway_core::{Error, Principal, Secret};
use keyway_store::{InstallAttempt, StoredInstallation};

use super::attempt::hash;
use super::fields;
use super::install::Taking;
use super::installer::LINK;
use super::{InstallationView, Installations, error};
use crate::audit::{Event, EventKind, Who};
use crate::connectors::by;

/// A browser that comes back from a third party.
#[derive(Debug, Clone)]
pub struct CameBack {
    /// The provider's id, as the address has it.
    pub provider: String,
    /// The parameters of the query that are there once.
    pub query: BTreeMap<String, String>,
    /// The value of the cookie that it left with.
    pub cookie: Option<Secret<String>>,
    /// Who is signed in.
    pub visitor: Option<Principal>,
}

/// How far an installation came.
#[derive(Debug)]
pub enum Came {
    /// The browser goes on to there.
    On(Visit, InstallationView),
    /// A browser is needed to go on.
    Unfinished(InstallationView),
    /// Somebody at the third party has to agree first.
    Waiting(InstallationView),
    /// It is installed.
    Installed(InstallationView),
}

impl Installations {
    /// Goes on with what a browser brought back. Its state is good once, for ten minutes, in the browser it
    /// was made for, and for whoever may install now.
    ///
    /// # Errors
    ///
    /// `install_state_unknown`, `install_state_expired`, `install_state_used`, `install_other_browser`,
    /// `install_signed_out`, `setup_link_not_valid`; `install_denied`, `workspace_taken`,
    /// `wrong_workspace`; what the third party said. Whichever it is, the installation is as it was before.
    pub async fn returned(&self, came: CameBack) -> Result<Came, Error> {
        let store = &self.app.inner.store;
        let state = came.query.get("state").ok_or_else(error::unknown_state)?;
        let attempt = store.install_attempt(&hash(state)).await?;
        let attempt = attempt.ok_or_else(error::unknown_state)?;
        let stored = store.installation(&attempt.organization, &attempt.installation);
        let of_it = |stored: &StoredInstallation| stored.publication.provider == came.provider;
        let stored = stored.await?.filter(of_it);
        let stored = stored.ok_or_else(error::unknown_state)?;
        let visitor = came.visitor.as_ref();
        let visitor = visitor.filter(|who| *who.organization() == attempt.organization);
        let who = visitor.map_or_else(|| Who::anonymous(&attempt.organization), Who::from);
        let event = Event::new(EventKind::InstallationInstalled, who)
            .target("installation", attempt.installation.as_str())
            .detail("provider", came.provider.as_str());
        let event = match &attempt.setup_link {
            Some(_) => event.detail("through", LINK),
            None => event,
        };
        let of = self.clone();
        // A browser that goes away does not lose what the third party gave.
        let coming = self.app.inner.tasks.spawn(async move {
            let audit = of.app.inner.audit.clone();
            let coming = of.go_on(&stored, &attempt, &came);
            audit.change(event, Box::pin(coming)).await
        });
        coming.await.map_err(Error::internal)?
    }

    async fn go_on(
        &self,
        stored: &StoredInstallation,
        attempt: &InstallAttempt,
        came: &CameBack,
    ) -> Result<Came, Error> {
        let inner = &self.app.inner;
        let cookie = came.cookie.as_ref().map(|cookie| hash(cookie.expose()));
        if cookie.as_ref() != Some(&attempt.browser) {
            return Err(error::other_browser());
        }
        let now = inner.clock.now();
        if attempt.sealed.is_none() {
            return Err(error::used());
        }
        if attempt.expires_at <= now {
            return Err(error::expired());
        }
        let by = self.still_may(attempt, came).await?;
        let kept = self.kept(attempt)?;
        if !inner.store.use_install_attempt(attempt, now).await? {
            return Err(error::used());
        }
        // As RFC 6749, section 4.1.2.1, has it.
        if came
            .query
            .get("error")
            .is_some_and(|code| code == "access_denied")
        {
            return Err(error::denied());
        }
        let of = &stored.publication;
        let turn = inner.installs.turn(&of.installation);
        let mut failed = turn.lock().await;
        let stored = self
            .app
            .stored_installation(&of.organization, &of.installation);
        let stored = stored.await?;
        let provider = self.app.provider_of(&stored)?;
        let mut work = self.app.opened(&stored)?;
        let (verifier, typed) = kept.unpack(&mut work);
        fields::take(provider, stored.publication.granularity, &mut work, &typed)?;
        let context = work.context();
        let returned = Returned {
            query: &came.query,
            code_verifier: &verifier,
        };
        let progress = provider.returned(&context, &returned).await?;
        *failed = None;
        let taking = Taking {
            by,
            link: attempt.setup_link.clone(),
            browser: Some(attempt.browser.clone()),
        };
        self.take_in(provider, &stored, work, progress, taking)
            .await
    }

    /// Who comes back may install at this moment, too. Answers who that is.
    async fn still_may(&self, attempt: &InstallAttempt, came: &CameBack) -> Result<String, Error> {
        let inner = &self.app.inner;
        if let Some(link) = &attempt.setup_link {
            let link = inner.store.setup_link(link, inner.clock.now()).await?;
            return link.map(|_| LINK.to_owned()).ok_or_else(error::link_gone);
        }
        let who = came.visitor.as_ref();
        let who = who.filter(|who| *who.organization() == attempt.organization);
        let who = who.ok_or_else(error::signed_out)?;
        self.app.administer(who).await?;
        Ok(by(who))
    }
}
