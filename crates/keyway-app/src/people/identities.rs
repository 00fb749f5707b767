use jiff::Timestamp;
use keyway_core::{Error, Role, UserId};
use keyway_store::{Accepting, Identity, NewPerson, Organization, Person};

use super::{Browser, People, SignedIn, Signup, error, sessions, sign_up};
use crate::audit::{Event, EventKind, Who};
use crate::setup;

/// What a person is called whom nobody names.
const UNNAMED: &str = "Someone";
/// The most bytes of an issuer or a subject.
const MAX: usize = 1024;

/// A person as an issuer vouches for them.
#[derive(Debug, Clone, Default)]
pub struct Profile {
    /// Their name.
    pub name: Option<String>,
    /// Their e-mail address.
    pub email: Option<String>,
    /// Whether the issuer has verified the address. An unverified one links and invites nobody.
    pub email_verified: bool,
}

/// Someone who signs in elsewhere.
#[derive(Debug)]
pub struct IdentitySignIn {
    /// The issuer: of an OpenID provider, or `action` for the application's own login action.
    pub issuer: String,
    /// Who they are there.
    pub subject: String,
    /// What the issuer says about them.
    pub profile: Profile,
    /// The organization they come into, by slug; `default` when absent.
    pub organization: Option<String>,
    /// The role they have there by the issuer's word. Whoever gets none falls under `sign_in.signup`.
    pub role: Option<Role>,
    /// From where.
    pub browser: Browser,
}

impl People {
    /// The issuer of identities that an application's own login and signup actions vouch for.
    pub const ACTION_ISSUER: &'static str = "action";

    /// Finds or makes the person and signs them in. Refuses with `signup_closed` whom nothing lets in,
    /// and with `email_taken` whose address belongs to an account that is not proven to be theirs.
    pub async fn sign_in_identity(&self, sign_in: IdentitySignIn) -> Result<SignedIn, Error> {
        let coming = self.coming(&sign_in).await?;
        let user = match self.find_or_make(&coming).await {
            // Two first sign-ins at the same moment: one made the person.
            Err(error) if error.code() == "conflict" => self.find_or_make(&coming).await?,
            done => done?,
        };
        self.join(&user, &coming).await?;
        let method = match sign_in.issuer.as_str() {
            Self::ACTION_ISSUER => "action",
            _ => "oidc",
        };
        let at = Some(&coming.organization.id);
        self.begin(&user, method, &sign_in.browser, at).await
    }

    async fn coming(&self, sign_in: &IdentitySignIn) -> Result<Coming, Error> {
        let (issuer, subject) = (&sign_in.issuer, &sign_in.subject);
        if subject.is_empty() || subject.len() > MAX || issuer.is_empty() || issuer.len() > MAX {
            return Err(Error::internal("an issuer vouched for nobody"));
        }
        let slug = sign_in.organization.as_deref();
        let slug = slug.unwrap_or(setup::ORGANIZATION);
        let organization = self.parts.store.organization(slug).await?;
        let organization = organization
            .ok_or_else(|| Error::internal(format!("there is no organization `{slug}`")))?;
        let profile = &sign_in.profile;
        let named = profile.name.as_deref().map(error::persons_name);
        let email = profile.email.as_deref().filter(|_| profile.email_verified);
        Ok(Coming {
            identity: Identity {
                issuer: issuer.clone(),
                subject: subject.clone(),
            },
            name: named
                .and_then(Result::ok)
                .unwrap_or_else(|| UNNAMED.to_owned()),
            email: email.and_then(|email| error::email(email).ok()),
            organization,
            // Owners are made by owners.
            role: sign_in.role.map(|role| role.min(Role::Admin)),
        })
    }

    async fn find_or_make(&self, coming: &Coming) -> Result<UserId, Error> {
        let store = &self.parts.store;
        if let Some(person) = store.person_by_identity(&coming.identity).await? {
            return admitted(person);
        }
        if let Some(email) = &coming.email
            && let Some(person) = store.person_by_email(email).await?
        {
            // Whoever made an account with an address that is not theirs must not get its owner's
            // identity, and with it everything they do from then on.
            if person.email_verified_at.is_none() {
                return Err(sign_up::taken());
            }
            let user = admitted(person)?;
            let now = self.now();
            self.link(&user, coming, now).await?;
            return Ok(user);
        }
        self.make(coming).await
    }

    async fn link(&self, user: &UserId, coming: &Coming, now: Timestamp) -> Result<(), Error> {
        let event = coming.event(EventKind::IdentityChanged, user);
        let linked = self.parts.store.link_identity(user, &coming.identity, now);
        Box::pin(self.change(event, async { Ok(linked.await?) })).await
    }

    /// Makes a person whom something lets in: the issuer's word, the sign-up policy, or an invitation.
    async fn make(&self, coming: &Coming) -> Result<UserId, Error> {
        let parts = &self.parts;
        let signup = &parts.settings.signup;
        let now = self.now();
        if *signup == Signup::Closed {
            return Err(sign_up::closed());
        }
        let new = NewPerson {
            id: UserId::generate(&*parts.clock, &*parts.random),
            name: coming.name.clone(),
            email: coming.email.clone(),
            email_verified_at: coming.email.is_some().then_some(now),
            password_hash: None,
            created_at: now,
        };
        let email = coming.email.as_deref();
        let by_policy = lets_in(signup, email).then_some(Role::Member);
        if let Some(role) = coming.role.or(by_policy) {
            let (organization, identity) = (&coming.organization.id, Some(&coming.identity));
            let event = coming.event(EventKind::MemberAdded, &new.id);
            let made = parts
                .store
                .create_person(organization, role, &new, identity);
            Box::pin(self.change(event, async { Ok(made.await?) })).await?;
            return Ok(new.id);
        }
        let invitations = match email {
            Some(email) => parts.store.invitations_for(email, now).await?,
            None => Vec::new(),
        };
        let invitation = invitations.first().ok_or_else(sign_up::closed)?;
        self.accept(invitation, Accepting::New(&new)).await?;
        self.link(&new.id, coming, now).await?;
        Ok(new.id)
    }

    /// Makes the person a member where the issuer's word or an invitation says so, and follows the
    /// issuer where their role changed. Owners stay owners.
    async fn join(&self, user: &UserId, coming: &Coming) -> Result<(), Error> {
        let store = &self.parts.store;
        let now = self.now();
        if let Some(role) = coming.role {
            let organization = &coming.organization.id;
            match store.role(organization, user).await? {
                None => {
                    let event = coming.event(EventKind::MemberAdded, user);
                    let joined = store.join(organization, user, role, now);
                    Box::pin(self.change(event, async { Ok(joined.await?) })).await?;
                }
                // An application's own action says who comes, and nothing about their role.
                Some(_) if coming.identity.issuer == Self::ACTION_ISSUER => {}
                Some(had) if had != role && had != Role::Owner => {
                    let event = coming.event(EventKind::MemberChanged, user);
                    let set = store.set_role(organization, user, role, now);
                    Box::pin(self.change(event, async { Ok(set.await?) })).await?;
                }
                Some(_) => {}
            }
            self.noticed().await;
        }
        if let Some(email) = &coming.email {
            for invitation in store.invitations_for(email, now).await? {
                self.accept(&invitation, Accepting::Existing(user)).await?;
            }
        }
        Ok(())
    }
}

/// Someone who comes in, as far as the issuer's word goes.
struct Coming {
    identity: Identity,
    name: String,
    /// Only a verified one.
    email: Option<String>,
    organization: Organization,
    role: Option<Role>,
}

impl Coming {
    /// What the issuer's word changes, to be written down.
    fn event(&self, kind: EventKind, user: &UserId) -> Event {
        Event::new(kind, Who::user(&self.organization.id, user))
            .target("user", user.as_str())
            .detail("issuer", self.identity.issuer.as_str())
    }
}

fn admitted(person: Person) -> Result<UserId, Error> {
    match person.disabled_at {
        None => Ok(person.id),
        Some(_) => Err(sessions::disabled()),
    }
}

fn lets_in(signup: &Signup, verified: Option<&str>) -> bool {
    match signup {
        Signup::Open => true,
        Signup::Closed | Signup::Invited => false,
        Signup::Domains(all) => verified
            .and_then(|email| email.rsplit_once('@'))
            .is_some_and(|(_, domain)| all.iter().any(|one| one.eq_ignore_ascii_case(domain))),
    }
}
