use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use keyway_core::credential::{ACCESS_TOKEN, Fields};
use keyway_core::ports::{
    AccessToken, Clock, HttpSend, ProtectedResource, Random, Refusal, TokenError, TokenSource,
    TokenSources as _,
};
use keyway_core::{CredentialDefinition, CredentialId, Error, OrgId, Secret};
use keyway_oauth::{Client, ClientSettings, Lock, Parts, Revocation, Safe as _};
use keyway_store::Store;
use keyway_vault::Vault;
use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use zeroize::Zeroizing;

use super::client::{OAuthClient, OAuthClients, resource};
use super::failures::Failures;
use super::safe::GrantSafe;

/// How long one exchange with an authorization server may take. Calls wait for it.
const TIMEOUT: Duration = Duration::from_secs(10);
/// For how many instances sources of tokens are held.
const MOST: usize = 10_000;

/// What was granted for instances, and access tokens of it.
pub(crate) struct Grants {
    client: Client,
    /// What a client is made of that registers itself for one credential.
    parts: Parts,
    safe: GrantSafe,
    clients: OAuthClients,
    pages: Option<String>,
    /// The credentials whose server is found: of each the client that registers itself there, or the
    /// one that was registered by hand.
    found: Mutex<HashMap<(OrgId, String), Found>>,
    failures: Arc<Failures>,
    sources: Mutex<HashMap<CredentialId, Source>>,
}

/// What [`Grants`] is made of.
pub(crate) struct GrantsParts {
    pub(crate) store: Store,
    pub(crate) vault: Vault,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) http: Arc<dyn HttpSend>,
    pub(crate) clients: OAuthClients,
    /// Where the gateway's pages are, as far as that is configured.
    pub(crate) pages: Option<String>,
    pub(crate) tasks: TaskTracker,
}

/// A credential whose authorization server is found by asking what it is for.
struct Found {
    client: Client,
    by_hand: Option<OAuthClient>,
}

/// The tokens of one instance.
#[derive(Clone)]
struct Source {
    /// What it was made for: another definition makes another source.
    definition: Arc<CredentialDefinition>,
    tokens: Arc<dyn TokenSource>,
    /// The token that the service refused last: the next lease has it renewed.
    refused: Option<AccessToken>,
}

impl Grants {
    pub(crate) fn new(of: GrantsParts) -> Self {
        let clock = Arc::clone(&of.clock);
        let safe = GrantSafe::new(of.store, of.vault, clock, of.tasks);
        let failures = Arc::new(Failures::default());
        let parts = Parts {
            http: of.http,
            safe: Arc::new(safe.clone()),
            clock: of.clock,
            random: of.random,
            sign_in: None,
            failures: Some(Arc::clone(&failures) as _),
            settings: ClientSettings {
                timeout: TIMEOUT,
                ..ClientSettings::default()
            },
        };
        Self {
            client: Client::new(parts.clone()),
            parts,
            safe,
            clients: of.clients,
            pages: of.pages,
            found: Mutex::default(),
            failures,
            sources: Mutex::default(),
        }
    }

    /// Signs in and exchanges codes.
    pub(in crate::credentials) fn client(
        &self,
        organization: &OrgId,
        definition: &CredentialDefinition,
    ) -> Client {
        if !is_found(definition) {
            return self.client.clone();
        }
        let key = definition.key();
        let mut all = self.found.lock();
        self.found(&mut all, organization, key).client.clone()
    }

    /// What the OAuth client is told of a credential.
    pub(in crate::credentials) fn resource(
        &self,
        organization: &OrgId,
        definition: &CredentialDefinition,
    ) -> Option<ProtectedResource> {
        let key = definition.key();
        if !is_found(definition) {
            return resource(definition, self.clients.get(key), None);
        }
        let document = self.pages.as_ref().map(|pages| document(pages, key));
        let mut all = self.found.lock();
        let found = self.found(&mut all, organization, key);
        resource(definition, found.by_hand.as_ref(), document)
    }

    /// Where the gateway's pages are, as far as that is configured.
    pub(in crate::credentials) fn pages(&self) -> Option<&str> {
        self.pages.as_deref()
    }

    /// Says which client was registered by hand for a credential whose server is found, if one was.
    pub(crate) fn know(&self, organization: &OrgId, key: &str, by_hand: Option<OAuthClient>) {
        let mut all = self.found.lock();
        self.found(&mut all, organization, key).by_hand = by_hand;
    }

    fn found<'a>(
        &self,
        all: &'a mut HashMap<(OrgId, String), Found>,
        organization: &OrgId,
        key: &str,
    ) -> &'a mut Found {
        let name = (organization.clone(), key.to_owned());
        all.entry(name).or_insert_with(|| Found {
            client: Client::new(Parts {
                safe: Arc::new(self.safe.registering(organization, key)),
                ..self.parts.clone()
            }),
            by_hand: None,
        })
    }

    /// An access token of an instance, renewed first when it is about to expire or was refused.
    pub(in crate::credentials) async fn token(
        &self,
        organization: &OrgId,
        id: &CredentialId,
        definition: &Arc<CredentialDefinition>,
    ) -> Result<AccessToken, TokenError> {
        let Some(source) = self.source(organization, id, definition) else {
            return Err(TokenError::SignInRequired(String::from(
                "it names no server",
            )));
        };
        if let Some(sent) = source.refused {
            let refusal = Refusal {
                status: 401,
                challenges: Vec::new(),
                sent: Some(sent),
            };
            let renewed = source.tokens.refused(&refusal).await;
            self.mark(id, None);
            match renewed {
                // The old one is tried again, for as long as it says that it holds.
                Err(TokenError::Unreachable(_)) => {}
                // Neither the service nor its authorization server knows it any more.
                known => return known,
            }
        }
        source.tokens.token().await
    }

    /// Notes that the service refused a token.
    pub(in crate::credentials) fn refused(&self, id: &CredentialId, sent: &AccessToken) {
        self.mark(id, Some(sent));
    }

    fn mark(&self, id: &CredentialId, sent: Option<&AccessToken>) {
        if let Some(source) = self.sources.lock().get_mut(id) {
            source.refused = sent.cloned();
        }
    }

    /// The code of the last renewal that failed and was not told yet.
    pub(in crate::credentials) fn failure(
        &self,
        organization: &OrgId,
        id: &CredentialId,
    ) -> Option<&'static str> {
        self.failures.take(&key(organization, id))
    }

    /// What is kept for an instance, so that it can be taken back once its row is gone. Nobody renews it
    /// before what comes along is dropped: a renewal under way would bring tokens that nobody knows of
    /// who takes them back. A process that died while it renewed is not waited for.
    pub(in crate::credentials) async fn record(
        &self,
        organization: &OrgId,
        id: &CredentialId,
    ) -> Option<(Secret<Vec<u8>>, Option<Lock>)> {
        let name = format!("mcp:{}", key(organization, id));
        let held = tokio::time::timeout(TIMEOUT, self.safe.lock(&name)).await;
        let record = self.safe.read(&name).await.ok().flatten()?;
        Some((record, held.ok().and_then(Result::ok)))
    }

    /// Takes back at the service's authorization server what was granted. Its word changes nothing
    /// here.
    pub(in crate::credentials) async fn take_back(
        &self,
        organization: &OrgId,
        definition: &CredentialDefinition,
        record: &Secret<Vec<u8>>,
    ) {
        let Some(resource) = self.resource(organization, definition) else {
            return;
        };
        let client = self.client(organization, definition);
        let revoked = client.revoke(&resource, record.expose()).await;
        if let Revocation::Failed(reason) = revoked {
            let key = definition.key();
            tracing::warn!(credential = key, %reason, "tokens were not taken back at their server");
        }
    }

    /// Reads again what is kept, when it is next needed.
    pub(crate) fn changed(&self) {
        self.safe.announce();
    }

    /// Waits at the end of the process until what was renewed is written.
    pub(crate) async fn settle_at_end(self: Arc<Self>, shutdown: CancellationToken) {
        shutdown.cancelled().await;
        self.client.settle().await;
        let all: Vec<_> = {
            let found = self.found.lock();
            found.values().map(|one| one.client.clone()).collect()
        };
        for client in all {
            client.settle().await;
        }
    }

    fn source(
        &self,
        organization: &OrgId,
        id: &CredentialId,
        definition: &Arc<CredentialDefinition>,
    ) -> Option<Source> {
        let mut sources = self.sources.lock();
        if let Some(source) = sources.get(id)
            && Arc::ptr_eq(&source.definition, definition)
        {
            return Some(source.clone());
        }
        let resource = self.resource(organization, definition)?;
        let client = self.client(organization, definition);
        if sources.len() >= MOST {
            sources.clear();
        }
        let source = Source {
            definition: Arc::clone(definition),
            tokens: client.source(&key(organization, id), &resource),
            refused: None,
        };
        sources.insert(id.clone(), source.clone());
        Some(source)
    }
}

/// Whether the authorization server of a credential is found, and not described.
fn is_found(definition: &CredentialDefinition) -> bool {
    let server = definition.server();
    server.is_some_and(|server| server.found_at.is_some())
}

/// Where the Client ID Metadata Document of the gateway for a credential is.
pub(in crate::credentials) fn document(pages: &str, key: &str) -> String {
    format!("{pages}/connect/{key}/client")
}

/// What the OAuth client calls an instance.
pub(in crate::credentials) fn key(organization: &OrgId, id: &CredentialId) -> String {
    format!("{organization}/{id}")
}

/// The fields of an `oauth2` credential, of its token.
pub(in crate::credentials) fn fields(token: &AccessToken) -> Result<Fields, Error> {
    let text = serde_json::to_string(token.expose()).map_err(Error::internal)?;
    let text = Zeroizing::new(text);
    let object = format!("{{\"{ACCESS_TOKEN}\":{}}}", *text);
    Ok(Fields::new(Secret::new(object.into_bytes())))
}
