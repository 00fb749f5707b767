use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use keyway_core::ports::{Clock, Random};
use keyway_core::{Actor, ApiKeyId, Error, Kind, Principal, Problem, Scopes, Secret, Subject};
use keyway_store::{ApiKey, NewApiKey, Role, Store};

use super::{KeyRing, SecretText, TokenKind};

use crate::audit::{Audit, Event, EventKind};

/// How long a replaced key stays valid unless said otherwise.
pub const DEFAULT_OVERLAP: Duration = Duration::from_hours(24);

/// The longest a replaced key may stay valid.
const MAX_OVERLAP: Duration = Duration::from_hours(24 * 90);
/// The most characters of a key's name.
const MAX_NAME: usize = 100;

/// Making, listing, replacing and ending API keys. Owners, admins and the operator at the
/// machine's terminal may; everyone else is refused.
#[derive(Clone)]
pub struct ApiKeys {
    store: Store,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    ring: Option<Arc<KeyRing>>,
    audit: Audit,
}

/// A key that was just made. This is the only moment its text is known.
#[derive(Debug)]
pub struct IssuedKey {
    /// The key itself.
    pub secret: Secret<String>,
    /// The key as it will be listed.
    pub view: ApiKeyView,
}

/// A key as it is listed.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ApiKeyView {
    /// Its id.
    pub id: ApiKeyId,
    /// What it is for.
    pub name: String,
    /// Its first characters.
    pub shown: String,
    /// Whose it is.
    pub owner: String,
    /// What it may be used for.
    pub scopes: String,
    /// Whether it works.
    pub state: ApiKeyState,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used, to within a minute.
    pub last_used_at: Option<Timestamp>,
    /// From when on it is no longer valid.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// The key it replaced.
    pub rotated_from: Option<ApiKeyId>,
}

/// Whether a key works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ApiKeyState {
    /// It does.
    Active,
    /// Its time is over.
    Expired,
    /// It was revoked.
    Revoked,
}

impl ApiKeys {
    /// For a process that serves nothing, such as a command next to the gateway: the gateway
    /// notices what changes within a second or two.
    pub fn new(store: Store, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        let audit = Audit::direct(&store, Arc::clone(&clock), Arc::clone(&random));
        Self {
            store,
            clock,
            random,
            ring: None,
            audit,
        }
    }

    pub(crate) fn with_audit(mut self, audit: Audit) -> Self {
        self.audit = audit;
        self
    }

    pub(crate) fn with_ring(mut self, ring: Arc<KeyRing>) -> Self {
        self.ring = Some(ring);
        self
    }

    /// Makes a key in the organization of `who`, valid until `expires_at`.
    pub async fn create(
        &self,
        who: &Principal,
        name: &str,
        expires_at: Option<Timestamp>,
    ) -> Result<IssuedKey, Error> {
        let owner = self.authorize(who).await?;
        let now = self.clock.now();
        check_name(name)?;
        if expires_at.is_some_and(|end| end <= now) {
            return Err(invalid("/expiresAt", "a moment in the future"));
        }
        let (key, row) = self.make(owner, Scopes::all(), name.to_owned(), now, expires_at);
        let event = Event::new(EventKind::ApiKeyMade, who)
            .target("api_key", row.id.as_str())
            .detail("name", row.name.as_str())
            .detail("owner", row.owner.as_str())
            .detail("scopes", row.scopes.to_string());
        let change = async {
            let organization = who.organization();
            Ok(self.store.create_api_key(organization, &row).await?)
        };
        self.audit.change(event, change).await?;
        self.noticed().await;
        Ok(issued(&key, row, None))
    }

    /// All keys of the organization of `who`, oldest first. Never their texts.
    pub async fn list(&self, who: &Principal) -> Result<Vec<ApiKeyView>, Error> {
        self.authorize(who).await?;
        let now = self.clock.now();
        let keys = self.store.api_keys(who.organization()).await?;
        Ok(keys.into_iter().map(|key| view(key, now)).collect())
    }

    /// Replaces a key by a new one of the same name, owner and length of life. The old one stays
    /// valid for `overlap`, or until its own end if that comes first.
    pub async fn rotate(
        &self,
        who: &Principal,
        id: &ApiKeyId,
        overlap: Duration,
    ) -> Result<IssuedKey, Error> {
        self.authorize(who).await?;
        if overlap > MAX_OVERLAP {
            return Err(invalid("/overlap", "at most 90 days"));
        }
        let now = self.clock.now();
        let organization = who.organization();
        let old = self.store.api_key(organization, id).await?;
        let old = old.ok_or_else(not_found)?;
        match state(&old, now) {
            ApiKeyState::Active => {}
            ApiKeyState::Expired => return Err(ended("the API key has expired")),
            ApiKeyState::Revoked => return Err(ended("the API key was revoked")),
        }
        let life = old.expires_at.map(|end| end.duration_since(old.created_at));
        let ends = life.map(|life| later(now, life));
        let (key, row) = self.make(old.owner, old.scopes, old.name, now, ends);
        let overlap = SignedDuration::try_from(overlap).unwrap_or_default();
        let event = Event::new(EventKind::ApiKeyRotated, who)
            .target("api_key", id.as_str())
            .detail("replaced_by", row.id.as_str());
        let change = async {
            let end = later(now, overlap);
            let rotating = self.store.rotate_api_key(organization, id, &row, end);
            let rotated = rotating.await?;
            let gone = || ended("the API key was revoked");
            rotated.then_some(()).ok_or_else(gone)
        };
        self.audit.change(event, change).await?;
        self.noticed().await;
        Ok(issued(&key, row, Some(id.clone())))
    }

    /// Ends a key at once. Its open streams end within seconds.
    pub async fn revoke(&self, who: &Principal, id: &ApiKeyId) -> Result<(), Error> {
        self.authorize(who).await?;
        let now = self.clock.now();
        let event = Event::new(EventKind::ApiKeyRevoked, who).target("api_key", id.as_str());
        let change = async {
            let organization = who.organization();
            let found = self.store.revoke_api_key(organization, id, now).await?;
            found.then_some(()).ok_or_else(not_found)
        };
        let revoked = self.audit.change(event, change).await;
        self.noticed().await;
        revoked
    }

    /// Answers for whom `who` acts. The operator acts for the first owner.
    async fn authorize(&self, who: &Principal) -> Result<Actor, Error> {
        if *who.subject() == Subject::Local {
            let members = self.store.members(who.organization()).await?;
            let owner = members
                .into_iter()
                .find(|member| member.role == Role::Owner);
            return owner.map(|owner| Actor::User(owner.id)).ok_or_else(|| {
                Error::new(Kind::Conflict, "no_owner", "the organization has no owner")
            });
        }
        let actor = who.actor().filter(|_| who.scopes().admin());
        let role = match &actor {
            Some(Actor::User(user)) => self.store.role(who.organization(), user).await?,
            Some(Actor::ServiceAccount(_)) => Some(who.role()),
            None => None,
        };
        actor
            .filter(|_| role.is_some_and(Role::administers))
            .ok_or_else(forbidden)
    }

    fn make(
        &self,
        owner: Actor,
        scopes: Scopes,
        name: String,
        now: Timestamp,
        expires_at: Option<Timestamp>,
    ) -> (SecretText, NewApiKey) {
        let (key, row) = new_key(&*self.clock, &*self.random, owner, name, now);
        (
            key,
            NewApiKey {
                scopes,
                expires_at,
                ..row
            },
        )
    }

    /// In the process that serves, a change holds at once.
    async fn noticed(&self) {
        if let Some(ring) = &self.ring
            && let Err(error) = ring.refresh().await
        {
            tracing::warn!(%error, "API keys are not refreshed yet");
        }
    }
}

impl std::fmt::Debug for ApiKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApiKeys").finish_non_exhaustive()
    }
}

/// Makes a key for everything its owner may, for ever, and the row that is stored for it.
pub(crate) fn new_key(
    clock: &dyn Clock,
    random: &dyn Random,
    owner: Actor,
    name: String,
    now: Timestamp,
) -> (SecretText, NewApiKey) {
    let key = SecretText::generate(TokenKind::ApiKey, random);
    let row = NewApiKey {
        id: ApiKeyId::generate(clock, random),
        owner,
        name,
        shown: key.shown().to_owned(),
        hash: key.digest().to_hex(),
        scopes: Scopes::all(),
        created_at: now,
        expires_at: None,
    };
    (key, row)
}

fn issued(key: &SecretText, row: NewApiKey, rotated_from: Option<ApiKeyId>) -> IssuedKey {
    IssuedKey {
        secret: key.secret().clone(),
        view: ApiKeyView {
            id: row.id,
            name: row.name,
            shown: row.shown,
            owner: row.owner.as_str().to_owned(),
            scopes: row.scopes.to_string(),
            state: ApiKeyState::Active,
            created_at: row.created_at,
            last_used_at: None,
            expires_at: row.expires_at,
            revoked_at: None,
            rotated_from,
        },
    }
}

fn view(key: ApiKey, now: Timestamp) -> ApiKeyView {
    ApiKeyView {
        state: state(&key, now),
        id: key.id,
        name: key.name,
        shown: key.shown,
        owner: key.owner.as_str().to_owned(),
        scopes: key.scopes.to_string(),
        created_at: key.created_at,
        last_used_at: key.last_used_at,
        expires_at: key.expires_at,
        revoked_at: key.revoked_at,
        rotated_from: key.rotated_from,
    }
}

fn state(key: &ApiKey, now: Timestamp) -> ApiKeyState {
    if key.revoked_at.is_some() {
        ApiKeyState::Revoked
    } else if key.expires_at.is_some_and(|end| end <= now) {
        ApiKeyState::Expired
    } else {
        ApiKeyState::Active
    }
}

fn later(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.checked_add(by).unwrap_or(Timestamp::MAX)
}

fn check_name(name: &str) -> Result<(), Error> {
    let length = name.chars().count();
    if length == 0 || length > MAX_NAME || name.trim() != name || name.chars().any(char::is_control)
    {
        return Err(invalid(
            "/name",
            "1 to 100 characters, without control characters or space at either end",
        ));
    }
    Ok(())
}

fn invalid(pointer: &str, expected: &str) -> Error {
    Error::invalid_input(vec![Problem {
        pointer: pointer.to_owned(),
        expected: expected.to_owned(),
    }])
}

fn forbidden() -> Error {
    Error::new(
        Kind::Forbidden,
        "forbidden",
        "only an owner or an admin of the organization may do this",
    )
}

fn not_found() -> Error {
    Error::new(
        Kind::NotFound,
        "api_key_not_found",
        "there is no API key with this id",
    )
}

fn ended(message: &'static str) -> Error {
    Error::new(Kind::Conflict, "api_key_ended", message).with_hint("create a new one")
}
