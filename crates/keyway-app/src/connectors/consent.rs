use std::sync::Arc;

use keyway_core::{Error, Principal};
use keyway_store::StoredConnector;

use super::settings::ConnectorSettings;
use super::{ConnectorView, Connectors, OauthMode, error, oauth};
use crate::App;
use crate::credentials::{ConsentView, Consents};

/// How many authorization servers are asked at once to take tokens back.
const AT_ONCE: usize = 8;

impl Connectors {
    /// Connects a server behind OAuth: answers where somebody agrees in the browser, or gets tokens right
    /// away where nobody has to.
    ///
    /// # Errors
    ///
    /// `connector_without_oauth` for any other; what the authorization server said.
    pub async fn connect(
        &self,
        who: &Principal,
        name: &str,
    ) -> Result<(ConnectorView, Option<String>), Error> {
        self.app.administer(who).await?;
        let stored = self.stored(who, name).await?;
        let settings = ConnectorSettings::read(&stored.settings);
        let oauth = settings.oauth.ok_or_else(error::without_oauth)?;
        if oauth.mode == OauthMode::ClientCredentials {
            let credentials = self.app.credentials();
            credentials.obtain(who, &oauth::key(&stored.slug)).await?;
        }
        let view = self.view(who, stored).await?;
        let url = view.consent.as_ref();
        let url = url.and_then(|consent| consent.connect_url.clone());
        Ok((view, url))
    }

    pub(super) async fn consent(
        &self,
        who: &Principal,
        stored: &StoredConnector,
    ) -> Result<Option<ConsentView>, Error> {
        let Some(oauth) = ConnectorSettings::read(&stored.settings).oauth else {
            return Ok(None);
        };
        let definition = oauth::definition(stored, &oauth);
        let credentials = self.app.credentials();
        credentials.consent(who, &definition).await.map(Some)
    }

    /// What people agreed to for a connector, as it is before a change.
    pub(super) async fn consents(
        &self,
        stored: &StoredConnector,
    ) -> Result<Option<Consents>, Error> {
        let Some(oauth) = ConnectorSettings::read(&stored.settings).oauth else {
            return Ok(None);
        };
        let credentials = self.app.credentials();
        oauth::know(&credentials.parts, stored, &oauth).await?;
        let definition = oauth::definition(stored, &oauth);
        Ok(credentials.consents(&stored.organization, &definition))
    }

    /// Ends what people agreed to, where a change makes it something else that they agreed to: tokens
    /// never go to another server, nor are they used for more or by others. They are taken back in the
    /// background.
    pub(super) async fn end_consents(
        &self,
        who: &Principal,
        before: Option<Consents>,
        why: &'static str,
    ) -> Result<(), Error> {
        let Some(before) = before else {
            return Ok(());
        };
        let granted = self.app.credentials().end(who, before, why).await?;
        if granted.is_empty() {
            return Ok(());
        }
        let turns = Arc::new(tokio::sync::Semaphore::new(AT_ONCE));
        for one in granted {
            let turns = Arc::clone(&turns);
            self.app.inner.tasks.spawn(async move {
                let _turn = turns.acquire().await;
                one.take_back().await;
            });
        }
        Ok(())
    }
}

impl App {
    /// Gets the tokens of a connector that nobody has to agree to. What goes wrong is seen where the
    /// connector is shown, and can be tried again there.
    pub(super) async fn connect_itself(&self, who: &Principal, stored: &StoredConnector) {
        let oauth = ConnectorSettings::read(&stored.settings).oauth;
        let itself = oauth.is_some_and(|oauth| oauth.mode == OauthMode::ClientCredentials);
        if !itself || !stored.enabled {
            return;
        }
        let key = oauth::key(&stored.slug);
        if let Err(error) = self.credentials().obtain(who, &key).await {
            let connector = &stored.slug;
            tracing::warn!(
                connector,
                code = error.code(),
                "a connector has no tokens yet"
            );
        }
    }
}

/// Whether a change leaves nothing of what people agreed to: they did for another address, another client
/// or in another way.
pub(super) fn voids(before: &StoredConnector, after: &StoredConnector) -> bool {
    let oauth = |one: &StoredConnector| {
        let oauth = ConnectorSettings::read(&one.settings).oauth;
        oauth.map(|oauth| (oauth.mode, oauth.client_id))
    };
    before.url != after.url || oauth(before) != oauth(after)
}
