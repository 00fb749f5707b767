use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use keyway_core::{Actor, McpServer, Principal, UserId};
use parking_lot::Mutex;

use super::bind::Bound;
use super::connection::{Connection, Leased};
use super::opener::OpenServer;

/// For how many people it is remembered what they reach, and how many connections are known, open or
/// not.
const MOST: usize = 10_000;

/// Which servers are reached with credentials of their callers, and the connections to them.
#[derive(Default)]
pub(crate) struct Table {
    defined: ArcSwap<Defined>,
    connections: Mutex<HashMap<Arc<str>, Arc<Connection>>>,
    /// What everyone who asked lately reaches, by the person.
    known: Mutex<HashMap<Option<UserId>, Known>>,
}

/// Somebody, and what they reach.
type Known = (Principal, Arc<Bound>);

/// The servers, and who opens them.
#[derive(Default)]
pub(super) struct Defined {
    pub(super) servers: Vec<Arc<McpServer>>,
    pub(super) opener: Option<Arc<dyn OpenServer>>,
}

impl Table {
    pub(super) fn defined(&self) -> arc_swap::Guard<Arc<Defined>> {
        self.defined.load()
    }

    /// Replaces the servers. Whatever was open is closed, and nobody reaches anything until they ask.
    pub(super) fn replace(&self, defined: Defined) {
        let all: Vec<_> = self.connections.lock().drain().collect();
        let before = self.defined.swap(Arc::new(defined));
        self.known.lock().clear();
        for (id, connection) in all {
            connection.end();
            close(&before, &id, &connection);
        }
    }

    pub(super) fn get(&self, id: &str) -> Option<Arc<Connection>> {
        // A server without credentials has no such id.
        if !id.contains('#') {
            return None;
        }
        self.connections.lock().get(id).cloned()
    }

    pub(super) fn all(&self) -> Vec<Arc<Connection>> {
        self.connections.lock().values().cloned().collect()
    }

    /// The connection of these instances, open or not.
    pub(super) fn connection(&self, server: &McpServer, instances: Vec<Leased>) -> Arc<Connection> {
        let id = Connection::name(server.key(), &instances);
        let mut connections = self.connections.lock();
        if connections.len() >= MOST {
            connections.retain(|_, known| known.is_open());
        }
        let made = || Arc::new(Connection::new(server.key(), Arc::clone(&id), instances));
        Arc::clone(connections.entry(Arc::clone(&id)).or_insert_with(made))
    }

    /// Closes a connection and forgets it.
    pub(super) fn drop(&self, id: &str) {
        let dropped = self.connections.lock().remove(id);
        if let Some(connection) = dropped {
            connection.end();
            close(&self.defined(), id, &connection);
        }
    }

    /// Closes a connection and keeps what it listed.
    pub(super) fn rest(&self, connection: &Connection) {
        close(&self.defined(), &connection.shared_id(), connection);
    }

    /// What `who` reaches, as far as it is known.
    pub(super) fn known(&self, who: &Principal) -> Arc<Bound> {
        let known = self.known.lock();
        let found = known.get(&person(who));
        found.map_or_else(Bound::nothing, |(_, bound)| Arc::clone(bound))
    }

    /// Keeps in mind what `who` reaches. True when it was something else before.
    pub(super) fn remember(&self, who: &Principal, bound: &Arc<Bound>) -> bool {
        let mut known = self.known.lock();
        if known.len() >= MOST {
            known.clear();
        }
        let entry = (who.clone(), Arc::clone(bound));
        let before = known.insert(person(who), entry);
        before.is_some_and(|(_, before)| before.ids() != bound.ids())
    }

    pub(super) fn everyone(&self) -> Vec<Known> {
        self.known.lock().values().cloned().collect()
    }
}

fn close(defined: &Defined, id: &str, connection: &Connection) {
    if connection.shut()
        && let Some(opener) = &defined.opener
    {
        opener.close(id);
    }
    connection.moved();
}

/// The person `who` is or acts for: all that it depends on what they reach.
pub(super) fn person(who: &Principal) -> Option<UserId> {
    match who.actor() {
        Some(Actor::User(user)) => Some(user),
        _ => None,
    }
}
