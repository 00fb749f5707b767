use jiff::Timestamp;
use keyway_core::{OrgId, Principal, Role, Secret, UserId, WebSessionId};

/// Someone at a web page, recognised by their web session.
#[derive(Debug, Clone)]
pub struct WebVisitor {
    /// Who is asking: the person, in the organization their web session is at.
    pub principal: Principal,
    /// Their web session.
    pub session: WebSessionId,
    /// The person.
    pub user: UserView,
    /// Everywhere they belong to, the present organization included.
    pub memberships: Vec<MembershipView>,
    /// When they signed in.
    pub signed_in_at: Timestamp,
}

/// A person.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UserView {
    /// Their id.
    pub id: UserId,
    /// Their name.
    pub name: String,
    /// Their e-mail address, if one is known.
    pub email: Option<String>,
    /// Whether the address is known to be theirs.
    pub email_verified: bool,
    /// Whether they can sign in with a password.
    pub has_password: bool,
}

/// A person's place in an organization.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MembershipView {
    /// The organization.
    pub organization: OrgId,
    /// Its name in commands and URLs.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// The person's role there.
    pub role: Role,
}

/// A sign-in that went well. Each begins a new web session.
#[derive(Debug)]
pub struct SignedIn {
    /// The value of the session cookie. This is the only moment it is known.
    pub cookie: Secret<String>,
    /// When the web session ends at the latest.
    pub expires_at: Timestamp,
    /// The value of a device cookie: a later sign-in from this browser keeps an allowance of its own,
    /// whatever strangers try meanwhile. It signs nobody in. `None` at the command line.
    pub device: Option<Secret<String>>,
    /// Who signed in.
    pub visitor: WebVisitor,
}

/// A web session as its person sees it.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WebSessionView {
    /// Its id.
    pub id: WebSessionId,
    /// Whether it is the one that asks.
    pub current: bool,
    /// How they signed in: `password`, `link`, `invitation`, `sign_up`, `oidc`, `action`.
    pub method: String,
    /// From which address.
    pub address: String,
    /// With which browser, in its own words.
    pub user_agent: String,
    /// When they signed in.
    pub created_at: Timestamp,
    /// When it was last seen, to within a minute.
    pub last_seen_at: Timestamp,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
}
