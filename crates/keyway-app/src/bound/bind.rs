use std::sync::Arc;
use std::time::Duration;

use keyway_core::agent::{AgentEntry, ToolTarget};
use keyway_core::ports::{
    Audience, BoxFuture, Change, ChangeKind, HeaderSource, List, RelayMethod, Upstream,
};
use keyway_core::{Error, Kind, McpServer, OrgId, Principal};

use super::connection::Connection;
use super::opener::OpenServer;
use super::overlays::Ids;
use super::renewing::Renewing;
use super::table::{Connected, Servers, person};
use crate::agents::Carried;
use crate::catalogue::Catalogue;
use crate::connectors::ConnectorTarget;
use crate::credentials::{CredentialChoice, Leased};
use crate::policy::View;
use crate::{App, Call, Notice};

/// How long a call waits for the first lists of the server it names.
const WAIT: Duration = Duration::from_secs(10);

/// The connections that are someone's, in the order of their servers.
#[derive(Default)]
pub(crate) struct Bound {
    ids: Ids,
    connections: Vec<Arc<Connection>>,
}

impl Bound {
    fn of(connections: Vec<Arc<Connection>>) -> Arc<Self> {
        let ids = connections.iter().map(|one| one.shared_id()).collect();
        Arc::new(Self { ids, connections })
    }

    /// Nothing but what everybody has.
    pub(crate) fn nothing() -> Arc<Self> {
        Arc::default()
    }

    pub(crate) fn ids(&self) -> &Ids {
        &self.ids
    }

    pub(crate) fn connections(&self) -> &[Arc<Connection>] {
        &self.connections
    }

    /// True where a connection stands for what others are listed, until whoever calls connects it.
    pub(crate) fn lacks(&self, id: &str) -> bool {
        let mut all = self.connections.iter();
        all.any(|one| one.is_nobodys() && *one.shared_id() == *id)
    }

    pub(super) fn has(&self, id: &str) -> bool {
        self.ids.iter().any(|own| &**own == id)
    }
}

impl App {
    /// Replaces the MCP servers that callers reach with their own credentials. They belong to the first
    /// organization. Connections to the former ones are closed.
    pub fn set_bound_servers(&self, servers: Vec<Arc<McpServer>>, opener: Arc<dyn OpenServer>) {
        self.inner.bound.opens(opener);
        let home = self.home().clone();
        if servers.is_empty() && !self.inner.bound.has(&home) {
            return;
        }
        let change = |before: &Servers| before.with_defined(servers);
        self.inner.bound.replace(&home, change);
        self.tell_bound(&home);
    }

    /// Replaces the MCP servers that administrators of an organization connected, and that are reached
    /// with credentials. One that is defined keeps its key. Connections to the former ones are closed.
    pub fn set_connected_servers(&self, organization: &OrgId, servers: Vec<Arc<McpServer>>) {
        let connected = |server| {
            Arc::new(Connected {
                server,
                target: None,
                of_each: false,
            })
        };
        let servers = servers.into_iter().map(connected).collect();
        self.set_connected(organization, servers);
    }

    pub(crate) fn set_connected(&self, organization: &OrgId, servers: Vec<Arc<Connected>>) {
        let before = self.inner.bound.of(organization).unwrap_or_default();
        if before.has_connected(&servers) {
            return;
        }
        let change = |before: &Servers| before.with_connected(servers);
        self.inner.bound.replace(organization, change);
        self.tell_bound(organization);
    }

    fn tell_bound(&self, organization: &OrgId) {
        let tenant = self.tenant_of(organization);
        tenant.forget_overlays();
        for list in List::ALL {
            tenant.tell(Notice::ListChanged(list));
        }
    }

    /// Finds out which connections are those of `who`, so that [`App::list`] shows what they list.
    /// Waits for no server. `None` where there is nothing to find out.
    pub fn prepare<'a>(&'a self, who: &'a Principal) -> Option<BoxFuture<'a, ()>> {
        if !self.has_bound(who) {
            return None;
        }
        Some(Box::pin(async move {
            self.bind(who, &CredentialChoice::default()).await;
        }))
    }

    /// Whether `who` is among those a notice is for.
    pub fn concerns(&self, who: &Principal, audience: &Audience) -> bool {
        *audience == audience_of(who) || self.inner.bound.known(who).has(audience.name())
    }

    /// What `who` reaches with credentials, as far as it is known. Waits for nothing.
    pub(crate) fn bound(&self, who: &Principal) -> Arc<Bound> {
        if self.has_bound(who) {
            self.inner.bound.known(who)
        } else {
            Bound::nothing()
        }
    }

    /// What `who` reaches with credentials now. Connections begin to be made.
    pub(crate) async fn bind(&self, who: &Principal, choice: &CredentialChoice) -> Arc<Bound> {
        let Some(servers) = self.inner.bound.of(who.organization()) else {
            return Bound::nothing();
        };
        let mut connections = Vec::with_capacity(servers.all().len());
        for server in servers.all() {
            match self.connection(who, server, choice).await {
                Ok(connection) => connections.push(connection),
                Err(error) => {
                    tracing::debug!(server = server.key(), code = error.code(), "not reached");
                    connections.extend(self.inner.bound.nobodys(who, server.key()));
                }
            }
        }
        let bound = Bound::of(connections);
        if *choice == CredentialChoice::default() && self.inner.bound.remember(who, &bound) {
            self.tell_person(who);
        }
        bound
    }

    /// The same for a turn of an agent, which waits until the servers that it has tools of have listed.
    pub(crate) async fn bind_for_agent(
        &self,
        who: &Principal,
        agent: &AgentEntry,
        carried: &Carried,
    ) -> Arc<Bound> {
        let of_server =
            |tool: &ToolTarget| matches!(tool, ToolTarget::Server(_) | ToolTarget::Pattern(_));
        if !self.has_bound(who) || !agent.tools().iter().any(of_server) {
            return Bound::nothing();
        }
        let bound = self.bind(who, &carried.chosen.read()).await;
        let meant = |key: &str| {
            let mut tools = agent.tools().iter();
            tools.any(|tool| match tool {
                ToolTarget::Server(server) => server == key,
                ToolTarget::Pattern(_) => true,
                _ => false,
            })
        };
        let all = bound.connections().iter();
        let listed = all
            .filter(|one| meant(one.key()))
            .map(|one| one.listed(WAIT));
        futures_util::future::join_all(listed).await;
        for connection in bound.connections() {
            self.take_in_first_list(who, &bound, connection).await;
        }
        bound
    }

    /// The same for a call, which waits until a server it names has listed for the first time.
    pub(crate) async fn bind_for(&self, call: &Call<'_>) -> Arc<Bound> {
        if !self.has_bound(call.who) {
            return Bound::nothing();
        }
        let choice = CredentialChoice::of_params(call.params);
        let bound = self.bind(call.who, &choice).await;
        let known = self
            .tenant(call.who)
            .catalogue()
            .resource(call.target)
            .is_some();
        for connection in bound.connections() {
            let meant = match call.method {
                RelayMethod::ReadResource => !known,
                _ => names(connection.key(), call.target),
            };
            if meant {
                let listed = connection.listed(WAIT);
                call.cancel.run_until_cancelled(listed).await;
                self.take_in_first_list(call.who, &bound, connection).await;
            }
        }
        bound
    }

    /// Does not wait until the connection tells that it listed for the first time, nor until what it
    /// listed is accepted.
    async fn take_in_first_list(&self, who: &Principal, bound: &Bound, connection: &Connection) {
        if connection.is_settled() || connection.lists().fetched_at.is_none() {
            return;
        }
        self.bound_changed(&Change {
            server: connection.id().to_owned(),
            kind: ChangeKind::Lists,
        });
        // Only what is in a catalogue is held against what is known of it.
        self.catalogue_with(who, bound);
        let key = (
            connection.organization().clone(),
            connection.server().into(),
        );
        self.take_in_list_of(key).await;
        connection.settle();
    }

    /// The connection of `who` to a server, open.
    pub(super) async fn connection(
        &self,
        who: &Principal,
        server: &Arc<McpServer>,
        choice: &CredentialChoice,
    ) -> Result<Arc<Connection>, Error> {
        let definitions = self.definitions();
        let mut instances = Vec::with_capacity(server.needs().len());
        for need in server.needs() {
            instances.extend(self.instance(who, &definitions, need, choice).await?);
        }
        let connection = self
            .inner
            .bound
            .connection(who.organization(), server, instances)?;
        connection.used(self.inner.clock.now());
        if !connection.is_open() {
            let leased = self
                .lease_all(who, &definitions, server.needs(), choice)
                .await?;
            // What is leased was looked for once more, and belongs into the connection of its name only.
            if !leased.is_of(connection.instances().iter().map(|(id, _)| id)) {
                return Err(super::connection::changed(server.key()));
            }
            if !self
                .inner
                .bound
                .make_room(self.settings().server_connections)
            {
                return Err(too_many(server.key()));
            }
            let leased = Arc::new(leased);
            let renewed = leased.is_renewed().then(|| -> Arc<dyn HeaderSource> {
                Arc::new(Renewing {
                    app: self.clone(),
                    who: who.clone(),
                    server: Arc::clone(server),
                    opened: Arc::clone(&leased),
                })
            });
            connection.open_with(|| self.open_connection(&connection, server, &leased, renewed))?;
        }
        Ok(connection)
    }

    fn open_connection(
        &self,
        connection: &Connection,
        server: &McpServer,
        leased: &Leased,
        renewed: Option<Arc<dyn HeaderSource>>,
    ) -> Result<Arc<dyn Upstream>, Error> {
        let bound = &self.inner.bound;
        let nobody = || Error::internal("nothing opens MCP servers");
        let servers = bound.of(connection.organization());
        let now = servers.as_ref().and_then(|all| all.get(server.key()));
        // What was leased was leased for the former one, and goes nowhere else.
        if !now.is_some_and(|now| now.is_reached_like(server)) {
            return Err(super::connection::changed(server.key()));
        }
        let connected = servers.as_ref().and_then(|all| all.connected(server.key()));
        let Some(target) = connected.and_then(|one| one.target.clone()) else {
            let opener = bound.opener().ok_or_else(nobody)?;
            return opener.open(connection.id(), server, &leased.lease, renewed);
        };
        let opener = bound.connectors().ok_or_else(nobody)?;
        let target = ConnectorTarget {
            headers: server.headers(&leased.lease)?,
            renewed,
            secrets: leased.secrets(),
            ..target
        };
        Ok(opener.open(connection.id(), &target))
    }

    /// The catalogue of `who`, with what their connections list.
    pub(crate) fn catalogue_with(&self, who: &Principal, bound: &Bound) -> Arc<Catalogue> {
        self.tenant(who).catalogue_with(bound)
    }

    /// What `who` sees, with what their connections list.
    pub(crate) fn view_with(&self, who: &Principal, bound: &Bound) -> Arc<View> {
        let in_force = self.inner.policy.load_full();
        let now = self.inner.clock.now();
        self.tenant(who).view_with(who, bound, &in_force, now)
    }

    /// Takes in what changed at a connection of somebody's, and tells only those whose it is. False
    /// when it is no such connection.
    pub(crate) fn bound_changed(&self, change: &Change) -> bool {
        let Some(connection) = self.inner.bound.get(&change.server) else {
            return false;
        };
        let tenant = self.tenant_of(connection.organization());
        let tell = |notice| {
            let audience = Audience::new(connection.shared_id());
            tenant.tell(Notice::Only(audience, Box::new(notice)));
        };
        match &change.kind {
            ChangeKind::Lists => {
                if let Some(nobodys) = self.inner.bound.learn(&connection) {
                    let changed = tenant.connection_changed(nobodys.id());
                    let first = changed.is_empty().then_some(List::Tools);
                    for list in changed.into_iter().chain(first) {
                        tenant.tell(Notice::ListChanged(list));
                    }
                }
                let changed = tenant.connection_changed(connection.id());
                changed.into_iter().map(Notice::ListChanged).for_each(tell);
                let trust = &self.inner.trust;
                trust.listed(tenant.organization(), connection.server());
            }
            ChangeKind::State => {}
            ChangeKind::ResourceUpdated(own) => {
                let exposed = self.inner.subscriptions.exposed(connection.id(), own);
                exposed
                    .into_iter()
                    .map(Notice::ResourceUpdated)
                    .for_each(tell);
            }
        }
        connection.moved();
        true
    }

    /// Keeps in mind that the instances of a connection were used.
    pub(crate) fn used_bound(&self, upstream: &dyn Upstream) {
        if let Some(connection) = self.inner.bound.get(upstream.id()) {
            let now = self.inner.clock.now();
            connection.used(now);
            let instances: Vec<_> = connection
                .instances()
                .iter()
                .map(|(id, _)| id.clone())
                .collect();
            self.inner.held.used(&instances, now);
        }
    }

    /// Tells a person that everything they are listed may be different.
    pub(super) fn tell_person(&self, who: &Principal) {
        let tenant = self.tenant(who);
        for list in List::ALL {
            let notice = Box::new(Notice::ListChanged(list));
            tenant.tell(Notice::Only(audience_of(who), notice));
        }
    }

    pub(super) fn has_bound(&self, who: &Principal) -> bool {
        self.inner.bound.has(who.organization())
    }
}

/// True when a name could only be one of this server's.
pub(super) fn names(server: &str, target: &str) -> bool {
    let own = target
        .strip_prefix("mcp__")
        .and_then(|rest| rest.strip_prefix(server));
    own.is_some_and(|own| own.starts_with("__"))
}

fn too_many(server: &str) -> Error {
    let message =
        format!("the MCP server `{server}` cannot be connected to: too many are, all in use");
    Error::new(Kind::Unavailable, "server_connections_exhausted", message)
        .with_hint("try again later")
}

fn audience_of(who: &Principal) -> Audience {
    let person = person(who);
    Audience::new(format!(
        "person/{}",
        person.as_ref().map_or("", |user| user.as_str())
    ))
}
