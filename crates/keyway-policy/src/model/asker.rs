use std::net::IpAddr;

use cedar_policy::{Context, Entity, EntityUid, RestrictedExpression as Value};
use jiff::Timestamp;
use keyway_core::{Actor, Principal, Role, Scopes, Subject};

use super::uid;

/// Who asks, as policies see it.
#[derive(Debug, Clone)]
pub struct Asker {
    /// What sort of principal.
    pub kind: AskerKind,
    /// The id of the person or service account; `anonymous` or `operator` for the others.
    pub id: String,
    /// The organization's id.
    pub organization: String,
    /// The role in the organization.
    pub role: Role,
    /// How they came in.
    pub access: Access,
    /// The OAuth client they come through.
    pub client: Option<String>,
    /// What the token or key is good for.
    pub scopes: Scopes,
    /// Where the call comes from.
    pub address: Option<IpAddr>,
}

/// What sort of principal asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AskerKind {
    /// A person.
    User,
    /// A machine identity.
    ServiceAccount,
    /// Anyone, where nobody is asked.
    Anonymous,
    /// The operator at the terminal.
    Operator,
}

/// How someone came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Access {
    /// With an API key.
    ApiKey,
    /// Through an OAuth client.
    OAuth,
    /// At a web page.
    Web,
    /// As an agent.
    Agent,
    /// At a third party, as somebody who said here that it is them.
    Chat,
    /// At the terminal.
    Terminal,
    /// Without being asked.
    None,
}

/// A text is no name of a way in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected an access of {}", Access::ALL.map(Access::as_str).join(", "))]
pub struct UnknownAccess;

impl std::str::FromStr for Access {
    type Err = UnknownAccess;

    fn from_str(text: &str) -> Result<Self, UnknownAccess> {
        let mut all = Self::ALL.into_iter();
        all.find(|access| access.as_str() == text)
            .ok_or(UnknownAccess)
    }
}

impl AskerKind {
    /// The entity type.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::ServiceAccount => "ServiceAccount",
            Self::Anonymous => "Anonymous",
            Self::Operator => "Operator",
        }
    }
}

impl Access {
    /// Every way in.
    pub const ALL: [Self; 7] = [
        Self::ApiKey,
        Self::OAuth,
        Self::Web,
        Self::Agent,
        Self::Chat,
        Self::Terminal,
        Self::None,
    ];

    /// The way as policies name it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ApiKey => "api_key",
            Self::OAuth => "oauth",
            Self::Web => "web",
            Self::Agent => "agent",
            Self::Chat => "chat",
            Self::Terminal => "terminal",
            Self::None => "none",
        }
    }

    /// How a principal came in.
    pub fn of(who: &Principal) -> Self {
        // Whatever it came in by: what it does now, an agent does.
        if who.agent().is_some() {
            return Self::Agent;
        }
        match who.subject() {
            Subject::ApiKey { .. } => Self::ApiKey,
            Subject::Token { .. } => Self::OAuth,
            Subject::WebSession { .. } => Self::Web,
            // What a third party sends reaches agents alone.
            Subject::Publication { .. } => Self::Agent,
            Subject::Linked { .. } => Self::Chat,
            Subject::Local => Self::Terminal,
            Subject::Anonymous => Self::None,
        }
    }
}

impl Asker {
    /// A principal as policies see it.
    pub fn of(who: &Principal) -> Self {
        let actor = who.actor();
        let kind = match (&actor, who.subject()) {
            (Some(Actor::User(_)), _) => AskerKind::User,
            (Some(Actor::ServiceAccount(_)), _) => AskerKind::ServiceAccount,
            (None, Subject::Local) => AskerKind::Operator,
            (None, _) => AskerKind::Anonymous,
        };
        let id = match (&actor, kind) {
            (Some(actor), _) => actor.as_str(),
            (None, AskerKind::Operator) => "operator",
            (None, _) => "anonymous",
        };
        Self {
            id: id.to_owned(),
            kind,
            organization: who.organization().to_string(),
            role: who.role(),
            access: Access::of(who),
            client: who.client().map(ToString::to_string),
            scopes: who.scopes().clone(),
            address: who.address(),
        }
    }

    pub(crate) fn uid(&self) -> Option<EntityUid> {
        uid(self.kind.as_str(), &self.id)
    }

    /// The entity, in all it is in.
    pub(crate) fn entity(&self) -> Option<Entity> {
        let organization = uid("Organization", &self.organization)?;
        let role = uid("Role", self.role.as_str())?;
        let attributes = [
            ("role", role.clone()),
            ("organization", organization.clone()),
            ("access", uid("Access", self.access.as_str())?),
        ];
        let mut parents = vec![organization];
        if self.kind != AskerKind::Anonymous {
            parents.push(role);
        }
        if let Some(client) = &self.client {
            parents.push(uid("Client", client)?);
        }
        let attributes = attributes
            .map(|(name, value)| (name.to_owned(), Value::new_entity_uid(value)))
            .into_iter()
            .collect();
        Entity::new(self.uid()?, attributes, parents.into_iter().collect()).ok()
    }

    /// The circumstances of a call at `now`.
    pub(crate) fn context(&self, now: Timestamp) -> Option<Context> {
        let scopes = self.scopes.iter().map(ToString::to_string);
        let time = now.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string();
        let mut pairs = vec![
            (
                "scopes".to_owned(),
                Value::new_set(scopes.map(Value::new_string)),
            ),
            ("time".to_owned(), Value::new_datetime(time)),
        ];
        if let Some(client) = &self.client {
            let client = Value::new_entity_uid(uid("Client", client)?);
            pairs.push(("client".to_owned(), client));
        }
        if let Some(address) = self.address {
            let address = Value::new_ip(address.to_canonical().to_string());
            pairs.push(("address".to_owned(), address));
        }
        Context::from_pairs(pairs).ok()
    }
}
