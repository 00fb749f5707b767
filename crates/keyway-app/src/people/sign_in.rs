use keyway_core::{Error, Kind, OrgId, Secret};
use keyway_store::Person;

use super::password::Checked;
use super::throttle::Trying;
use super::{Browser, People, SignedIn};
use crate::audit::{Ended, Event, EventKind, Outcome, Who};
use crate::keys::KeyDigest;
use crate::setup;

/// Someone who signs in with a password.
#[derive(Debug)]
pub struct SignIn {
    /// Their e-mail address, as they wrote it.
    pub email: String,
    /// Their password.
    pub password: Secret<String>,
    /// From where.
    pub browser: Browser,
}

impl People {
    /// True until an owner of the first organization can sign in: has a password or an identity.
    pub async fn needs_setup(&self) -> Result<bool, Error> {
        let store = &self.parts.store;
        match setup::organization(store).await? {
            Some(first) => Ok(!store.owner_can_sign_in(&first.id).await?),
            None => Ok(true),
        }
    }

    /// Signs in with a password. `invalid_credentials` tells nobody whether there is such an account;
    /// `too_many_attempts` says when to try again.
    pub async fn sign_in(&self, sign_in: SignIn) -> Result<SignedIn, Error> {
        let person = self.prove(&sign_in).await?;
        self.begin(&person.id, "password", &sign_in.browser, None::<&OrgId>)
            .await
    }

    /// Whose e-mail address and password these are.
    pub(super) async fn prove(&self, sign_in: &SignIn) -> Result<Person, Error> {
        let parts = &self.parts;
        let email = sign_in.email.trim().to_ascii_lowercase();
        let person = parts.store.person_by_email(&email).await?;
        let trying = self
            .trying(&email, person.as_ref(), &sign_in.browser)
            .await?;
        if let Err(error) = parts.throttle.charge(&trying, self.now()) {
            self.failed(person.as_ref(), &sign_in.browser, &error).await;
            return Err(error);
        }
        let hash = person.as_ref().and_then(|of| of.password_hash.as_ref());
        let checked = parts.passwords.check(&sign_in.password, hash).await?;
        let found = person.clone();
        let person = person.filter(|person| {
            checked != Checked::Wrong
                && person.password_hash.is_some()
                && person.disabled_at.is_none()
        });
        let Some(person) = person else {
            let error = invalid_credentials();
            self.failed(found.as_ref(), &sign_in.browser, &error).await;
            return Err(error);
        };
        parts.throttle.refund(&trying);
        if checked == Checked::Stale {
            self.rehash(&person, &sign_in.password).await;
        }
        Ok(person)
    }

    /// Tells the audit log where the person belongs; of nobody's account, and of one that belongs
    /// nowhere, the first organization's.
    /// What was entered is not written down: it may be a password in the wrong field.
    pub(super) async fn failed(&self, person: Option<&Person>, browser: &Browser, error: &Error) {
        let store = &self.parts.store;
        let memberships = match person {
            Some(person) => store.memberships(&person.id).await.unwrap_or_default(),
            None => Vec::new(),
        };
        let own = memberships.into_iter().next();
        let place = match own {
            Some(own) => Some(own.organization.id),
            None => setup::organization(store)
                .await
                .ok()
                .flatten()
                .map(|of| of.id),
        };
        let Some(organization) = place else {
            return;
        };
        let ended = Ended::new(Outcome::Refused).code(error.code());
        let mut event = Event::new(EventKind::SignInFailed, Who::anonymous(&organization))
            .address(browser.address)
            .outcome(ended);
        if let Some(person) = person {
            event = event.target("user", person.id.as_str());
        }
        self.parts.audit.note(event);
    }

    /// The allowances an attempt takes from. An account's own is for strangers: who comes from where
    /// its person has signed in before has one of their own.
    async fn trying(
        &self,
        email: &str,
        person: Option<&Person>,
        browser: &Browser,
    ) -> Result<[Trying; 2], Error> {
        let account = KeyDigest::of(email);
        let known = match person {
            Some(person) => self.known_place(&person.id, browser).await?,
            None => None,
        };
        let of_account = known.map_or(Trying::Account(account), |place| {
            Trying::Known(account, place)
        });
        Ok([Trying::from(browser.address), of_account])
    }

    /// Hashes a password that was right at what hashing costs now. That it fails is no reason to keep
    /// anybody out.
    async fn rehash(&self, person: &Person, password: &Secret<String>) {
        let Some(old) = &person.password_hash else {
            return;
        };
        let done = match self.parts.passwords.hash(password).await {
            Ok(new) => {
                let kept = self.parts.store.rehash_password(&person.id, old, &new);
                kept.await.map_err(Error::from)
            }
            Err(error) => Err(error),
        };
        if let Err(error) = done {
            tracing::warn!(%error, user = %person.id, "a password is not hashed anew");
        }
    }

    /// How many passwords were checked since the start, existing accounts' and others'.
    #[doc(hidden)]
    pub fn password_checks(&self) -> u64 {
        self.parts.passwords.checks()
    }
}

/// The same for an account that never was, one that has no password, one that is kept out, and a wrong
/// password.
fn invalid_credentials() -> Error {
    Error::new(
        Kind::Unauthenticated,
        "invalid_credentials",
        "the e-mail address or the password is not right",
    )
}
