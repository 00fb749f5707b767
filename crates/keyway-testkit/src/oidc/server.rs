use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use parking_lot::Mutex;
use tokio::task::JoinSet;

use super::endpoints;
use super::signing::SigningKey;
use crate::peers::{listen, run};

/// An OpenID provider on a port of its own, gone when dropped. Whoever asks is signed in at once, as
/// the person it was told.
pub struct OidcServer {
    pub(super) state: Arc<State>,
    _server: JoinSet<()>,
}

/// Whom the provider vouches for.
#[derive(Debug, Clone)]
pub struct Person {
    /// `sub`
    pub subject: String,
    /// `name`
    pub name: String,
    /// `email`
    pub email: String,
    /// `groups`
    pub groups: Vec<String>,
}

/// What the provider does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lie {
    /// The ID token has the nonce of another sign-in.
    WrongNonce,
    /// The ID token is for another client.
    WrongAudience,
    /// The ID token names another issuer.
    WrongIssuer,
    /// The ID token has expired.
    Expired,
    /// The ID token says `alg: none`.
    NotSigned,
    /// The ID token is signed with a key that is not the provider's, under its name.
    ForeignKey,
    /// The e-mail address is not verified.
    UnverifiedEmail,
    /// The discovery document names another issuer.
    OtherDocument,
    /// The person says no.
    Denies,
    /// Every answer is 503.
    Down,
    /// No answer comes.
    Slow,
    /// The answer of the authorization endpoint names another issuer.
    MixedUp,
}

pub(super) struct State {
    pub(super) base: String,
    pub(super) client_id: String,
    pub(super) secret: String,
    pub(super) books: Mutex<Books>,
}

pub(super) struct Books {
    pub(super) person: Person,
    pub(super) lie: Option<Lie>,
    pub(super) now: i64,
    pub(super) key: SigningKey,
    pub(super) keys: u32,
    pub(super) codes: HashMap<String, Asked>,
    pub(super) made: u32,
    pub(super) visits: Vec<String>,
}

/// What a code was given out for.
pub(super) struct Asked {
    pub(super) nonce: String,
    pub(super) challenge: String,
    pub(super) redirect_uri: String,
}

impl std::fmt::Debug for OidcServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("OidcServer").field(&self.state.base).finish()
    }
}

impl OidcServer {
    /// Starts a provider that knows one client.
    pub async fn start(client_id: &str, secret: &str) -> Self {
        let (listener, address) = listen(([127, 0, 0, 1], 0).into()).await;
        let state = Arc::new(State {
            base: format!("http://{address}"),
            client_id: client_id.to_owned(),
            secret: secret.to_owned(),
            books: Mutex::new(Books {
                person: Person {
                    subject: "grace".into(),
                    name: "Grace Hopper".into(),
                    email: "grace@example.com".into(),
                    groups: Vec::new(),
                },
                lie: None,
                now: 1_800_000_000,
                key: SigningKey::generate("key-1"),
                keys: 1,
                codes: HashMap::new(),
                made: 0,
                visits: Vec::new(),
            }),
        });
        let router = Router::new()
            .route(
                "/.well-known/openid-configuration",
                get(endpoints::document),
            )
            .route("/jwks", get(endpoints::keys))
            .route("/authorize", get(endpoints::authorize))
            .route("/token", post(endpoints::token))
            .with_state(Arc::clone(&state));
        Self {
            state,
            _server: run(listener, router),
        }
    }

    /// Its issuer identifier.
    pub fn issuer(&self) -> String {
        self.state.base.clone()
    }

    /// Does this wrong from now on, or nothing.
    pub fn lie(&self, lie: Option<Lie>) {
        self.state.books.lock().lie = lie;
    }

    /// Vouches for somebody else from now on.
    pub fn vouch_for(&self, person: Person) {
        self.state.books.lock().person = person;
    }

    /// What time it is there, in seconds since 1970.
    pub fn set_time(&self, now: i64) {
        self.state.books.lock().now = now;
    }

    /// Signs with another key from now on; the one before is forgotten.
    pub fn rotate_key(&self) {
        let mut books = self.state.books.lock();
        books.keys += 1;
        books.key = SigningKey::generate(&format!("key-{}", books.keys));
    }

    /// The paths that were asked for so far.
    pub fn visits(&self) -> Vec<String> {
        self.state.books.lock().visits.clone()
    }
}
