use keyway_core::{Actor, Arrival, ClientId, OrgId, Principal, Subject, UserId};

/// Whom an event is about, and in whose log it stands. Made of a [`Principal`], or by hand where
/// nobody is signed in yet.
#[derive(Debug, Clone)]
pub struct Who {
    pub(super) organization: OrgId,
    pub(super) actor: ActorName,
    pub(super) credential: Option<String>,
    pub(super) client: Option<String>,
    pub(super) arrival: Arrival,
}

/// Who did it.
#[derive(Debug, Clone)]
pub(super) enum ActorName {
    Known(Actor),
    Operator,
    Anonymous,
    System,
}

impl Who {
    /// A person or a service account.
    pub fn actor(organization: &OrgId, actor: Actor) -> Self {
        Self::new(organization, ActorName::Known(actor))
    }

    /// A person.
    pub fn user(organization: &OrgId, user: &UserId) -> Self {
        Self::actor(organization, Actor::User(user.clone()))
    }

    /// Someone who is not known: who could not sign in, or a client that registers.
    pub fn anonymous(organization: &OrgId) -> Self {
        Self::new(organization, ActorName::Anonymous)
    }

    /// The operator at the machine's terminal, or whoever writes its files.
    pub fn operator(organization: &OrgId) -> Self {
        Self::new(organization, ActorName::Operator)
    }

    /// Keyway itself.
    pub fn system(organization: &OrgId) -> Self {
        Self::new(organization, ActorName::System)
    }

    /// The same, through an OAuth client.
    pub fn through(mut self, client: &ClientId) -> Self {
        self.client = Some(client.as_str().to_owned());
        self
    }

    /// The same, by a request that arrived like this.
    pub fn arriving(mut self, arrival: Arrival) -> Self {
        self.arrival = arrival;
        self
    }

    fn new(organization: &OrgId, actor: ActorName) -> Self {
        Self {
            organization: organization.clone(),
            actor,
            credential: None,
            client: None,
            arrival: Arrival::default(),
        }
    }
}

impl From<&Principal> for Who {
    fn from(who: &Principal) -> Self {
        let (actor, credential) = match who.subject() {
            Subject::ApiKey { key, owner } => (
                ActorName::Known(owner.clone()),
                Some(key.as_str().to_owned()),
            ),
            Subject::Token { grant, owner, .. } => (
                ActorName::Known(owner.clone()),
                Some(grant.as_str().to_owned()),
            ),
            Subject::WebSession { session, user } => (
                ActorName::Known(Actor::User(user.clone())),
                Some(session.as_str().to_owned()),
            ),
            Subject::Local => (ActorName::Operator, None),
            Subject::Anonymous => (ActorName::Anonymous, None),
        };
        Self {
            organization: who.organization().clone(),
            actor,
            credential,
            client: who.client().map(|client| client.as_str().to_owned()),
            arrival: who.arrival(),
        }
    }
}

impl ActorName {
    /// What kind of actor it is, and its id.
    pub(super) fn parts(&self) -> (&'static str, &str) {
        match self {
            Self::Known(Actor::User(user)) => ("user", user.as_str()),
            Self::Known(Actor::ServiceAccount(account)) => ("service_account", account.as_str()),
            Self::Operator => ("operator", "operator"),
            Self::Anonymous => ("anonymous", "anonymous"),
            Self::System => ("system", "system"),
        }
    }
}
