use std::hash::{Hash, Hasher};
use std::sync::Arc;

use keyway_core::{Principal, Role, Scopes};

use super::Mentions;
use crate::model::{Access, Asker, AskerKind, Tags, Thing, ThingKind};

/// What decisions depend on of who asks: all principals of one class get the same answers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Class {
    kind: AskerKind,
    organization: String,
    role: Role,
    access: Access,
    scopes: Scopes,
    comes_through_client: bool,
    /// Only where policies name persons or service accounts.
    id: Option<String>,
    /// Only where policies name clients.
    client: Option<String>,
}

impl Class {
    /// The class of a principal.
    pub fn of(who: &Principal, mentions: &Mentions) -> Self {
        let asker = Asker::of(who);
        let names_people = names_people(mentions);
        let names_clients = mentions.names("Client");
        Self {
            kind: asker.kind,
            organization: asker.organization,
            role: asker.role,
            access: asker.access,
            scopes: asker.scopes,
            comes_through_client: asker.client.is_some(),
            id: names_people.then_some(asker.id),
            client: asker.client.filter(|_| names_clients),
        }
    }

    /// True when a principal is of this class. Costs no memory, unlike [`Class::of`].
    pub fn has(&self, who: &Principal, mentions: &Mentions) -> bool {
        let same_id = || {
            let actor = who.actor();
            let id = actor.as_ref().map(keyway_core::Actor::as_str);
            self.id.as_deref() == id || (self.id.is_some() && id.is_none())
        };
        self.organization == who.organization().as_str()
            && self.role == who.role()
            && self.access == Access::of(who)
            && self.scopes == *who.scopes()
            && self.comes_through_client == who.client().is_some()
            && self.is_kind(who)
            && (self.id.is_some() == names_people(mentions))
            && (self.id.is_none() || same_id())
            && (!mentions.names("Client")
                || self.client.as_deref() == who.client().map(keyway_core::ClientId::as_str))
    }

    /// A hash that is the same for all principals of a class, and costs no memory either.
    pub fn hash_of<H: Hasher>(who: &Principal, state: &mut H) {
        who.organization().as_str().hash(state);
        who.role().hash(state);
        Access::of(who).hash(state);
        who.scopes().hash(state);
    }

    fn is_kind(&self, who: &Principal) -> bool {
        let person = who.actor().map(|actor| actor.user().is_some());
        match self.kind {
            AskerKind::User => person == Some(true),
            AskerKind::ServiceAccount => person == Some(false),
            AskerKind::Anonymous | AskerKind::Operator => person.is_none(),
        }
    }
}

fn names_people(mentions: &Mentions) -> bool {
    mentions.names("User") || mentions.names("ServiceAccount")
}

/// What decisions depend on of a thing: all things of one signature get the same answers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Signature {
    kind: ThingKind,
    server: Option<Arc<str>>,
    tags: Tags,
    /// Only where policies name families of actions.
    app: Option<Arc<str>>,
    /// Only where policies look at names.
    names: Option<(Arc<str>, Arc<str>)>,
}

impl Signature {
    /// The signature of a thing. Things of different organizations must not be put together.
    pub fn of(thing: &Thing, mentions: &Mentions) -> Self {
        let by_name = mentions.names(thing.kind.as_str())
            || mentions.looks_at("name")
            || mentions.looks_at("own");
        Self {
            kind: thing.kind,
            server: thing.server.clone(),
            tags: thing.tags,
            app: thing.app.clone().filter(|_| mentions.names("App")),
            names: by_name.then(|| (Arc::clone(&thing.name), Arc::clone(&thing.own))),
        }
    }
}
