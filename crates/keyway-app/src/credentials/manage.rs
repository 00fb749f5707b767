use std::collections::HashMap;
use std::sync::Arc;

use keyway_core::ports::{Clock, Random};
use keyway_core::scopes::Scope;
use keyway_core::{
    CredentialDefinition, CredentialId, Error, OrgId, Principal, ProjectId, Secret, Subject,
};
use keyway_store::{
    Changed, CredentialPlace, NewStoredCredential, Reason, Store, StoredCredential,
};
use keyway_vault::Vault;

use super::fields::check;
use super::held::Held;
use super::instance::seal;
use super::sight::own_user;
use super::view::definition;
use super::{CredentialView, DefinitionView, Grants, Place, error};
use crate::audit::{Audit, Event, EventKind};
use crate::connectors::oauth as connector;
use crate::pages_at::PagesAt;
use crate::{Definitions, access, people};

/// The name of an instance that is given none.
pub(super) const NAME: &str = "default";

/// Setting, listing and revoking instances of credentials. Owners and admins manage those of the
/// organization and its projects, people their own; nobody ever reads one back.
#[derive(Clone)]
pub struct Credentials {
    pub(crate) parts: CredentialsParts,
    held: Option<Arc<Held>>,
}

/// What [`Credentials`] is made of.
#[derive(Clone)]
pub(crate) struct CredentialsParts {
    /// The rows.
    pub(crate) store: Store,
    /// The time of day.
    pub(crate) clock: Arc<dyn Clock>,
    /// Randomness.
    pub(crate) random: Arc<dyn Random>,
    /// What seals.
    pub(crate) vault: Vault,
    /// What happened, written down.
    pub(crate) audit: Audit,
    /// What is defined.
    pub(crate) definitions: Arc<Definitions>,
    /// What authorization servers granted.
    pub(crate) grants: Arc<Grants>,
    /// Where people reach the gateway's pages.
    pub(crate) pages: PagesAt,
}

impl Credentials {
    /// For a process that serves nothing: the gateway notices what changes within a second or two.
    pub(crate) fn new(parts: CredentialsParts) -> Self {
        Self { parts, held: None }
    }

    pub(crate) fn serving(mut self, held: Arc<Held>) -> Self {
        self.held = Some(held);
        self
    }

    /// The credentials that are defined, by key, and the actions that need them; behind them those of
    /// the connectors of the organization that `who` may use.
    pub async fn definitions(&self, who: &Principal) -> Result<Vec<DefinitionView>, Error> {
        let all = self.parts.definitions.credentials().iter();
        let defined = all.map(|of| definition(of, self.needing(of.key())));
        let mut views: Vec<_> = defined.collect();
        for found in connector::all(&self.parts, who).await? {
            views.push(definition(&found, self.needing(found.key())));
        }
        Ok(views)
    }

    /// One of them.
    pub async fn definition(&self, who: &Principal, key: &str) -> Result<DefinitionView, Error> {
        let of = self.defined(who.organization(), key).await?;
        if !connector::includes(&self.parts, who, key).await? {
            return Err(error::no_definition());
        }
        Ok(definition(&of, self.needing(key)))
    }

    /// Whether there is an action that tells whether an instance is good.
    pub fn has_check(&self, key: &str) -> bool {
        let found = self.parts.definitions.credentials().get(key);
        found.is_some_and(|definition| definition.get_check().is_some())
    }

    /// The instances `who` may see, of one key or of all: everyone's for who administers the
    /// organization; else the organization's, its projects' and one's own.
    pub async fn list(
        &self,
        who: &Principal,
        key: Option<&str>,
    ) -> Result<Vec<CredentialView>, Error> {
        if let Some(key) = key {
            self.defined(who.organization(), key).await?;
        }
        let sight = self.sight(who).await?;
        let store = &self.parts.store;
        let all = store.credentials_of(who.organization(), key).await?;
        let seen = all.into_iter().filter(|one| sight.reaches(&one.place));
        self.views(who, seen.collect()).await
    }

    /// Sets the fields of an instance at a place, under a name (`default` when absent): makes it, or
    /// replaces what is stored of it. Answers whether it was made.
    pub async fn set(
        &self,
        who: &Principal,
        key: &str,
        place: &Place,
        name: Option<&str>,
        fields: &Secret<String>,
    ) -> Result<(CredentialView, bool), Error> {
        let event = Event::new(EventKind::CredentialSet, who).detail("key", key);
        let asked = self.asked(who, key, place, name, fields);
        let (at, name) = self.parts.audit.checked(event.clone(), asked).await?;
        let store = &self.parts.store;
        let there = store
            .credentials_of(who.organization(), Some(key))
            .await?
            .into_iter()
            .find(|one| one.place == at && one.name == name);
        let parts = &self.parts;
        let made = there.is_none();
        let id = there.map_or_else(
            || CredentialId::generate(&*parts.clock, &*parts.random),
            |one| one.id,
        );
        let event = event
            .target("credential", id.as_str())
            .detail("name", name.as_str())
            .detail("scope", at.scope().as_str());
        let change = async {
            let secret = Secret::new(fields.expose().as_bytes().to_vec());
            let sealed =
                seal(&parts.vault, who.organization(), &id, &secret).map_err(Error::internal)?;
            let now = parts.clock.now();
            if made {
                let new = NewStoredCredential {
                    id: id.clone(),
                    key: key.to_owned(),
                    place: at,
                    name,
                    sealed,
                    at: now,
                };
                let made = store.create_credential(who.organization(), &new).await;
                made.map(drop).map_err(told)
            } else {
                let replaced = store.replace_credential(who.organization(), &id, &sealed, now);
                replaced.await?.then_some(()).ok_or_else(error::not_found)
            }
        };
        parts.audit.change(event, change).await?;
        self.forget();
        Ok((self.view(who, &id).await?, made))
    }

    /// Gives an instance another name, whatever it is called.
    pub async fn rename(
        &self,
        who: &Principal,
        id: &CredentialId,
        name: &str,
    ) -> Result<CredentialView, Error> {
        self.rename_seen(who, id, None, name).await
    }

    /// Gives an instance another name; `changed_meanwhile` when it is not called `seen` any more.
    pub async fn rename_seen(
        &self,
        who: &Principal,
        id: &CredentialId,
        seen: Option<&str>,
        name: &str,
    ) -> Result<CredentialView, Error> {
        let event = event(who, EventKind::CredentialChanged, id);
        let change = async {
            let stored = self.managed(who, id).await?;
            self.may_manage(who, &stored.place).await?;
            let name = people::checked_name(name)?;
            let store = &self.parts.store;
            let renamed = store.rename_credential(who.organization(), id, seen, &name);
            match renamed.await.map_err(told)? {
                Changed::Done => Ok(()),
                Changed::Stale => Err(error::renamed_meanwhile()),
                Changed::Missing | Changed::LastOwner => Err(error::not_found()),
            }
        };
        self.parts.audit.change(event, change).await?;
        self.forget();
        self.view(who, id).await
    }

    /// Makes an instance the default of its place.
    pub async fn make_default(
        &self,
        who: &Principal,
        id: &CredentialId,
    ) -> Result<CredentialView, Error> {
        let event = event(who, EventKind::CredentialChanged, id);
        let change = async {
            let stored = self.managed(who, id).await?;
            self.may_manage(who, &stored.place).await?;
            let store = &self.parts.store;
            let made = store
                .make_credential_default(who.organization(), id)
                .await?;
            made.then_some(()).ok_or_else(error::not_found)
        };
        self.parts.audit.change(event, change).await?;
        self.forget();
        self.view(who, id).await
    }

    /// Deletes an instance and all that is stored of it; what an authorization server granted is taken
    /// back there where it offers that. A default that actions would use is refused
    /// with `credential_in_use` unless it is `forced`.
    pub async fn revoke(
        &self,
        who: &Principal,
        id: &CredentialId,
        forced: bool,
    ) -> Result<(), Error> {
        let event = event(who, EventKind::CredentialRevoked, id);
        let change = async {
            let stored = self.managed(who, id).await?;
            if stored.is_default && !forced && !connector::is_key(&stored.key) {
                let needing = self.needing(&stored.key);
                let named: Vec<_> = needing.iter().map(String::as_str).collect();
                if !named.is_empty() {
                    return Err(error::in_use(&named));
                }
            }
            let (store, grants) = (&self.parts.store, &self.parts.grants);
            let granted = match self.defined(who.organization(), &stored.key).await {
                Ok(definition) if definition.server().is_some() => {
                    let record = grants.record(who.organization(), id).await;
                    record.map(|(record, held)| (definition, record, held))
                }
                _ => None,
            };
            let deleted = store.delete_credential(who.organization(), id).await?;
            deleted.then_some(granted).ok_or_else(error::not_found)
        };
        let granted = self.parts.audit.change(event, change).await?;
        self.forget();
        if let Some((definition, record, held)) = granted {
            drop(held);
            let grants = &self.parts.grants;
            grants
                .take_back(who.organization(), &definition, &record)
                .await;
        }
        Ok(())
    }

    /// One instance, if `who` may see it.
    pub async fn view(&self, who: &Principal, id: &CredentialId) -> Result<CredentialView, Error> {
        let sight = self.sight(who).await?;
        let store = &self.parts.store;
        let stored = store.stored_credential(who.organization(), id).await?;
        let seen = stored.filter(|one| sight.reaches(&one.place));
        let views = self.views(who, seen.into_iter().collect()).await?;
        views.into_iter().next().ok_or_else(error::not_found)
    }

    /// Checks what is to be set, and by whom.
    async fn asked(
        &self,
        who: &Principal,
        key: &str,
        place: &Place,
        name: Option<&str>,
        fields: &Secret<String>,
    ) -> Result<(CredentialPlace, String), Error> {
        let at = self.at(who, place).await?;
        self.may_manage(who, &at).await?;
        let definition = self.defined(who.organization(), key).await?;
        check(&definition, fields)?;
        Ok((at, people::checked_name(name.unwrap_or(NAME))?))
    }

    pub(super) async fn at(
        &self,
        who: &Principal,
        place: &Place,
    ) -> Result<CredentialPlace, Error> {
        let store = &self.parts.store;
        Ok(match place {
            Place::Organization => CredentialPlace::Organization,
            Place::Project { project } => {
                let found = store.project_by_slug(who.organization(), project).await?;
                CredentialPlace::Project(found.ok_or_else(error::no_project)?.id)
            }
            Place::User { user } => {
                let id = user.parse().map_err(|_| error::not_yours())?;
                let member = store.member(who.organization(), &id).await?;
                member.ok_or_else(error::not_yours)?;
                CredentialPlace::User(id)
            }
        })
    }

    /// Refuses whoever may not set or revoke instances at a place.
    pub(super) async fn may_manage(
        &self,
        who: &Principal,
        at: &CredentialPlace,
    ) -> Result<(), Error> {
        access::made_by_hand(who)?;
        match at {
            CredentialPlace::User(user) => {
                let own = *who.subject() == Subject::Local || own_user(who).as_ref() == Some(user);
                own.then_some(()).ok_or_else(error::not_yours)?;
                fully(who)
            }
            _ => access::administer(&self.parts.store, who).await.map(drop),
        }
    }

    /// An instance that `who` may change. Who administers may end anybody's, which is all that can be
    /// done to it without knowing it.
    async fn managed(&self, who: &Principal, id: &CredentialId) -> Result<StoredCredential, Error> {
        access::made_by_hand(who)?;
        let store = &self.parts.store;
        let stored = store.stored_credential(who.organization(), id).await?;
        let stored = stored.ok_or_else(error::not_found)?;
        match &stored.place {
            CredentialPlace::User(user) if own_user(who).as_ref() == Some(user) => fully(who)?,
            CredentialPlace::User(_) => {
                let administers = access::administer(store, who).await;
                administers.map_err(|_| error::not_found())?;
            }
            _ => drop(access::administer(store, who).await?),
        }
        Ok(stored)
    }

    /// A definition: the gateway's own, or that of a connector of the organization.
    pub(super) async fn defined(
        &self,
        organization: &OrgId,
        key: &str,
    ) -> Result<Arc<CredentialDefinition>, Error> {
        if connector::is_key(key) {
            let found = connector::read(&self.parts, organization, key).await?;
            return found.ok_or_else(error::no_definition);
        }
        let found = self.parts.definitions.credentials().get(key);
        found.cloned().ok_or_else(error::no_definition)
    }

    fn needing(&self, key: &str) -> Vec<String> {
        let needs = |action: &keyway_core::Action| {
            let mut needs = action.get_credentials().iter();
            needs.any(|need| need.definition().key() == key)
        };
        let all = self
            .parts
            .definitions
            .registry()
            .iter()
            .map(keyway_core::action::Entry::action);
        let slugs = all
            .filter(|action| needs(action))
            .map(|action| action.slug().to_owned());
        let servers = self.parts.definitions.credentials().servers_of(key);
        let servers = servers.iter().map(String::as_str);
        let connector = connector::slug(key);
        slugs
            .chain(servers.chain(connector).map(str::to_owned))
            .collect()
    }

    pub(super) fn forget(&self) {
        if let Some(held) = &self.held {
            held.forget();
        }
    }

    pub(super) async fn views(
        &self,
        who: &Principal,
        all: Vec<StoredCredential>,
    ) -> Result<Vec<CredentialView>, Error> {
        let named = |one: &StoredCredential| matches!(one.place, CredentialPlace::Project(_));
        let mut slugs: HashMap<ProjectId, String> = HashMap::new();
        if all.iter().any(named) {
            let projects = self.parts.store.projects(who.organization()).await?;
            slugs.extend(projects.into_iter().map(|one| (one.id, one.slug)));
        }
        let mut healths = self.healths(who, &all).await?;
        let view = |one: StoredCredential| {
            let place = match &one.place {
                CredentialPlace::Organization => Place::Organization,
                CredentialPlace::Project(id) => Place::Project {
                    project: slugs.get(id).cloned().unwrap_or_else(|| id.to_string()),
                },
                CredentialPlace::User(user) => Place::User {
                    user: user.to_string(),
                },
            };
            let health = healths.remove(&one.id).unwrap_or_default();
            let (last_error, last_error_at) = health.latest(one.last_error).unzip();
            CredentialView {
                id: one.id,
                key: one.key,
                place,
                name: one.name,
                default: one.is_default,
                revision: one.revision,
                created_at: one.created_at,
                changed_at: one.changed_at,
                last_used_at: one.last_used_at,
                last_error,
                last_error_at,
                last_refreshed_at: health.renewed_at,
                expires_at: health.expires_at,
                needs_reconnecting: health.needs_reconnecting,
            }
        };
        Ok(all.into_iter().map(view).collect())
    }
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").finish_non_exhaustive()
    }
}

/// Refuses a key that was made for less than its owner may do: what it set would be used in their
/// stead.
fn fully(who: &Principal) -> Result<(), Error> {
    let fully = match who.subject() {
        Subject::Local | Subject::WebSession { .. } => true,
        _ => who.scopes().covers(&keyway_core::Scopes::of([Scope::Mcp])),
    };
    fully.then_some(()).ok_or_else(error::narrow)
}

fn event(who: &Principal, kind: EventKind, id: &CredentialId) -> Event {
    Event::new(kind, who).target("credential", id.as_str())
}

/// What a store's refusal means here.
pub(super) fn told(found: keyway_store::StoreError) -> Error {
    match found.reason() {
        Reason::Conflict => error::taken(),
        Reason::Missing => error::no_project(),
        _ => found.into(),
    }
}
