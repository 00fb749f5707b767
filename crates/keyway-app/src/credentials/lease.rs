use std::sync::Arc;

use keyway_core::action::Entry;
use keyway_core::credential::{
    CredentialKind, CredentialNeed, CredentialScope, Fields, Lease, LeasedCredential,
};
use keyway_core::{Actor, CredentialDefinition, CredentialId, Error, Principal, Secret};

use super::instance::Instance;
use super::resolve::{Asked, Walk, resolve};
use super::{CredentialChoice, error};
use crate::App;

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
        entry: &Entry,
        choice: impl FnOnce() -> CredentialChoice,
    ) -> Result<Option<Leased>, Error> {
        let needs = entry.action().get_credentials();
        if needs.is_empty() {
            return Ok(None);
        }
        self.lease_all(who, needs, &choice()).await.map(Some)
    }

    /// Leases several credentials.
    pub(crate) async fn lease_all(
        &self,
        who: &Principal,
        needs: &[CredentialNeed],
        choice: &CredentialChoice,
    ) -> Result<Leased, Error> {
        let mut instances = Vec::with_capacity(needs.len());
        let mut all = Vec::with_capacity(needs.len());
        for need in needs {
            let (id, fields) = self.lease_one(who, need, choice).await?;
            instances.extend(id);
            let key = need.definition().key();
            let known = self.inner.credentials.get(key);
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
        need: &CredentialNeed,
        choice: &CredentialChoice,
    ) -> Result<Option<(CredentialId, i64)>, Error> {
        let found = self.find(who, need, choice).await?;
        Ok(found.map(|found| (found.id, found.revision)))
    }

    async fn lease_one(
        &self,
        who: &Principal,
        need: &CredentialNeed,
        choice: &CredentialChoice,
    ) -> Result<(Option<CredentialId>, Fields), Error> {
        let (organization, key) = (who.organization(), need.definition().key());
        let Some(instance) = self.find(who, need, choice).await? else {
            return Ok((None, Fields::new(Secret::new(b"{}".to_vec()))));
        };
        let held = &self.inner.held;
        let known = held.of(organization, key).await?;
        let fields = held.fields(organization, &known, &instance.id).await?;
        // It went between two looks.
        let fields = fields.ok_or_else(|| {
            let pages = self.settings().pages_url.as_deref();
            error::missing(self.definition(need), self.pin(need), false, pages)
        })?;
        Ok((Some(instance.id), fields))
    }

    /// The instance `who` gets for a need. `None` for a service that asks for nothing.
    async fn find(
        &self,
        who: &Principal,
        need: &CredentialNeed,
        choice: &CredentialChoice,
    ) -> Result<Option<Instance>, Error> {
        let (key, definition) = (need.definition().key(), self.definition(need));
        if definition.kind() == CredentialKind::None {
            return Ok(None);
        }
        let resolved = self.resolve(who, need, choice).await?;
        let pages = self.settings().pages_url.as_deref();
        let pin = self.pin(need);
        let Some(instance) = resolved.walk.instance else {
            if resolved.asks_for_a_person {
                return Err(error::needs_a_person(key));
            }
            let chosen = choice.of(key).is_some();
            return Err(error::missing(definition, pin, chosen, pages));
        };
        Ok(Some(instance))
    }

    /// What a need is of: the word of the one who defines it, else that of the need.
    fn definition<'a>(&'a self, need: &'a CredentialNeed) -> &'a CredentialDefinition {
        let known = self.inner.credentials.get(need.definition().key());
        known.unwrap_or_else(|| need.definition())
    }

    /// Which instance `who` gets for a need.
    pub(super) async fn resolve(
        &self,
        who: &Principal,
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
        let asked = Asked {
            chosen: choice.of(key),
            pin: self.pin(need),
            project: project.as_ref(),
            user: user.as_ref(),
        };
        Ok(Resolved {
            walk: resolve(&known.instances, &asked),
            asks_for_a_person: self.pin(need) == Some(CredentialScope::User) && user.is_none(),
        })
    }

    /// The only scope a need is looked for at: the action's word, else that of who defines it.
    pub(super) fn pin(&self, need: &CredentialNeed) -> Option<CredentialScope> {
        let known = self.inner.credentials.get(need.definition().key());
        need.pin().or_else(|| known.and_then(|known| known.pin()))
    }

    /// Keeps in mind that instances were used, and what came of it.
    pub(crate) fn leased<T>(&self, leased: Option<&Leased>, done: &Result<T, Error>) {
        if let Some(leased) = leased {
            let now = self.inner.clock.now();
            self.inner.held.uses.record(&leased.instances, now, done);
        }
    }
}
