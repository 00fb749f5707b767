use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use keyway_core::scopes::Scopes;
use keyway_core::{Error, Kind, OrgId, Principal, Subject, UserId, WebSessionId};
use keyway_store::{Alive, Membership, Person, WebSession};

use super::error::not_found;
use super::service::later;
use super::{Browser, MembershipView, People, SignedIn, UserView, WebSessionView, WebVisitor};
use crate::audit::{Event, EventKind};
use crate::keys::{SecretText, TokenKind};

/// How much time passes before it is written down again that a web session was seen.
const SEEN: SignedDuration = SignedDuration::from_mins(1);
/// How long a web session that has ended is remembered, for the addresses its person signed in from.
const REMEMBERED: Duration = Duration::from_hours(24 * 90);

impl People {
    /// Who comes with this session cookie; `None` for anything that is not a web session's cookie of
    /// now. An API key or a token never is. Asks the store each time, so that what ends a web session
    /// anywhere ends it everywhere at once.
    pub async fn web_session(&self, cookie: &str) -> Result<Option<WebVisitor>, Error> {
        let Ok(secret) = SecretText::parse(TokenKind::WebSession, cookie) else {
            return Ok(None);
        };
        let store = &self.parts.store;
        let (hash, alive) = (secret.digest().to_hex(), self.alive());
        let Some((session, role)) = store.web_session(&hash, alive).await? else {
            return Ok(None);
        };
        if alive.now.duration_since(session.last_seen_at) >= SEEN
            && let Err(error) = store
                .see_web_session(&session.user, &session.id, alive.now)
                .await
        {
            tracing::warn!(%error, "it is not written down that a web session was seen");
        }
        let Some(person) = store.person(&session.user).await? else {
            return Ok(None);
        };
        let memberships = store.memberships(&session.user).await?;
        let principal = principal(&session).with_role(role);
        Ok(Some(visitor(principal, &session, &person, memberships)))
    }

    /// Moves the web session to another organization its person belongs to.
    pub async fn switch_organization(
        &self,
        visitor: &WebVisitor,
        organization: &OrgId,
    ) -> Result<WebVisitor, Error> {
        let found = visitor
            .memberships
            .iter()
            .find(|membership| membership.organization == *organization);
        let found = found.ok_or_else(not_a_member)?;
        let store = &self.parts.store;
        let moved = store
            .move_web_session(&visitor.user.id, &visitor.session, organization)
            .await?;
        if !moved {
            return Err(not_a_member());
        }
        let subject = visitor.principal.subject().clone();
        let principal = Principal::new(organization.clone(), subject)
            .with_role(found.role)
            .with_scopes(visitor.principal.scopes().clone());
        Ok(WebVisitor {
            principal,
            ..visitor.clone()
        })
    }

    /// Ends the web session.
    pub async fn sign_out(&self, visitor: &WebVisitor) -> Result<(), Error> {
        let (user, session) = (&visitor.user.id, &visitor.session);
        let ended = self.parts.store.end_web_session(user, session, self.now());
        let event = Event::new(EventKind::SignOut, &visitor.principal);
        self.change(event, async { Ok(ended.await?) }).await?;
        Ok(())
    }

    /// Ends the web session a browser came with when it signed in anew: nobody has its cookie now.
    /// One that has ended already is left as it is.
    pub async fn replace_session(&self, visitor: &WebVisitor) -> Result<(), Error> {
        let store = &self.parts.store;
        let (user, session) = (&visitor.user.id, &visitor.session);
        if !store.end_web_session(user, session, self.now()).await? {
            return Ok(());
        }
        let event = Event::new(EventKind::SignOut, &visitor.principal);
        self.record(event.detail("replaced", true)).await
    }

    /// Ends every web session of the person, this one too. Answers how many.
    pub async fn sign_out_everywhere(&self, visitor: &WebVisitor) -> Result<u64, Error> {
        let user = &visitor.user.id;
        let ended = self.parts.store.end_web_sessions(user, self.now());
        let event = Event::new(EventKind::SignOut, &visitor.principal).detail("sessions", "all");
        self.change(event, async { Ok(ended.await?) }).await
    }

    /// The person's web sessions that have not ended, in every organization, newest first.
    pub async fn sessions(&self, visitor: &WebVisitor) -> Result<Vec<WebSessionView>, Error> {
        let store = &self.parts.store;
        let all = store.web_sessions(&visitor.user.id, self.alive()).await?;
        let views = all.into_iter().map(|session| WebSessionView {
            current: session.id == visitor.session,
            id: session.id,
            method: session.method,
            address: session.address,
            user_agent: session.user_agent,
            created_at: session.created_at,
            last_seen_at: session.last_seen_at,
            expires_at: session.expires_at,
        });
        Ok(views.collect())
    }

    /// Ends one of the person's own web sessions.
    pub async fn revoke_session(
        &self,
        visitor: &WebVisitor,
        session: &WebSessionId,
    ) -> Result<(), Error> {
        let user = &visitor.user.id;
        let ended = self.parts.store.end_web_session(user, session, self.now());
        let event = Event::new(EventKind::WebSessionRevoked, &visitor.principal)
            .target("web_session", session.as_str());
        let change = async {
            ended.await?.then_some(()).ok_or_else(|| {
                not_found(
                    "web_session_not_found",
                    "there is no web session with this id",
                )
            })
        };
        self.change(event, change).await
    }

    /// Begins a web session, always a new one: at `organization`, or where the person belongs longest.
    pub(super) async fn begin(
        &self,
        user: &UserId,
        method: &str,
        browser: &Browser,
        organization: Option<&OrgId>,
    ) -> Result<SignedIn, Error> {
        let parts = &self.parts;
        let person = parts.store.person(user).await?;
        let person = person.filter(|person| person.disabled_at.is_none());
        let person = person.ok_or_else(disabled)?;
        let memberships = parts.store.memberships(user).await?;
        let at = memberships
            .iter()
            .find(|of| organization.is_none_or(|wanted| of.organization.id == *wanted))
            .or_else(|| memberships.first())
            .ok_or_else(no_membership)?;
        let now = self.now();
        let secret = self.secret(TokenKind::WebSession);
        let session = WebSession {
            id: WebSessionId::generate(&*parts.clock, &*parts.random),
            organization: at.organization.id.clone(),
            user: user.clone(),
            method: method.to_owned(),
            address: browser.address.to_canonical().to_string(),
            user_agent: browser.agent(),
            created_at: now,
            last_seen_at: now,
            expires_at: later(now, parts.settings.session_lifetime),
        };
        let remembered = SignedDuration::try_from(REMEMBERED).unwrap_or_default();
        let forget_before = now.checked_sub(remembered).unwrap_or_default();
        parts
            .store
            .create_web_session(&session, &secret.digest().to_hex(), forget_before)
            .await?;
        let principal = principal(&session).with_role(at.role);
        let event = Event::new(EventKind::SignIn, &principal)
            .address(browser.address)
            .detail("method", method);
        self.record(event).await?;
        Ok(SignedIn {
            cookie: secret.secret().clone(),
            expires_at: session.expires_at,
            device: self.device_after(user, browser),
            visitor: visitor(principal, &session, &person, memberships),
        })
    }

    pub(super) fn alive(&self) -> Alive {
        let now = self.now();
        let idle = SignedDuration::try_from(self.parts.settings.session_idle);
        let idle = idle.unwrap_or(SignedDuration::MAX);
        Alive {
            now,
            seen_since: now.checked_sub(idle).unwrap_or(Timestamp::MIN),
        }
    }
}

/// A person at a web page may do all their role allows.
fn principal(session: &WebSession) -> Principal {
    let subject = Subject::WebSession {
        session: session.id.clone(),
        user: session.user.clone(),
    };
    Principal::new(session.organization.clone(), subject).with_scopes(Scopes::all())
}

fn visitor(
    principal: Principal,
    session: &WebSession,
    person: &Person,
    memberships: Vec<Membership>,
) -> WebVisitor {
    let place = |of: Membership| MembershipView {
        organization: of.organization.id,
        slug: of.organization.slug,
        name: of.organization.name,
        role: of.role,
    };
    WebVisitor {
        principal,
        session: session.id.clone(),
        user: UserView {
            id: person.id.clone(),
            name: person.name.clone(),
            email: person.email.clone(),
            email_verified: person.email_verified_at.is_some(),
            has_password: person.password_hash.is_some(),
        },
        memberships: memberships.into_iter().map(place).collect(),
        signed_in_at: session.created_at,
    }
}

fn not_a_member() -> Error {
    not_found(
        "organization_not_found",
        "there is no such organization that you belong to",
    )
}

pub(super) fn disabled() -> Error {
    Error::new(
        Kind::Forbidden,
        "account_disabled",
        "this account was disabled",
    )
    .with_hint("ask an administrator")
}

fn no_membership() -> Error {
    Error::new(
        Kind::Forbidden,
        "no_membership",
        "this account belongs to no organization",
    )
    .with_hint("ask an administrator for an invitation")
}
