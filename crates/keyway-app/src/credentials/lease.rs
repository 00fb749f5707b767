use std::sync::Arc;

use keyway_core::action::Entry;
use keyway_core::credential::{
    CredentialKind, CredentialNeed, CredentialScope, Fields, Lease, LeasedCredential,
};
use keyway_core::{Actor, CredentialDefinition, CredentialId, Error, Principal, Secret};

use super::instance::Instance;
use super::resolve::{Asked, Walk, resolve};
use super::{CredentialChoice, error};
use crate::{App, Definitions};

/// What a call leased, and of which instances it is.
pub(crate) struct Leased {
    pub(crate) lease: Arc<Lease>,
    instances: Vec<CredentialId>,
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
        for need in needs {
            let (id, fields) = self.lease_one(who, definitions, need, choice).await?;
            instances.extend(id);
            let key = need.definition().key();
            let known = definitions.credentials().get(key);
            let hosts = known.and_then(|known| known.get_hosts());
            all.push(LeasedCredential {
                key: Arc::from(key),
                fields,
                // Where the one who defines it says nothing, the type's word holds.
                hosts: hosts.or_else(|| need.definition().get_hosts()).cloned(),
            });
        }
        Ok(Leased {
            lease: Arc::new(Lease::new(all)),
            instances,
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
    ) -> Result<(Option<CredentialId>, Fields), Error> {
        let (organization, key) = (who.organization(), need.definition().key());
        let Some(instance) = self.find(who, definitions, need, choice).await? else {
            return Ok((None, Fields::new(Secret::new(b"{}".to_vec()))));
        };
        let held = &self.inner.held;
        let known = held.of(organization, key).await?;
        let fields = held.fields(organization, &known, &instance.id).await?;
        // It went between two looks.
        let fields = fields.ok_or_else(|| {
            let pages = self.settings().pages_url.as_deref();
            error::missing(
                definition(definitions, need),
                pin(definitions, need),
                false,
                pages,
            )
        })?;
        Ok((Some(instance.id), fields))
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
        let pages = self.settings().pages_url.as_deref();
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
) -> &'a CredentialDefinition {
    let known = definitions.credentials().get(need.definition().key());
    known.unwrap_or_else(|| need.definition())
}
