use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use jiff::Timestamp;
use keyway_core::{Actor, Error, McpServer, Principal, UserId};
use parking_lot::Mutex;

use super::bind::Bound;
use super::connection::{Connection, Leased, changed};
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

    /// Replaces the servers. What was open to one that is reached otherwise than before is closed, and
    /// nobody reaches anything until they ask.
    pub(super) fn replace(&self, defined: Defined) {
        // Held to the end: what is opened from here on is opened after what goes was closed.
        let mut connections = self.connections.lock();
        let before = self.defined.swap(Arc::new(defined));
        let now = self.defined.load();
        let goes = |key: &str| match (before.server(key), now.server(key)) {
            (Some(before), Some(now)) => !before.is_reached_like(now),
            _ => true,
        };
        let gone = connections.extract_if(|_, connection| goes(connection.server()));
        for (id, connection) in gone {
            connection.end();
            close(&before, &id, &connection);
        }
        self.known.lock().clear();
    }

    pub(crate) fn get(&self, id: &str) -> Option<Arc<Connection>> {
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
    ///
    /// # Errors
    ///
    /// `credential_changed` for a server that is not defined like this any more.
    pub(super) fn connection(
        &self,
        server: &McpServer,
        instances: Vec<Leased>,
    ) -> Result<Arc<Connection>, Error> {
        let id = Connection::name(server.key(), &instances);
        let mut connections = self.connections.lock();
        let defined = self.defined.load();
        let now = defined.server(server.key());
        if !now.is_some_and(|now| now.is_reached_like(server)) {
            return Err(changed(server.key()));
        }
        if connections.len() >= MOST {
            connections.retain(|_, known| known.is_open());
        }
        let made = || Arc::new(Connection::new(server.key(), Arc::clone(&id), instances));
        Ok(Arc::clone(
            connections.entry(Arc::clone(&id)).or_insert_with(made),
        ))
    }

    /// Makes room for one more open connection: those that were not used for longest are closed until
    /// fewer than `most` are open. False when all of them are in use.
    pub(super) fn make_room(&self, most: usize) -> bool {
        let mut open: Vec<_> = self.all();
        open.retain(|connection| connection.is_open());
        if open.len() < most {
            return true;
        }
        open.sort_by_key(|connection| connection.last_used());
        let mut left = open.len();
        for connection in open {
            if left < most {
                break;
            }
            if self.rest(&connection, Timestamp::MAX) {
                left -= 1;
            }
        }
        left < most
    }

    /// Closes a connection and forgets it.
    pub(super) fn drop(&self, id: &str) {
        let dropped = self.connections.lock().remove(id);
        if let Some(connection) = dropped {
            connection.end();
            close(&self.defined(), id, &connection);
        }
    }

    /// Closes a connection that was not used since, unless something runs over it, and keeps what it
    /// listed. Answers whether it was closed.
    pub(super) fn rest(&self, connection: &Connection, since: Timestamp) -> bool {
        let closed = connection.shut_if(
            |connection| connection.is_idle(since),
            || close_at(&self.defined(), &connection.shared_id()),
        );
        connection.moved();
        closed
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

impl Defined {
    fn server(&self, key: &str) -> Option<&Arc<McpServer>> {
        self.servers.iter().find(|server| server.key() == key)
    }
}

fn close(defined: &Defined, id: &str, connection: &Connection) {
    connection.shut_if(|_| true, || close_at(defined, id));
    connection.moved();
}

fn close_at(defined: &Defined, id: &str) {
    if let Some(opener) = &defined.opener {
        opener.close(id);
    }
}

/// The person `who` is or acts for: all that it depends on what they reach.
pub(super) fn person(who: &Principal) -> Option<UserId> {
    match who.actor() {
        Some(Actor::User(user)) => Some(user),
        _ => None,
    }
}
