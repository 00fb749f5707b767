use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use jiff::Timestamp;
use keyway_core::ports::{Definition, Lists, Upstream as _};
use keyway_core::{Actor, Error, McpServer, OrgId, Principal, UserId};
use parking_lot::{Mutex, RwLock};

use super::bind::Bound;
use super::connection::{Connection, Leased, changed};
use super::opener::OpenServer;
use crate::connectors::{ConnectorTarget, OpenConnectors};
use crate::trust::Usual;

/// For how many people it is remembered what they reach, and how many connections are known, open or
/// not.
const MOST: usize = 10_000;

/// Which servers each organization reaches with credentials of its callers, and the connections to
/// them. No connection is anybody's of another organization.
#[derive(Default)]
pub(crate) struct Table {
    servers: ArcSwap<HashMap<OrgId, Arc<Servers>>>,
    opener: RwLock<Option<Arc<dyn OpenServer>>>,
    /// Who opens those that administrators connected.
    connectors: RwLock<Option<Arc<dyn OpenConnectors>>>,
    connections: Mutex<HashMap<Arc<str>, Arc<Connection>>>,
    /// What stands for a connection to each server that everybody connects for themselves, once it was
    /// learnt what it lists.
    learnt: Mutex<HashMap<(OrgId, String), Arc<Connection>>>,
    /// What everyone who asked lately reaches, by the person.
    known: Mutex<HashMap<(OrgId, Option<UserId>), Known>>,
}

/// Somebody, and what they reach.
type Known = (Principal, Arc<Bound>);

/// A server that an administrator connected.
pub(crate) struct Connected {
    pub(crate) server: Arc<McpServer>,
    /// How it is reached, but for what is leased; `None` for one that is opened like one that is
    /// defined.
    pub(crate) target: Option<ConnectorTarget>,
    /// True where everybody connects it for themselves: until they do, they are listed the tools that
    /// others are.
    pub(crate) of_each: bool,
}

/// The servers of one organization.
#[derive(Default)]
pub(super) struct Servers {
    /// Those of the gateway's definition.
    defined: Vec<Arc<McpServer>>,
    /// Those that an administrator connected.
    connected: Vec<Arc<Connected>>,
    /// Both; one that is defined has its key before one that is connected.
    all: Vec<Arc<McpServer>>,
}

impl Table {
    /// The servers of an organization.
    pub(super) fn of(&self, organization: &OrgId) -> Option<Arc<Servers>> {
        self.servers.load().get(organization).cloned()
    }

    /// Whether a server of this key of an organization is reached with credentials of its callers.
    pub(crate) fn defines(&self, organization: &OrgId, key: &str) -> bool {
        self.of(organization)
            .is_some_and(|servers| servers.get(key).is_some())
    }

    /// True when an organization has any.
    pub(super) fn has(&self, organization: &OrgId) -> bool {
        self.servers.load().contains_key(organization)
    }

    /// Every organization that has any, and its servers.
    pub(super) fn each(&self) -> Arc<HashMap<OrgId, Arc<Servers>>> {
        self.servers.load_full()
    }

    /// Says who opens connections.
    pub(super) fn opens(&self, opener: Arc<dyn OpenServer>) {
        *self.opener.write() = Some(opener);
    }

    /// Says who opens connections to servers that administrators connected.
    pub(crate) fn opens_connectors(&self, opener: Arc<dyn OpenConnectors>) {
        *self.connectors.write() = Some(opener);
    }

    pub(super) fn connectors(&self) -> Option<Arc<dyn OpenConnectors>> {
        self.connectors.read().clone()
    }

    pub(super) fn opener(&self) -> Option<Arc<dyn OpenServer>> {
        self.opener.read().clone()
    }

    /// Replaces servers of an organization. What was open to one that is reached otherwise than before
    /// is closed, and nobody of it reaches anything until they ask.
    pub(super) fn replace(&self, organization: &OrgId, change: impl FnOnce(&Servers) -> Servers) {
        // Held to the end: what is opened from here on is opened after what goes was closed.
        let mut connections = self.connections.lock();
        let before = self.of(organization).unwrap_or_default();
        let now = Arc::new(change(&before));
        let mut all = HashMap::clone(&self.servers.load());
        if now.all.is_empty() {
            all.remove(organization);
        } else {
            all.insert(organization.clone(), Arc::clone(&now));
        }
        self.servers.store(Arc::new(all));
        let goes = |key: &str| match (before.get(key), now.get(key)) {
            (Some(one), Some(other)) => {
                !one.is_reached_like(other) || !same_target(&before, &now, key)
            }
            _ => true,
        };
        let gone = connections.extract_if(|_, connection| {
            connection.organization() == organization && goes(connection.server())
        });
        for (id, connection) in gone {
            connection.end();
            self.close(&id, &connection);
        }
        self.learnt
            .lock()
            .retain(|(of, key), _| of != organization || !goes(key));
        self.known.lock().retain(|(of, _), _| of != organization);
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
        organization: &OrgId,
        server: &McpServer,
        instances: Vec<Leased>,
    ) -> Result<Arc<Connection>, Error> {
        let id = Connection::name(organization, server.key(), &instances);
        let mut connections = self.connections.lock();
        let servers = self.of(organization);
        let now = servers.as_ref().and_then(|all| all.get(server.key()));
        if !now.is_some_and(|now| now.is_reached_like(server)) {
            return Err(changed(server.key()));
        }
        if connections.len() >= MOST {
            connections.retain(|_, known| known.is_open());
        }
        let added = servers
            .as_ref()
            .is_some_and(|all| all.connected(server.key()).is_some());
        let usual = if added {
            Usual::Added
        } else {
            Usual::Operators
        };
        let made = || {
            let id = Arc::clone(&id);
            Arc::new(Connection::new(
                organization,
                usual,
                server.key(),
                id,
                instances,
            ))
        };
        Ok(Arc::clone(
            connections.entry(Arc::clone(&id)).or_insert_with(made),
        ))
    }

    /// What somebody is listed of a server that they have not connected: the tools that it lists to
    /// others. `None` where nobody has connected it yet, and for who is no person.
    pub(super) fn nobodys(&self, who: &Principal, key: &str) -> Option<Arc<Connection>> {
        person(who)?;
        let servers = self.of(who.organization())?;
        servers.connected(key).filter(|one| one.of_each)?;
        let learnt = self.learnt.lock();
        learnt
            .get(&(who.organization().clone(), key.to_owned()))
            .cloned()
    }

    /// Keeps in mind what tools a server lists, for those who have not connected it. Answers what they
    /// are listed, where that is something else than before.
    pub(super) fn learn(&self, connection: &Connection) -> Option<Arc<Connection>> {
        let (organization, key) = (connection.organization(), connection.server());
        let servers = self.of(organization)?;
        servers.connected(key).filter(|one| one.of_each)?;
        let lists = connection.lists();
        lists.fetched_at?;
        let now = Arc::new(Lists {
            tools: lists.tools.clone(),
            fetched_at: lists.fetched_at,
            ..Lists::default()
        });
        let mut learnt = self.learnt.lock();
        let name = (organization.clone(), key.to_owned());
        let made = || Arc::new(Connection::nobodys(organization, key));
        let nobodys = learnt.entry(name).or_insert_with(made);
        let same = |one: &Definition, other: &Definition| one.json == other.json;
        let before = nobodys.lists();
        let known = before.tools.len() == now.tools.len()
            && before
                .tools
                .iter()
                .zip(&now.tools)
                .all(|(one, other)| same(one, other));
        if known {
            return None;
        }
        nobodys.lists_like(&now);
        Some(Arc::clone(nobodys))
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

    /// Closes the connections to a server that nothing runs over: they are opened anew when they are used.
    pub(crate) fn reopen(&self, organization: &OrgId, server: &str) {
        for connection in self.all() {
            if connection.organization() == organization && connection.server() == server {
                self.rest(&connection, Timestamp::MAX);
            }
        }
    }

    /// Closes a connection and forgets it.
    pub(super) fn drop(&self, id: &str) {
        let dropped = self.connections.lock().remove(id);
        if let Some(connection) = dropped {
            connection.end();
            self.close(id, &connection);
        }
    }

    /// Closes a connection that was not used since, unless something runs over it, and keeps what it
    /// listed. Answers whether it was closed.
    pub(super) fn rest(&self, connection: &Connection, since: Timestamp) -> bool {
        let closed = connection.shut_if(
            |connection| connection.is_idle(since),
            || self.close_at(&connection.shared_id()),
        );
        connection.moved();
        closed
    }

    /// What `who` reaches, as far as it is known.
    pub(super) fn known(&self, who: &Principal) -> Arc<Bound> {
        let known = self.known.lock();
        let found = known.get(&whose(who));
        found.map_or_else(Bound::nothing, |(_, bound)| Arc::clone(bound))
    }

    /// Keeps in mind what `who` reaches. True when it was something else before.
    pub(super) fn remember(&self, who: &Principal, bound: &Arc<Bound>) -> bool {
        let mut known = self.known.lock();
        if known.len() >= MOST {
            known.clear();
        }
        let entry = (who.clone(), Arc::clone(bound));
        let before = known.insert(whose(who), entry);
        before.is_some_and(|(_, before)| before.ids() != bound.ids())
    }

    pub(super) fn everyone(&self) -> Vec<Known> {
        self.known.lock().values().cloned().collect()
    }

    fn close(&self, id: &str, connection: &Connection) {
        connection.shut_if(|_| true, || self.close_at(id));
        connection.moved();
    }

    fn close_at(&self, id: &str) {
        if let Some(opener) = self.opener() {
            opener.close(id);
        }
        if let Some(connectors) = &*self.connectors.read() {
            connectors.close(id);
        }
    }
}

impl Servers {
    pub(super) fn with_defined(&self, defined: Vec<Arc<McpServer>>) -> Self {
        Self::of(defined, self.connected.clone())
    }

    pub(super) fn with_connected(&self, connected: Vec<Arc<Connected>>) -> Self {
        Self::of(self.defined.clone(), connected)
    }

    fn of(defined: Vec<Arc<McpServer>>, connected: Vec<Arc<Connected>>) -> Self {
        let mut all = defined.clone();
        let servers = connected.iter().map(|one| &one.server);
        let free = |one: &&Arc<McpServer>| !defined.iter().any(|other| other.key() == one.key());
        all.extend(servers.filter(free).cloned());
        Self {
            defined,
            connected,
            all,
        }
    }

    pub(super) fn all(&self) -> &[Arc<McpServer>] {
        &self.all
    }

    pub(super) fn get(&self, key: &str) -> Option<&Arc<McpServer>> {
        self.all.iter().find(|server| server.key() == key)
    }

    /// A server as an administrator connected it; `None` for one that is defined.
    pub(super) fn connected(&self, key: &str) -> Option<&Arc<Connected>> {
        let defined = self.defined.iter().any(|server| server.key() == key);
        let mut all = self.connected.iter();
        all.find(|one| one.server.key() == key && !defined)
    }

    /// True when these are the ones that are connected.
    pub(super) fn has_connected(&self, all: &[Arc<Connected>]) -> bool {
        let mut both = self.connected.iter().zip(all);
        self.connected.len() == all.len() && both.all(|(one, other)| Arc::ptr_eq(one, other))
    }
}

/// Whether a server is opened like before, whatever is leased for it.
fn same_target(before: &Servers, now: &Servers, key: &str) -> bool {
    let target = |servers: &Servers| servers.connected(key).and_then(|one| one.target.clone());
    match (target(before), target(now)) {
        (Some(one), Some(other)) => one.same(&other),
        (None, None) => true,
        _ => false,
    }
}

/// Whose it is what somebody reaches.
fn whose(who: &Principal) -> (OrgId, Option<UserId>) {
    (who.organization().clone(), person(who))
}

/// The person `who` is or acts for: all that it depends on what they reach.
pub(super) fn person(who: &Principal) -> Option<UserId> {
    match who.actor() {
        Some(Actor::User(user)) => Some(user),
        _ => None,
    }
}
