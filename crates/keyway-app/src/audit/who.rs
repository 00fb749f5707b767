use keyway_core::{Actor, Arrival, ClientId, OrgId, Principal, Subject, UserId};

/// Whom an event is about, and in whose log it stands. Made of a [`Principal`], or by hand where
/// nobody is signed in yet.
#[derive(Debug, Clone)]
pub struct Who {
    source: Source,
    /// The credential that was used, where the source does not tell.
    pub(super) credential: Option<String>,
    /// The client, where the source does not tell.
    pub(super) client: Option<String>,
    pub(super) arrival: Arrival,
}

/// Where it is known from. A principal is kept as it is: that copies nothing.
#[derive(Debug, Clone)]
enum Source {
    Principal(Principal),
    Named(OrgId, ActorName),
}

/// Who did it.
#[derive(Debug, Clone)]
enum ActorName {
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

    /// Whose log it is.
    pub(super) fn organization(&self) -> &OrgId {
        match &self.source {
            Source::Principal(who) => who.organization(),
            Source::Named(organization, _) => organization,
        }
    }

    /// What kind of actor it is, and its id.
    pub(super) fn actor_parts(&self) -> (&'static str, &str) {
        match &self.source {
            Source::Named(_, ActorName::Known(actor)) => known(actor),
            Source::Named(_, ActorName::Operator) => ("operator", "operator"),
            Source::Named(_, ActorName::Anonymous) => ("anonymous", "anonymous"),
            Source::Named(_, ActorName::System) => ("system", "system"),
            Source::Principal(who) => match who.subject() {
                Subject::ApiKey { owner, .. } | Subject::Token { owner, .. } => known(owner),
                Subject::WebSession { user, .. } | Subject::Linked { user, .. } => {
                    ("user", user.as_str())
                }
                Subject::Publication { account, .. } => ("service_account", account.as_str()),
                Subject::Local => ("operator", "operator"),
                Subject::Anonymous => ("anonymous", "anonymous"),
            },
        }
    }

    /// The id of the credential that was used.
    pub(super) fn used(&self) -> Option<&str> {
        let told = self.credential.as_deref();
        let Source::Principal(who) = &self.source else {
            return told;
        };
        told.or(match who.subject() {
            Subject::ApiKey { key, .. } => Some(key.as_str()),
            Subject::Token { grant, .. } => Some(grant.as_str()),
            Subject::WebSession { session, .. } => Some(session.as_str()),
            Subject::Publication { publication, .. } => Some(publication.as_str()),
            Subject::Linked { link, .. } => Some(link.as_str()),
            Subject::Local | Subject::Anonymous => None,
        })
    }

    /// The client it came through.
    pub(super) fn came_through(&self) -> Option<&str> {
        let told = self.client.as_deref();
        let Source::Principal(who) = &self.source else {
            return told;
        };
        told.or_else(|| who.client().map(ClientId::as_str))
    }

    fn new(organization: &OrgId, actor: ActorName) -> Self {
        Self {
            source: Source::Named(organization.clone(), actor),
            credential: None,
            client: None,
            arrival: Arrival::default(),
        }
    }
}

impl From<&Principal> for Who {
    fn from(who: &Principal) -> Self {
        Self {
            source: Source::Principal(who.clone()),
            credential: None,
            client: None,
            arrival: who.arrival(),
        }
    }
}

fn known(actor: &Actor) -> (&'static str, &str) {
    match actor {
        Actor::User(user) => ("user", user.as_str()),
        Actor::ServiceAccount(account) => ("service_account", account.as_str()),
    }
}
