use keyway_core::{Error, Kind, Role, Secret, UserId};
use keyway_store::{NewPerson, Reason};

use super::throttle::Trying;
use super::{Browser, People, SignedIn, Signup, error, strength};
use crate::audit::{Event, EventKind, Who};
use crate::setup;

/// Someone who becomes a user by themselves.
#[derive(Debug)]
pub struct SignUp {
    /// Their name.
    pub name: String,
    /// Their e-mail address.
    pub email: String,
    /// The password they chose.
    pub password: Secret<String>,
    /// From where.
    pub browser: Browser,
}

impl People {
    /// Whether anyone may become a user with a password of their own: whether to show such a form.
    pub fn is_open(&self) -> bool {
        self.parts.settings.signup == Signup::Open
    }

    /// Makes a member of the first organization. `signup_closed` unless `sign_in.signup` is `open`: an
    /// address that nobody has verified proves no domain.
    pub async fn sign_up(&self, sign_up: SignUp) -> Result<SignedIn, Error> {
        if !self.is_open() {
            return Err(closed());
        }
        let parts = &self.parts;
        parts
            .throttle
            .charge(&[Trying::from(sign_up.browser.address)], self.now())?;
        let (name, email) = (
            error::persons_name(&sign_up.name)?,
            error::email(&sign_up.email)?,
        );
        let new = self.new_person(name, email, &sign_up.password).await?;
        let first = setup::organization(&parts.store).await?;
        let first = first.ok_or_else(closed)?;
        let event = Event::new(EventKind::MemberAdded, Who::user(&first.id, &new.id))
            .target("user", new.id.as_str());
        let change = async {
            let made = parts
                .store
                .create_person(&first.id, Role::Member, &new, None);
            made.await.map_err(|found| match found.reason() {
                Reason::Conflict => taken(),
                _ => found.into(),
            })
        };
        self.change(event, change).await?;
        self.begin(&new.id, "sign_up", &sign_up.browser, Some(&first.id))
            .await
    }

    /// A person with a password, about to be made. Nobody has verified their address.
    pub(super) async fn new_person(
        &self,
        name: String,
        email: String,
        password: &Secret<String>,
    ) -> Result<NewPerson, Error> {
        let parts = &self.parts;
        let min = parts.settings.password_min_length;
        strength::check(password, min, &[&name, &email]).await?;
        Ok(NewPerson {
            id: UserId::generate(&*parts.clock, &*parts.random),
            name,
            email: Some(email),
            email_verified_at: None,
            password_hash: Some(parts.passwords.hash(password).await?),
            created_at: self.now(),
        })
    }
}

pub(super) fn closed() -> Error {
    Error::new(
        Kind::Forbidden,
        "signup_closed",
        "nobody becomes a user here without an invitation",
    )
    .with_hint("ask an administrator for an invitation")
}

pub(super) fn taken() -> Error {
    error::conflict(
        "email_taken",
        "an account with this e-mail address is there already",
    )
    .with_hint("sign in to it instead")
}
