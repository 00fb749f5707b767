use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use keyway_core::ports::{Clock, Random};
use keyway_core::{
    Actor, ApiKeyId, Error, Kind, MAX_NAME, Principal, Scopes, ServiceAccountId, Subject,
    is_visible,
};
use keyway_store::{ApiKey, NewApiKey, Role, Store};

use super::view::{issued, state, view};
use super::{ApiKeyState, ApiKeyView, IssuedKey, KeyRing, SecretText, TokenKind};
use crate::access;
use crate::audit::{Audit, Event, EventKind};
use crate::people::service_account_not_found;

/// How long a replaced key stays valid unless said otherwise.
pub const DEFAULT_OVERLAP: Duration = Duration::from_hours(24);

/// The longest a replaced key may stay valid.
const MAX_OVERLAP: Duration = Duration::from_hours(24 * 90);

/// Making, listing, replacing and ending API keys. It takes the scope `admin`, or the operator at the
/// machine's terminal. Owners and admins see and end all keys of their organization, and make those of
/// its service accounts; members see, make and end their own.
#[derive(Clone)]
pub struct ApiKeys {
    pub(super) store: Store,
    pub(super) clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    pub(super) audit: Audit,
    ring: Option<Arc<KeyRing>>,
}

/// What a new key is to be.
#[derive(Debug, Clone, Default)]
pub struct KeyRequest {
    /// What it is for.
    pub name: String,
    /// From when on it is no longer valid; never when absent.
    pub expires_at: Option<Timestamp>,
    /// What it may be used for: never more than whoever makes it comes with, which is also what an
    /// absent one means.
    pub scopes: Option<Scopes>,
    /// The service account it is for; for whoever makes it when absent.
    pub service_account: Option<ServiceAccountId>,
}

/// Who manages keys.
pub(super) struct Maker {
    pub(super) actor: Actor,
    pub(super) role: Role,
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
            audit,
            ring: None,
        }
    }

    pub(crate) fn serving(mut self, ring: Arc<KeyRing>, audit: Audit) -> Self {
        self.ring = Some(ring);
        self.audit = audit;
        self
    }

    /// Makes a key for `who`, for all they come with, valid until `expires_at`.
    pub async fn create(
        &self,
        who: &Principal,
        name: &str,
        expires_at: Option<Timestamp>,
    ) -> Result<IssuedKey, Error> {
        let request = KeyRequest {
            name: name.to_owned(),
            expires_at,
            ..KeyRequest::default()
        };
        self.issue(who, request).await
    }

    /// Makes a key in the organization of `who`, for themselves or for a service account.
    pub async fn issue(&self, who: &Principal, request: KeyRequest) -> Result<IssuedKey, Error> {
        let event = Event::new(EventKind::ApiKeyMade, who);
        let asked = self.asked(who, request);
        let (key, row) = self.audit.checked(event.clone(), asked).await?;
        let event = event
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

    /// The key that was asked for, if `who` may make it.
    async fn asked(
        &self,
        who: &Principal,
        request: KeyRequest,
    ) -> Result<(SecretText, NewApiKey), Error> {
        let maker = self.maker(who).await?;
        access::made_by_hand(who)?;
        let now = self.clock.now();
        check_name(&request.name)?;
        if request.expires_at.is_some_and(|end| end <= now) {
            return Err(Error::invalid_at("/expiresAt", "a moment in the future"));
        }
        let scopes = request.scopes.unwrap_or_else(|| who.scopes().clone());
        if scopes.is_empty() {
            return Err(Error::invalid_at("/scopes", "at least one scope"));
        }
        if !who.scopes().covers(&scopes) {
            return Err(Error::insufficient_scope(who.scopes().union(&scopes)));
        }
        let owner = match request.service_account {
            Some(account) => self.account(who, &maker, account).await?,
            None => maker.actor,
        };
        Ok(self.make(owner, scopes, request.name, now, request.expires_at))
    }

    /// The keys of the organization of `who`, oldest first: all for who administers it, else their own.
    /// Never their texts.
    pub async fn list(&self, who: &Principal) -> Result<Vec<ApiKeyView>, Error> {
        let maker = self.maker(who).await?;
        let now = self.clock.now();
        let keys = self.store.api_keys(who.organization()).await?;
        let seen = keys.into_iter().filter(|key| maker.sees(key));
        Ok(seen.map(|key| view(key, now)).collect())
    }

    /// One key, if `who` may see it.
    pub async fn get(&self, who: &Principal, id: &ApiKeyId) -> Result<ApiKeyView, Error> {
        let maker = self.maker(who).await?;
        let key = self.visible(who, &maker, id).await?;
        Ok(view(key, self.clock.now()))
    }

    /// Replaces a key by a new one of the same name, owner, scopes and length of life. The old one
    /// stays valid for `overlap`, or until its own end if that comes first. Another person's key is
    /// replaced by themselves only: the new one acts as them.
    pub async fn rotate(
        &self,
        who: &Principal,
        id: &ApiKeyId,
        overlap: Duration,
    ) -> Result<IssuedKey, Error> {
        let event = Event::new(EventKind::ApiKeyRotated, who).target("api_key", id.as_str());
        let replacing = self.replacing(who, id, overlap);
        let (key, row) = self.audit.checked(event.clone(), replacing).await?;
        let overlap = SignedDuration::try_from(overlap).unwrap_or_default();
        let event = event.detail("replaced_by", row.id.as_str());
        let change = async {
            let end = later(row.created_at, overlap);
            let rotating = self.store.rotate_api_key(who.organization(), id, &row, end);
            let rotated = rotating.await?;
            let gone = || ended("the API key was revoked");
            rotated.then_some(()).ok_or_else(gone)
        };
        self.audit.change(event, change).await?;
        self.noticed().await;
        Ok(issued(&key, row, Some(id.clone())))
    }

    /// The key that takes another's place, if `who` may replace it.
    async fn replacing(
        &self,
        who: &Principal,
        id: &ApiKeyId,
        overlap: Duration,
    ) -> Result<(SecretText, NewApiKey), Error> {
        let maker = self.maker(who).await?;
        access::made_by_hand(who)?;
        if overlap > MAX_OVERLAP {
            return Err(Error::invalid_at("/overlap", "at most 90 days"));
        }
        let now = self.clock.now();
        let old = self.visible(who, &maker, id).await?;
        let anothers = old.owner.user().is_some() && old.owner != maker.actor;
        if anothers && *who.subject() != Subject::Local {
            return Err(Error::new(
                Kind::Forbidden,
                "not_your_key",
                "only the person whose key it is may replace it",
            ));
        }
        if !who.scopes().covers(&old.scopes) {
            return Err(Error::insufficient_scope(who.scopes().union(&old.scopes)));
        }
        match state(&old, now) {
            ApiKeyState::Active => {}
            ApiKeyState::Expired => return Err(ended("the API key has expired")),
            ApiKeyState::Revoked => return Err(ended("the API key was revoked")),
        }
        let life = old.expires_at.map(|end| end.duration_since(old.created_at));
        let ends = life.map(|life| later(now, life));
        Ok(self.make(old.owner, old.scopes, old.name, now, ends))
    }

    /// Ends a key at once. Its open streams end within seconds.
    pub async fn revoke(&self, who: &Principal, id: &ApiKeyId) -> Result<(), Error> {
        let now = self.clock.now();
        let event = Event::new(EventKind::ApiKeyRevoked, who).target("api_key", id.as_str());
        let change = async {
            let maker = self.maker(who).await?;
            let organization = who.organization();
            self.visible(who, &maker, id).await?;
            let found = self.store.revoke_api_key(organization, id, now).await?;
            found.then_some(()).ok_or_else(not_found)
        };
        let revoked = self.audit.change(event, change).await;
        self.noticed().await;
        revoked
    }

    /// Answers for whom `who` acts. The operator acts for the first owner.
    pub(super) async fn maker(&self, who: &Principal) -> Result<Maker, Error> {
        if *who.subject() == Subject::Local {
            let members = self.store.members(who.organization()).await?;
            let owner = members
                .into_iter()
                .find(|member| member.role == Role::Owner && member.disabled_at.is_none());
            let owner = owner.ok_or_else(|| {
                Error::new(Kind::Conflict, "no_owner", "the organization has no owner")
            })?;
            return Ok(Maker {
                actor: Actor::User(owner.id),
                role: Role::Owner,
            });
        }
        let role = access::role(&self.store, who).await?;
        let (Some(actor), Some(role)) = (who.actor(), role) else {
            return Err(access::forbidden());
        };
        // In a browser people look after their own keys, whatever their role.
        let own = matches!(who.subject(), Subject::WebSession { .. }) && !role.administers();
        if !who.scopes().admin() && !own {
            return Err(access::lacking(who, role));
        }
        Ok(Maker { actor, role })
    }

    async fn account(
        &self,
        who: &Principal,
        maker: &Maker,
        account: ServiceAccountId,
    ) -> Result<Actor, Error> {
        if !maker.role.administers() {
            return Err(access::forbidden());
        }
        let found = self
            .store
            .service_account(who.organization(), &account)
            .await?;
        found.ok_or_else(service_account_not_found)?;
        Ok(Actor::ServiceAccount(account))
    }

    pub(super) async fn visible(
        &self,
        who: &Principal,
        maker: &Maker,
        id: &ApiKeyId,
    ) -> Result<ApiKey, Error> {
        let key = self.store.api_key(who.organization(), id).await?;
        key.filter(|key| maker.sees(key)).ok_or_else(not_found)
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

impl Maker {
    fn sees(&self, key: &ApiKey) -> bool {
        self.role.administers() || key.owner == self.actor
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

fn later(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.checked_add(by).unwrap_or(Timestamp::MAX)
}

pub(super) fn check_name(name: &str) -> Result<(), Error> {
    let length = name.chars().take(MAX_NAME + 1).count();
    if length == 0 || length > MAX_NAME || name.trim() != name || !is_visible(name) {
        return Err(Error::invalid_at(
            "/name",
            "1 to 100 visible characters, without space at either end",
        ));
    }
    Ok(())
}

pub(super) fn not_found() -> Error {
    Error::new(
        Kind::NotFound,
        "api_key_not_found",
        "there is no API key with this id",
    )
}

fn ended(message: &'static str) -> Error {
    Error::new(Kind::Conflict, "api_key_ended", message).with_hint("create a new one")
}
