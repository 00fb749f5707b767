use jiff::Timestamp;
use keyway_core::{Error, Kind, Role, Secret};
use keyway_store::{Accepting, Invitation, Reason};

use super::{Browser, People, SignIn, SignedIn, Signup, WebVisitor, error, sign_up};
use crate::audit::{Event, EventKind, Who};
use crate::keys::{SecretText, TokenKind};

/// What the page of an invitation shows to whoever has its link.
#[derive(Debug, Clone)]
pub struct InvitationLook {
    /// The organization's name.
    pub organization: String,
    /// Whom it is for.
    pub email: String,
    /// As what.
    pub role: Role,
    /// Who invited them, if they are still there.
    pub invited_by: Option<String>,
    /// Until when it can be accepted.
    pub expires_at: Timestamp,
    /// Whether the address has an account already: then its person signs in, or proves its password.
    pub has_account: bool,
    /// Whether that account has a password.
    pub has_password: bool,
}

/// How an invitation is accepted.
#[derive(Debug)]
pub enum Accept<'a> {
    /// By becoming a user with the invited address.
    Password {
        /// The person's name.
        name: String,
        /// The password they chose.
        password: Secret<String>,
        /// From where.
        browser: Browser,
    },
    /// By the person of the account that has the invited address, who proves its password: also one
    /// who belongs to no organization, and could not sign in.
    Account {
        /// The account's password.
        password: Secret<String>,
        /// From where.
        browser: Browser,
    },
    /// By someone who is signed in, and whose verified address is the invited one.
    Visitor(&'a WebVisitor, Browser),
}

impl People {
    /// What an invitation is, without accepting it. `invitation_not_valid` for one that was accepted,
    /// revoked, has expired, or never was.
    pub async fn look_at_invitation(&self, token: &str) -> Result<InvitationLook, Error> {
        let store = &self.parts.store;
        let invitation = self.open_invitation(token).await?;
        let organization = store.organization_by_id(&invitation.organization).await?;
        let invited_by = match &invitation.invited_by {
            Some(user) => store.person(user).await?.map(|person| person.name),
            None => None,
        };
        let person = store.person_by_email(&invitation.email).await?;
        Ok(InvitationLook {
            organization: organization.ok_or_else(not_valid)?.name,
            email: invitation.email,
            role: invitation.role,
            invited_by,
            expires_at: invitation.expires_at,
            has_account: person.is_some(),
            has_password: person.is_some_and(|person| person.password_hash.is_some()),
        })
    }

    /// Accepts an invitation and signs in to its organization. `invitation_for_another` when the
    /// signed-in person is not the invited one.
    pub async fn accept_invitation(
        &self,
        token: &str,
        accept: Accept<'_>,
    ) -> Result<SignedIn, Error> {
        let store = &self.parts.store;
        let invitation = self.open_invitation(token).await?;
        match accept {
            Accept::Password {
                name,
                password,
                browser,
            } => {
                if self.parts.settings.signup == Signup::Closed {
                    return Err(sign_up::closed());
                }
                let email = invitation.email.clone();
                if store.person_by_email(&email).await?.is_some() {
                    return Err(sign_up::taken());
                }
                let name = error::persons_name(&name)?;
                let new = self.new_person(name, email, &password).await?;
                self.accept(&invitation, Accepting::New(&new)).await?;
                let at = Some(&invitation.organization);
                self.begin(&new.id, "invitation", &browser, at).await
            }
            Accept::Account { password, browser } => {
                let proof = SignIn {
                    email: invitation.email.clone(),
                    password,
                    browser,
                };
                let person = self.prove(&proof).await?;
                self.accept(&invitation, Accepting::Existing(&person.id))
                    .await?;
                let at = Some(&invitation.organization);
                self.begin(&person.id, "invitation", &proof.browser, at)
                    .await
            }
            Accept::Visitor(visitor, browser) => {
                let user = &visitor.user;
                if user.email.as_ref() != Some(&invitation.email) {
                    return Err(for_another());
                }
                if !user.email_verified {
                    return Err(not_verified());
                }
                self.accept(&invitation, Accepting::Existing(&user.id))
                    .await?;
                self.replace_session(visitor).await?;
                let at = Some(&invitation.organization);
                self.begin(&user.id, "invitation", &browser, at).await
            }
        }
    }

    /// Accepts an invitation for someone, unless somebody was faster.
    pub(super) async fn accept(
        &self,
        invitation: &Invitation,
        accepting: Accepting<'_>,
    ) -> Result<(), Error> {
        let user = match accepting {
            Accepting::New(new) => &new.id,
            Accepting::Existing(user) => user,
        };
        let who = Who::user(&invitation.organization, user);
        let event = Event::new(EventKind::InvitationAccepted, who)
            .target("invitation", invitation.id.as_str());
        let change = async {
            let store = &self.parts.store;
            let accepted = store.accept_invitation(invitation, accepting, self.now());
            let accepted = accepted.await.map_err(|found| match found.reason() {
                Reason::Conflict => sign_up::taken(),
                _ => found.into(),
            })?;
            accepted.then_some(()).ok_or_else(not_valid)
        };
        self.change(event, change).await?;
        self.noticed().await;
        Ok(())
    }

    async fn open_invitation(&self, token: &str) -> Result<Invitation, Error> {
        let secret = SecretText::parse(TokenKind::Invitation, token).map_err(|_| not_valid())?;
        let (store, hash) = (&self.parts.store, secret.digest().to_hex());
        let found = store.open_invitation(&hash, self.now()).await?;
        found.ok_or_else(not_valid)
    }
}

/// The same for an invitation that never was, was accepted, taken back, replaced, or has expired.
fn not_valid() -> Error {
    error::not_found(
        "invitation_not_valid",
        "this invitation does not work, or no longer",
    )
    .with_hint("an invitation works once, for seven days; ask for a new one")
}

fn for_another() -> Error {
    Error::new(
        Kind::Forbidden,
        "invitation_for_another",
        "this invitation is for another e-mail address than yours",
    )
    .with_hint("sign out, and sign in as whom it is for")
}

fn not_verified() -> Error {
    Error::new(
        Kind::Forbidden,
        "email_not_verified",
        "nobody has verified that your e-mail address is yours",
    )
    .with_hint(
        "accept with your password, sign in at a provider that vouches for it, or ask the operator: \
         `keyway users verify`",
    )
}
