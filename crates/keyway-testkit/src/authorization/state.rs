use std::collections::{HashMap, HashSet};
use std::hash::BuildHasher as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;

use super::misbehaviour::Misbehaviour;
use super::options::{Consent, Options};
use super::visit::{Endpoint, Visit};

/// A client this server knows.
#[derive(Debug, Clone)]
pub(super) struct Client {
    pub(super) secret: Option<String>,
    pub(super) redirect_uris: Vec<String>,
    pub(super) auth_method: String,
}

/// A code that was given out.
#[derive(Debug, Clone)]
pub(super) struct Code {
    pub(super) client: String,
    pub(super) redirect_uri: String,
    pub(super) challenge: String,
    pub(super) resource: String,
    pub(super) scope: String,
    /// The grant that came of it, once it was used.
    pub(super) used_for: Option<u64>,
}

/// A person's consent, and the tokens that came of it.
#[derive(Debug, Clone)]
pub(super) struct Grant {
    pub(super) client: String,
    pub(super) resource: String,
    pub(super) scope: String,
    /// The refresh token that is good; others of this grant were replaced.
    pub(super) refresh: String,
    pub(super) revoked: bool,
}

/// An access token.
#[derive(Debug, Clone)]
pub(super) struct Access {
    pub(super) grant: u64,
    pub(super) resource: String,
    pub(super) scope: String,
    pub(super) expired: bool,
}

#[derive(Default)]
pub(super) struct Books {
    pub(super) clients: HashMap<String, Client>,
    pub(super) documents: HashMap<String, Client>,
    pub(super) codes: HashMap<String, Code>,
    pub(super) grants: HashMap<u64, Grant>,
    pub(super) access: HashMap<String, Access>,
    /// Every refresh token there ever was, and its grant.
    pub(super) refresh: HashMap<String, u64>,
    /// Questions on a page: the query of the request they are for.
    pub(super) questions: HashMap<String, String>,
    pub(super) resources: HashSet<String>,
    pub(super) visits: Vec<Visit>,
    pub(super) violations: Vec<String>,
    pub(super) sent_tokens: Vec<String>,
    pub(super) secrets: Vec<String>,
}

/// What every endpoint of one server shares.
pub(super) struct State {
    pub(super) origin: String,
    pub(super) options: Mutex<Options>,
    pub(super) books: Mutex<Books>,
    misbehaviours: Mutex<Vec<Misbehaviour>>,
    pub(super) token_delay: Mutex<Duration>,
    counter: AtomicU64,
    salt: u64,
}

impl State {
    pub(super) fn new(origin: String, options: Options) -> Self {
        Self {
            origin,
            options: Mutex::new(options),
            books: Mutex::default(),
            misbehaviours: Mutex::default(),
            token_delay: Mutex::default(),
            counter: AtomicU64::new(1),
            // Of another server at the same port nothing is good here.
            salt: std::hash::RandomState::new().hash_one(0_u8),
        }
    }

    pub(super) fn issuer(&self) -> String {
        format!("{}{}", self.origin, self.options.lock().issuer_path)
    }

    /// An address of this server under another name of its host.
    pub(super) fn elsewhere(&self) -> String {
        self.origin.replace("127.0.0.1", "localhost")
    }

    pub(super) fn is(&self, misbehaviour: Misbehaviour) -> bool {
        self.misbehaviours.lock().contains(&misbehaviour)
    }

    pub(super) fn misbehave(&self, misbehaviour: Misbehaviour) {
        self.misbehaviours.lock().push(misbehaviour);
    }

    pub(super) fn behave(&self) {
        self.misbehaviours.lock().clear();
    }

    /// Waits as long as the server is slow in this way.
    pub(super) async fn hold(&self, misbehaviour: Misbehaviour) {
        while self.is(misbehaviour) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    pub(super) fn consent(&self) -> Consent {
        if self.is(Misbehaviour::ConsentDenied) {
            return Consent::Denied;
        }
        self.options.lock().consent
    }

    /// Something nobody can guess and everybody can find in a log.
    pub(super) fn mint(&self, what: &str) -> String {
        let number = self.number();
        let minted = format!("canary-{what}-{:016x}-{number}", self.salt);
        self.books.lock().secrets.push(minted.clone());
        minted
    }

    pub(super) fn number(&self) -> u64 {
        self.counter.fetch_add(1, Ordering::SeqCst)
    }

    pub(super) fn visited(&self, visit: Visit) {
        let mut books = self.books.lock();
        for name in &visit.doubled {
            let what = format!("{:?}: {name} came more than once", visit.endpoint);
            books.violations.push(what);
        }
        books.visits.push(visit);
    }

    /// Writes down what a client must not do.
    pub(super) fn violation(&self, endpoint: Endpoint, what: &str) {
        let what = format!("{endpoint:?}: {what}");
        self.books.lock().violations.push(what);
    }

    /// The client of this id, registered or known by its document.
    pub(super) fn client(&self, id: &str) -> Option<Client> {
        let documents = self.options.lock().client_documents;
        let books = self.books.lock();
        let known = books.clients.get(id);
        known
            .or_else(|| books.documents.get(id).filter(|_| documents))
            .cloned()
    }
}

impl Books {
    /// Ends a grant and everything that came of it.
    pub(super) fn revoke(&mut self, grant: u64) {
        if let Some(grant) = self.grants.get_mut(&grant) {
            grant.revoked = true;
        }
    }

    /// What a token may do: its resource and its scope, while it is good.
    pub(super) fn good(&self, token: &str) -> Option<(String, HashSet<String>)> {
        let access = self.access.get(token)?;
        let revoked = self
            .grants
            .get(&access.grant)
            .is_none_or(|grant| grant.revoked);
        if access.expired || revoked {
            return None;
        }
        let scope = access.scope.split_whitespace().map(str::to_owned).collect();
        Some((access.resource.clone(), scope))
    }
}
