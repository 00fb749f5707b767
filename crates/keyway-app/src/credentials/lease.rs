use std::sync::Arc;

use keyway_core::action::Entry;
use keyway_core::credential::{
    CredentialKind, CredentialNeed, CredentialScope, Fields, Lease, LeasedCredential,
};
use keyway_core::ports::{AccessToken, TokenError};
use keyway_core::{Actor, CredentialDefinition, CredentialId, Error, Principal, Secret};

use super::instance::Instance;
use super::resolve::{Asked, Walk, resolve};
use super::uses::is_unauthorized;
use super::{CredentialChoice, error, grants};
use crate::audit::{Event, EventKind};
use crate::{App, Definitions};

/// What a call leased, and of which instances it is.
pub(crate) struct Leased {
    pub(crate) lease: Arc<Lease>,
    instances: Vec<CredentialId>,
    /// The access tokens among it.
    tokens: Vec<Token>,
}

/// An access token, and where it is from.
#[derive(Clone)]
struct Token {
    id: CredentialId,
    definition: Arc<CredentialDefinition>,
    text: AccessToken,
}

impl Leased {
    /// Which instances it is of.
    pub(crate) fn instances(&self) -> &[CredentialId] {
        &self.instances
    }

    /// Whether a call ended with the service refusing an access token of it.
    pub(crate) fn was_refused<T>(&self, done: &Result<T, Error>) -> bool {
        !self.tokens.is_empty() && is_unauthorized(done)
    }

    /// Whether its access tokens are others than those of an earlier one.
    pub(crate) fn has_other_tokens(&self, earlier: &Self) -> bool {
        let same = |(one, other): (&Token, &Token)| one.text.expose() == other.text.expose();
        !self.tokens.iter().zip(&earlier.tokens).all(same)
    }

    /// Whether there are access tokens among it: it is another one in a while.
    pub(crate) fn is_renewed(&self) -> bool {
        !self.tokens.is_empty()
    }

    /// The access tokens among it.
    pub(crate) fn secrets(&self) -> Vec<Secret<String>> {
        let each = self.tokens.iter();
        each.map(|one| Secret::new(one.text.expose().to_owned()))
            .collect()
    }

    /// Whether it is of these instances and no others.
    pub(crate) fn is_of<'a>(&self, instances: impl Iterator<Item = &'a CredentialId>) -> bool {
        self.instances.iter().eq(instances)
    }
}

/// One credential of a lease.
struct One {
    id: Option<CredentialId>,
    fields: Fields,
    token: Option<AccessToken>,
}

/// What the resolution of one need came to.
pub(super) struct Resolved {
    pub(super) walk: Walk,
    pub(super) asks_for_a_person: bool,
}

impl App {
    /// Leases what an action needs. `None` for one that needs nothing, which costs nothing.
    pub(crate) async fn lease(
        &self,
        who: &Principal,
        definitions: &Definitions,
        entry: &Entry,
        choice: impl FnOnce() -> CredentialChoice,
    ) -> Result<Option<Leased>, Error> {
        let needs = entry.action().get_credentials();
        if needs.is_empty() {
            return Ok(None);
        }
        let leased = self.lease_all(who, definitions, needs, &choice()).await?;
        Ok(Some(leased))
    }

    /// Leases several credentials.
    pub(crate) async fn lease_all(
        &self,
        who: &Principal,
        definitions: &Definitions,
        needs: &[CredentialNeed],
        choice: &CredentialChoice,
    ) -> Result<Leased, Error> {
        let mut instances = Vec::with_capacity(needs.len());
        let mut all = Vec::with_capacity(needs.len());
        let mut tokens = Vec::new();
        for need in needs {
            let one = self.lease_one(who, definitions, need, choice).await?;
            if let (Some(id), Some(token)) = (&one.id, one.token) {
                let definition = Arc::clone(definition(definitions, need));
                let id = id.clone();
                tokens.push(Token {
                    id,
                    definition,
                    text: token,
                });
            }
            instances.extend(one.id);
            let key = need.definition().key();
            let known = definitions.credentials().get(key);
            let hosts = known.and_then(|known| known.get_hosts());
            all.push(LeasedCredential {
                key: Arc::from(key),
                fields: one.fields,
                // Where the one who defines it says nothing, the type's word holds.
                hosts: hosts.or_else(|| need.definition().get_hosts()).cloned(),
            });
        }
        Ok(Leased {
            lease: Arc::new(Lease::new(all)),
            instances,
            tokens,
        })
    }

    /// Which instance `who` gets for a need, and its revision. `None` for a service that asks for
    /// nothing.
    pub(crate) async fn instance(
        &self,
        who: &Principal,
        definitions: &Definitions,
        need: &CredentialNeed,
        choice: &CredentialChoice,
    ) -> Result<Option<(CredentialId, i64)>, Error> {
        let found = self.find(who, definitions, need, choice).await?;
        Ok(found.map(|found| (found.id, found.revision)))
    }

    async fn lease_one(
        &self,
        who: &Principal,
        definitions: &Definitions,
        need: &CredentialNeed,
        choice: &CredentialChoice,
    ) -> Result<One, Error> {
        let (organization, key) = (who.organization(), need.definition().key());
        let Some(instance) = self.find(who, definitions, need, choice).await? else {
            return Ok(One {
                id: None,
                fields: Fields::new(Secret::new(b"{}".to_vec())),
                token: None,
            });
        };
        let definition = definition(definitions, need);
        if definition.kind() == CredentialKind::OAuth2 {
            let token = self.access_token(who, &instance.id, definition).await?;
            let key = definition.key();
            let token = token.map_err(|error| match error {
                TokenError::Unreachable(_) => error::not_renewed(key),
                TokenError::SignInRequired(_) | TokenError::Refused(_) => {
                    error::needs_reconnecting(key, self.inner.pages.base())
                }
            })?;
            return Ok(One {
                id: Some(instance.id),
                fields: grants::fields(&token)?,
                token: Some(token),
            });
        }
        let held = &self.inner.held;
        let known = held.of(organization, key).await?;
        let fields = held.fields(organization, &known, &instance.id).await?;
        // It went between two looks.
        let fields = fields.ok_or_else(|| {
            let pages = self.inner.pages.base();
            error::missing(definition, pin(definitions, need), false, pages)
        })?;
        Ok(One {
            id: Some(instance.id),
            fields,
            token: None,
        })
    }

    /// The instance `who` gets for a need. `None` for a service that asks for nothing.
    async fn find(
        &self,
        who: &Principal,
        definitions: &Definitions,
        need: &CredentialNeed,
        choice: &CredentialChoice,
    ) -> Result<Option<Instance>, Error> {
        let (key, definition) = (need.definition().key(), definition(definitions, need));
        if definition.kind() == CredentialKind::None {
            return Ok(None);
        }
        let resolved = self.resolve(who, definitions, need, choice).await?;
        let pages = self.inner.pages.base();
        let pin = pin(definitions, need);
        let Some(instance) = resolved.walk.instance else {
            if resolved.asks_for_a_person {
                return Err(error::needs_a_person(key));
            }
            let chosen = choice.of(key).is_some();
            return Err(error::missing(definition, pin, chosen, pages));
        };
        Ok(Some(instance))
    }

    /// An access token of an instance. What went wrong with renewing it is written down, even where
    /// the one at hand still holds.
    async fn access_token(
        &self,
        who: &Principal,
        id: &CredentialId,
        definition: &Arc<CredentialDefinition>,
    ) -> Result<Result<AccessToken, TokenError>, Error> {
        let (grants, organization) = (&self.inner.grants, who.organization());
        let token = grants.token(organization, id, definition).await;
        let key = definition.key();
        if let Some(code) = grants.failure(organization, id) {
            let event = Event::new(EventKind::CredentialRefreshFailed, who)
                .target("credential", id.as_str())
                .detail("key", key)
                .detail("code", code);
            self.audit().note(event);
            let (store, now) = (&self.inner.store, self.inner.clock.now());
            store
                .note_renewal_failure(organization, id, code, now)
                .await?;
        }
        Ok(token)
    }

    /// The same lease with the access tokens of this moment, of the same instances, whoever's default
    /// they are by now.
    pub(crate) async fn lease_again(
        &self,
        who: &Principal,
        leased: &Leased,
    ) -> Result<Leased, TokenError> {
        let unkept = |_| TokenError::Unreachable(String::from("the store does not answer"));
        let mut lease = Lease::clone(&leased.lease);
        let mut tokens = leased.tokens.clone();
        let definitions = self.definitions();
        for one in &mut tokens {
            let known = definitions.credentials().get(one.definition.key());
            if let Some(known) = known {
                one.definition = Arc::clone(known);
            }
            let token = self.access_token(who, &one.id, &one.definition).await;
            one.text = token.map_err(unkept)??;
            let fields = grants::fields(&one.text).map_err(unkept)?;
            lease = lease.with_fields(one.definition.key(), fields);
        }
        Ok(Leased {
            lease: Arc::new(lease),
            instances: leased.instances.clone(),
            tokens,
        })
    }

    /// Notes that a service refused these access tokens: they are renewed before they are leased again.
    pub(crate) fn tokens_refused(&self, leased: &Leased) {
        for one in &leased.tokens {
            self.inner.grants.refused(&one.id, &one.text);
        }
    }

    /// Which instance `who` gets for a need.
    pub(super) async fn resolve(
        &self,
        who: &Principal,
        definitions: &Definitions,
        need: &CredentialNeed,
        choice: &CredentialChoice,
    ) -> Result<Resolved, Error> {
        let (organization, key) = (who.organization(), need.definition().key());
        let held = &self.inner.held;
        let project = match &choice.project {
            Some(slug) => {
                let found = held.project(organization, slug).await?;
                Some(found.ok_or_else(error::no_project)?)
            }
            None => None,
        };
        let user = match who.actor() {
            Some(Actor::User(user)) => Some(user),
            _ => None,
        };
        let known = held.of(organization, key).await?;
        let pin = pin(definitions, need);
        let asked = Asked {
            chosen: choice.of(key),
            pin,
            project: project.as_ref(),
            user: user.as_ref(),
        };
        Ok(Resolved {
            walk: resolve(&known.instances, &asked),
            asks_for_a_person: pin == Some(CredentialScope::User) && user.is_none(),
        })
    }

    /// Keeps in mind that instances were used, and what came of it.
    pub(crate) fn leased<T>(&self, leased: Option<&Leased>, done: &Result<T, Error>) {
        if let Some(leased) = leased {
            let now = self.inner.clock.now();
            self.inner.held.uses.record(&leased.instances, now, done);
            if is_unauthorized(done) {
                self.tokens_refused(leased);
            }
        }
    }
}

/// The only scope a need is looked for at: the action's word, else that of who defines it.
pub(super) fn pin(definitions: &Definitions, need: &CredentialNeed) -> Option<CredentialScope> {
    let known = definitions.credentials().get(need.definition().key());
    need.pin().or_else(|| known.and_then(|known| known.pin()))
}

/// What a need is of: the word of the one who defines it, else that of the need.
fn definition<'a>(
    definitions: &'a Definitions,
    need: &'a CredentialNeed,
) -> &'a Arc<CredentialDefinition> {
    let known = definitions.credentials().get(need.definition().key());
    known.unwrap_or_else(|| need.definition())
}
