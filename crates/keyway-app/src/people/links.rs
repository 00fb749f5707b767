use std::time::Duration;

use jiff::Timestamp;
use keyway_core::{Error, OrgId, Principal, Role, Secret, UserId};
use keyway_store::{self as store, Credentials, OneTimeLink, Person, Reason, Store};

use super::error::not_found;
use super::service::later;
use super::{Browser, People, SignedIn, error, strength};
use crate::audit::{Event, EventKind, Who};
use crate::keys::{SecretText, TokenKind};
use crate::{access, setup};

/// How long a link works.
const LIFE: Duration = Duration::from_hours(1);

/// What a link that works once is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkPurpose {
    /// To give the first owner a name, an e-mail address and a password.
    Setup,
    /// To choose another password.
    Reset,
}

/// A link that was just made. This is the only moment it is known.
#[derive(Debug)]
pub struct IssuedLink {
    /// What it is for.
    pub purpose: LinkPurpose,
    /// The secret part.
    pub token: Secret<String>,
    /// Until when it works.
    pub expires_at: Timestamp,
}

impl IssuedLink {
    /// The path of the page it leads to: `/setup/<token>`, `/reset/<token>`.
    pub fn path(&self) -> Secret<String> {
        let page = match self.purpose {
            LinkPurpose::Setup => "setup",
            LinkPurpose::Reset => "reset",
        };
        Secret::new(format!("/{page}/{}", self.token.expose()))
    }
}

/// What the page of a link shows.
#[derive(Debug, Clone)]
pub struct LinkLook {
    /// What it is for.
    pub purpose: LinkPurpose,
    /// The organization's name.
    pub organization: String,
    /// The person's name.
    pub name: String,
    /// The person's e-mail address, if one is known.
    pub email: Option<String>,
    /// Until when it works.
    pub expires_at: Timestamp,
}

/// What a person gives when they use a link.
#[derive(Debug)]
pub struct UseLink {
    /// The secret part of the link.
    pub token: String,
    /// Their name; only of a set-up.
    pub name: Option<String>,
    /// Their e-mail address; only of a set-up.
    pub email: Option<String>,
    /// The password they chose.
    pub password: Secret<String>,
    /// From where.
    pub browser: Browser,
}

impl People {
    /// Makes the link that gives the owner of the first organization a password, and ends earlier
    /// ones. The operator's alone; `already_set_up` once an owner can sign in.
    pub async fn make_setup_link(&self, who: &Principal) -> Result<IssuedLink, Error> {
        access::operate(who)?;
        let store = &self.parts.store;
        let first = setup::organization(store).await?;
        let first =
            first.ok_or_else(|| not_found("no_organization", "there is no organization"))?;
        if store.owner_can_sign_in(&first.id).await? {
            let error = error::conflict("already_set_up", "an owner can sign in already");
            return Err(error.with_hint("a forgotten password: `keyway users reset-link`"));
        }
        let owner = first_owner(store, &first.id).await?;
        self.make_link(who, store::LinkPurpose::Setup, first.id, owner)
            .await
    }

    /// Makes a link to choose another password, for a member of the organization of `who`, and ends
    /// earlier ones. The operator's alone: it gives whoever has it everything its person may do.
    pub async fn make_reset_link(&self, who: &Principal, email: &str) -> Result<IssuedLink, Error> {
        access::operate(who)?;
        let store = &self.parts.store;
        let email = error::email(email)?;
        let nobody = || not_found("user_not_found", "nobody here has this e-mail address");
        let person = store.person_by_email(&email).await?.ok_or_else(nobody)?;
        let places = store.memberships(&person.id).await?;
        let place = places.into_iter().next().ok_or_else(nobody)?;
        if person.disabled_at.is_some() {
            let error = error::conflict("account_disabled", "this account was disabled");
            return Err(error.with_hint("`keyway users enable` lets it in again"));
        }
        let at = place.organization.id;
        self.make_link(who, store::LinkPurpose::Reset, at, person.id)
            .await
    }

    /// What a link is for, without using it. `link_not_valid` for one that was used, has expired, was
    /// replaced, or never was.
    pub async fn look_at_link(&self, token: &str) -> Result<LinkLook, Error> {
        let store = &self.parts.store;
        let (link, person, _) = self.find(token).await?;
        let organization = store.organization_by_id(&link.organization).await?;
        Ok(LinkLook {
            purpose: purpose(link.purpose),
            organization: organization.ok_or_else(not_valid)?.name,
            name: person.name,
            email: person.email,
            expires_at: link.expires_at,
        })
    }

    /// Uses a link: sets the password, ends every web session and OAuth grant of the person, and signs
    /// them in.
    pub async fn use_link(&self, using: UseLink) -> Result<SignedIn, Error> {
        let parts = &self.parts;
        let (link, person, hash) = self.find(&using.token).await?;
        let (mut name, mut email) = (None, None);
        if link.purpose == store::LinkPurpose::Setup {
            name = Some(error::persons_name(
                using.name.as_deref().unwrap_or_default(),
            )?);
            email = Some(error::email(using.email.as_deref().unwrap_or_default())?);
        }
        let known = [
            name.as_deref().unwrap_or(&person.name),
            email
                .as_deref()
                .or(person.email.as_deref())
                .unwrap_or_default(),
        ];
        let min = parts.settings.password_min_length;
        strength::check(&using.password, min, &known).await?;
        let credentials = Credentials {
            name,
            email,
            password_hash: parts.passwords.hash(&using.password).await?,
        };
        let who = Who::user(&link.organization, &link.user);
        let event = Event::new(EventKind::LinkUsed, who)
            .target("user", link.user.as_str())
            .address(using.browser.address);
        let change = async {
            let using = parts.store.use_link(&link, &hash, &credentials, self.now());
            let used = using.await.map_err(|found| match found.reason() {
                Reason::Conflict => super::sign_up::taken(),
                _ => found.into(),
            })?;
            used.then_some(()).ok_or_else(not_valid)
        };
        self.change(event, change).await?;
        self.noticed().await;
        self.begin(&link.user, "link", &using.browser, Some(&link.organization))
            .await
    }

    async fn make_link(
        &self,
        who: &Principal,
        of: store::LinkPurpose,
        organization: OrgId,
        user: UserId,
    ) -> Result<IssuedLink, Error> {
        let (now, secret) = (self.now(), self.secret(TokenKind::Link));
        let link = OneTimeLink {
            purpose: of,
            organization,
            user,
            created_at: now,
            expires_at: later(now, LIFE),
        };
        let event = Event::new(EventKind::LinkMade, who).target("user", link.user.as_str());
        let change = async {
            let store = &self.parts.store;
            Ok(store.create_link(&link, &secret.digest().to_hex()).await?)
        };
        self.change(event, change).await?;
        Ok(IssuedLink {
            purpose: purpose(of),
            token: secret.secret().clone(),
            expires_at: link.expires_at,
        })
    }

    async fn find(&self, token: &str) -> Result<(OneTimeLink, Person, String), Error> {
        let secret = SecretText::parse(TokenKind::Link, token).map_err(|_| not_valid())?;
        let (hash, store) = (secret.digest().to_hex(), &self.parts.store);
        let link = store.link(&hash, self.now()).await?.ok_or_else(not_valid)?;
        let person = store.person(&link.user).await?.ok_or_else(not_valid)?;
        Ok((link, person, hash))
    }
}

async fn first_owner(store: &Store, organization: &OrgId) -> Result<UserId, Error> {
    let members = store.members(organization).await?;
    let owner = members
        .into_iter()
        .find(|member| member.role == Role::Owner && member.disabled_at.is_none());
    let owner =
        owner.ok_or_else(|| error::conflict("no_owner", "the organization has no owner"))?;
    Ok(owner.id)
}

fn purpose(of: store::LinkPurpose) -> LinkPurpose {
    match of {
        store::LinkPurpose::Setup => LinkPurpose::Setup,
        store::LinkPurpose::Reset => LinkPurpose::Reset,
    }
}

/// The same for a link that never was, was used, replaced, or has expired.
fn not_valid() -> Error {
    not_found("link_not_valid", "this link does not work, or no longer")
        .with_hint("a link works once, for an hour; ask for a new one")
}
