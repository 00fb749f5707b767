use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::{get, post};
use tokio::task::JoinSet;

use super::authorize::{authorize, decide};
use super::metadata::metadata;
use super::misbehaviour::Misbehaviour;
use super::options::Options;
use super::register::register;
use super::revoke::revoke;
use super::state::{Client, State};
use super::token::token;
use super::visit::{Endpoint, Visit};
use crate::peers::{listen, run};

/// An authorization server on a port of its own, gone when dropped.
///
/// It checks what it is sent, remembers all of it, and does the wrong thing when told to. Every
/// secret it makes begins with `canary-`.
pub struct AuthorizationServer {
    pub(super) state: Arc<State>,
    _server: JoinSet<()>,
}

impl AuthorizationServer {
    /// Starts a server.
    pub async fn start(options: Options) -> Self {
        Self::start_at(options, ([127, 0, 0, 1], 0).into()).await
    }

    /// Starts a server at an address.
    pub async fn start_at(options: Options, at: SocketAddr) -> Self {
        let (listener, address) = listen(at).await;
        let path = options.issuer_path.clone();
        let state = Arc::new(State::new(format!("http://{address}"), options));
        let router = Router::new()
            .route(&format!("{path}/authorize"), get(authorize))
            .route(&format!("{path}/decide"), post(decide))
            .route(&format!("{path}/token"), post(token))
            .route(&format!("{path}/register"), post(register))
            .route(&format!("{path}/revoke"), post(revoke))
            .fallback(get(metadata))
            .with_state(Arc::clone(&state));
        Self {
            state,
            _server: run(listener, router),
        }
    }

    /// Its issuer identifier.
    pub fn issuer(&self) -> String {
        self.state.issuer()
    }

    /// Does the wrong thing from now on, in one more way.
    pub fn misbehave(&self, misbehaviour: Misbehaviour) {
        self.state.misbehave(misbehaviour);
    }

    /// Does the right thing from now on. What was held back is answered.
    pub fn behave(&self) {
        self.state.behave();
    }

    /// Changes the options.
    pub fn change(&self, change: impl FnOnce(&mut Options)) {
        change(&mut self.state.options.lock());
    }

    /// Takes so long for every answer of the token endpoint.
    pub fn delay_tokens(&self, delay: Duration) {
        *self.state.token_delay.lock() = delay;
    }

    /// Every request so far, in order.
    pub fn visits(&self) -> Vec<Visit> {
        self.state.books.lock().visits.clone()
    }

    /// Every request to an endpoint.
    pub fn visits_to(&self, endpoint: Endpoint) -> Vec<Visit> {
        let mut visits = self.visits();
        visits.retain(|visit| visit.endpoint == endpoint);
        visits
    }

    /// How many refreshes were asked for.
    pub fn refreshes(&self) -> usize {
        let tokens = self.visits_to(Endpoint::Token);
        tokens
            .iter()
            .filter(|visit| visit.param("grant_type") == "refresh_token")
            .count()
    }

    /// What a client did that it must not do; empty for a client that behaves.
    pub fn violations(&self) -> Vec<String> {
        self.state.books.lock().violations.clone()
    }

    /// The access tokens that resources were sent, in order.
    pub fn sent_tokens(&self) -> Vec<String> {
        self.state.books.lock().sent_tokens.clone()
    }

    /// Every secret that was made so far: none of them may turn up in a log or a message.
    pub fn secrets(&self) -> Vec<String> {
        self.state.books.lock().secrets.clone()
    }

    /// Every access token given out so far is refused from now on; refresh tokens stay good.
    pub fn expire_tokens(&self) {
        for token in self.state.books.lock().access.values_mut() {
            token.expired = true;
        }
    }

    /// Ends every grant: access and refresh tokens are refused.
    pub fn revoke_grants(&self) {
        for grant in self.state.books.lock().grants.values_mut() {
            grant.revoked = true;
        }
    }

    /// True while there is a grant that was not revoked.
    pub fn has_grants(&self) -> bool {
        let books = self.state.books.lock();
        books.grants.values().any(|grant| !grant.revoked)
    }

    /// Forgets every client that registered.
    pub fn forget_clients(&self) {
        self.state.books.lock().clients.clear();
    }

    /// Knows a client that did not register itself: one with a secret authenticates by
    /// `client_secret_basic`.
    pub fn add_client(&self, id: &str, secret: Option<&str>, redirect_uri: &str) {
        let client = client(secret, redirect_uri);
        let mut books = self.state.books.lock();
        books.clients.insert(id.to_owned(), client);
    }

    /// Knows a client by the URL of its document.
    pub fn add_document(&self, url: &str, redirect_uri: &str) {
        let client = client(None, redirect_uri);
        let mut books = self.state.books.lock();
        books.documents.insert(url.to_owned(), client);
    }
}

impl std::fmt::Debug for AuthorizationServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AuthorizationServer({})", self.state.origin)
    }
}

fn client(secret: Option<&str>, redirect_uri: &str) -> Client {
    Client {
        secret: secret.map(str::to_owned),
        redirect_uris: vec![redirect_uri.to_owned()],
        auth_method: secret.map_or("none", |_| "client_secret_basic").to_owned(),
    }
}
