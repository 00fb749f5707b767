use std::hash::{Hash, Hasher};
use std::net::IpAddr;
use std::sync::Arc;

use crate::scopes::{Scope, Scopes};
use crate::{
    ApiKeyId, Arrival, ClientId, GrantId, OrgId, PersonLinkId, PublicationId, Role,
    ServiceAccountId, SessionId, UserId, WebSessionId,
};

/// For whom something is done.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Actor {
    /// A person.
    User(UserId),
    /// A machine identity of the organization.
    ServiceAccount(ServiceAccountId),
}

impl Actor {
    /// The id, whichever kind it is; the prefix tells.
    pub fn as_str(&self) -> &str {
        match self {
            Self::User(id) => id.as_str(),
            Self::ServiceAccount(id) => id.as_str(),
        }
    }

    /// The person, if it is one.
    pub fn user(&self) -> Option<&UserId> {
        match self {
            Self::User(id) => Some(id),
            Self::ServiceAccount(_) => None,
        }
    }
}

/// Who is behind a principal, and by what they were recognised.
///
/// A client that someone lets act for them is the same one whatever they let it do: who is asked for
/// more in the middle of an MCP session goes on with that session.
#[derive(Debug, Clone)]
pub enum Subject {
    /// Someone, through one of their API keys.
    ApiKey {
        /// The key's row.
        key: ApiKeyId,
        /// Whose key it is.
        owner: Actor,
    },
    /// An OAuth client that someone let act for them. The tokens of a grant change, the grant stays
    /// until the client asks for more.
    Token {
        /// What was granted.
        grant: GrantId,
        /// To whom.
        client: ClientId,
        /// By whom.
        owner: Actor,
    },
    /// A person at a web page, through their web session.
    WebSession {
        /// The web session's row.
        session: WebSessionId,
        /// Whose it is.
        user: UserId,
    },
    /// What a third party sent to a publication: nobody it names is anybody here.
    Publication {
        /// The publication.
        publication: PublicationId,
        /// The machine identity it acts as.
        account: ServiceAccountId,
    },
    /// A person at a third party, who said here that it is them. They decide there about calls, and do
    /// nothing else.
    Linked {
        /// What they said.
        link: PersonLinkId,
        /// Who they are here.
        user: UserId,
    },
    /// The operator, at the terminal of the machine Keyway runs on.
    Local,
    /// Anyone who reaches a gateway started with `--no-auth`, which only binds to loopback.
    Anonymous,
}

/// What makes a subject the one it is.
#[derive(PartialEq, Eq, Hash)]
enum Same<'a> {
    ApiKey(&'a ApiKeyId, &'a Actor),
    Token(&'a ClientId, &'a Actor),
    WebSession(&'a WebSessionId, &'a UserId),
    Publication(&'a PublicationId, &'a ServiceAccountId),
    Linked(&'a PersonLinkId, &'a UserId),
    Local,
    Anonymous,
}

impl Subject {
    fn same(&self) -> Same<'_> {
        match self {
            Self::ApiKey { key, owner } => Same::ApiKey(key, owner),
            Self::Token { client, owner, .. } => Same::Token(client, owner),
            Self::WebSession { session, user } => Same::WebSession(session, user),
            Self::Publication {
                publication,
                account,
            } => Same::Publication(publication, account),
            Self::Linked { link, user } => Same::Linked(link, user),
            Self::Local => Same::Local,
            Self::Anonymous => Same::Anonymous,
        }
    }
}

impl PartialEq for Subject {
    fn eq(&self, other: &Self) -> bool {
        self.same() == other.same()
    }
}

impl Eq for Subject {}

impl Hash for Subject {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.same().hash(state);
    }
}

/// Who is asking, for which organization, and what they were given to do. Cheap to clone.
///
/// Two principals are the same when organization and subject are: a role, a scope or an address that
/// changes makes nobody someone else.
///
/// ```
/// use keyway_core::{OrgId, Principal, Role, Subject};
///
/// let organization: OrgId = "org_01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap();
/// let who = Principal::new(organization.clone(), Subject::Local);
/// assert_eq!(who.organization(), &organization);
/// assert_eq!(who.subject(), &Subject::Local);
/// assert_eq!(who.role(), Role::Owner);
/// assert_eq!(who.with_role(Role::Member), who);
/// ```
#[derive(Debug, Clone)]
pub struct Principal {
    inner: Arc<Inner>,
    arrival: Option<Arc<Arrival>>,
    agent: Option<Arc<ActingAgent>>,
    /// The agent that was asked first, where agents ask agents.
    first: Option<Arc<ActingAgent>>,
    project: Option<Arc<str>>,
}

/// An agent that does something for a principal.
///
/// ```
/// use keyway_core::ActingAgent;
///
/// let agent = ActingAgent {
///     slug: "researcher".into(),
///     session: "sess_01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap(),
/// };
/// assert_eq!(agent.slug, "researcher");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActingAgent {
    /// The agent's slug.
    pub slug: String,
    /// The session it does it in.
    pub session: SessionId,
}

#[derive(Debug, Clone)]
struct Inner {
    organization: OrgId,
    subject: Subject,
    role: Role,
    scopes: Scopes,
    barred: bool,
}

impl Principal {
    /// A principal of `organization`. The operator is an owner and anonymous callers may use MCP;
    /// everyone else begins as a member without any scope.
    pub fn new(organization: OrgId, subject: Subject) -> Self {
        let (role, scopes) = match &subject {
            Subject::Local => (Role::Owner, Scopes::all()),
            Subject::Anonymous => (Role::Member, Scopes::of([Scope::Mcp])),
            _ => (Role::Member, Scopes::none()),
        };
        Self {
            inner: Arc::new(Inner {
                organization,
                subject,
                role,
                scopes,
                barred: false,
            }),
            arrival: None,
            agent: None,
            first: None,
            project: None,
        }
    }

    /// The same with a role in the organization.
    pub fn with_role(&self, role: Role) -> Self {
        self.changed(|inner| inner.role = role)
    }

    /// The same with scopes.
    pub fn with_scopes(&self, scopes: Scopes) -> Self {
        self.changed(|inner| inner.scopes = scopes)
    }

    /// The same without the scope `admin`, because policy does not let it administer: it would not
    /// help to come with it.
    pub fn barred(&self) -> Self {
        let kept = |scope: &&Scope| **scope != Scope::Admin;
        self.changed(|inner| {
            inner.scopes = Scopes::of(inner.scopes.iter().filter(kept).cloned());
            inner.barred = true;
        })
    }

    /// True when policy does not let it administer.
    pub fn is_barred(&self) -> bool {
        self.inner.barred
    }

    /// The same, asking from this address.
    pub fn from_address(&self, address: IpAddr) -> Self {
        self.arriving(Arrival {
            address: Some(address),
            ..self.arrival()
        })
    }

    /// The address the request at hand came from, where that is known.
    pub fn address(&self) -> Option<IpAddr> {
        self.arrival.as_ref().and_then(|arrival| arrival.address)
    }

    /// The organization the principal acts in.
    pub fn organization(&self) -> &OrgId {
        &self.inner.organization
    }

    /// Who is behind it.
    pub fn subject(&self) -> &Subject {
        &self.inner.subject
    }

    /// The role of who is behind it.
    pub fn role(&self) -> Role {
        self.inner.role
    }

    /// What it was given to do: the role says what could be given at all.
    pub fn scopes(&self) -> &Scopes {
        &self.inner.scopes
    }

    /// The same, asking by a request that arrived like this.
    pub fn arriving(&self, arrival: Arrival) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            arrival: Some(Arc::new(arrival)),
            agent: self.agent.clone(),
            first: self.first.clone(),
            project: self.project.clone(),
        }
    }

    /// The same, as far as it works for a project, by its slug. Whoever asks says so, and need not be
    /// anybody in particular.
    ///
    /// ```
    /// use keyway_core::{Principal, Subject};
    ///
    /// let organization = "org_01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap();
    /// let who = Principal::new(organization, Subject::Local).for_project("web");
    /// assert_eq!(who.project(), Some("web"));
    /// ```
    pub fn for_project(&self, slug: &str) -> Self {
        Self {
            project: Some(slug.into()),
            ..self.clone()
        }
    }

    /// The project it works for, by its slug, where it said one.
    pub fn project(&self) -> Option<&str> {
        self.project.as_deref()
    }

    /// The same, as far as an agent does something for it. It may do no more by that.
    pub fn through_agent(&self, agent: ActingAgent) -> Self {
        let agent = Arc::new(agent);
        let first = self.first.clone();
        Self {
            first: first.or_else(|| Some(Arc::clone(&agent))),
            agent: Some(agent),
            ..self.clone()
        }
    }

    /// The agent that does for it what is asked at hand, if one does.
    pub fn agent(&self) -> Option<&ActingAgent> {
        self.agent.as_deref()
    }

    /// The agent that was asked first, where [`agent`](Self::agent) was asked by one: what it does is done
    /// because of a word in that one's session.
    ///
    /// ```
    /// use keyway_core::{ActingAgent, Principal, SessionId, Subject};
    ///
    /// let organization = "org_01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap();
    /// let session: SessionId = "sess_01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap();
    /// let through = |slug: &str| ActingAgent { slug: slug.into(), session: session.clone() };
    /// let who = Principal::new(organization, Subject::Local);
    /// let who = who.through_agent(through("first")).through_agent(through("second"));
    /// assert_eq!(who.first_agent().unwrap().slug, "first");
    /// ```
    pub fn first_agent(&self) -> Option<&ActingAgent> {
        self.first.as_deref()
    }

    /// How the request arrived that it asks by; nothing is known of it at the terminal.
    pub fn arrival(&self) -> Arrival {
        self.arrival.as_deref().copied().unwrap_or_default()
    }

    /// For whom it acts, if that is someone with a row.
    pub fn actor(&self) -> Option<Actor> {
        match &self.inner.subject {
            Subject::ApiKey { owner, .. } | Subject::Token { owner, .. } => Some(owner.clone()),
            Subject::WebSession { user, .. } | Subject::Linked { user, .. } => {
                Some(Actor::User(user.clone()))
            }
            Subject::Publication { account, .. } => Some(Actor::ServiceAccount(account.clone())),
            Subject::Local | Subject::Anonymous => None,
        }
    }

    /// What was granted to the OAuth client it comes through, if any.
    pub fn grant(&self) -> Option<&GrantId> {
        match &self.inner.subject {
            Subject::Token { grant, .. } => Some(grant),
            _ => None,
        }
    }

    /// The OAuth client it comes through, if any.
    pub fn client(&self) -> Option<&ClientId> {
        match &self.inner.subject {
            Subject::Token { client, .. } => Some(client),
            _ => None,
        }
    }

    fn changed(&self, change: impl FnOnce(&mut Inner)) -> Self {
        let mut inner = Inner::clone(&self.inner);
        change(&mut inner);
        Self {
            inner: Arc::new(inner),
            arrival: self.arrival.clone(),
            agent: self.agent.clone(),
            first: self.first.clone(),
            project: self.project.clone(),
        }
    }
}

impl PartialEq for Principal {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner)
            || (self.inner.organization == other.inner.organization
                && self.inner.subject == other.inner.subject)
    }
}

impl Eq for Principal {}

impl Hash for Principal {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.inner.organization.hash(state);
        self.inner.subject.hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_is_the_same_one_whatever_was_granted_to_it() {
        let number = |n: u8| format!("01890a5d-ac96-774b-bcce-b3020990000{n}");
        let organization: OrgId = format!("org_{}", number(0)).parse().unwrap();
        let token = |grant, client, owner| {
            let subject = Subject::Token {
                grant: format!("grant_{}", number(grant)).parse().unwrap(),
                client: format!("client_{}", number(client)).parse().unwrap(),
                owner: Actor::User(format!("user_{}", number(owner)).parse().unwrap()),
            };
            Principal::new(organization.clone(), subject)
        };
        assert_eq!(token(1, 1, 1), token(2, 1, 1));
        assert_ne!(token(1, 1, 1), token(1, 2, 1));
        assert_ne!(token(1, 1, 1), token(1, 1, 2));
        assert_eq!(token(1, 1, 1).with_scopes(Scopes::all()), token(1, 1, 1));
    }
}
