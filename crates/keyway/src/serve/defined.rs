//! MCP servers that are defined in the program or without code.

use std::collections::BTreeMap;
use std::sync::Arc;

use keyway_app::setup::ORGANIZATION;
use keyway_app::{App, OpenServer};
use keyway_core::action::Clash;
use keyway_core::credential::{CredentialBook, Lease};
use keyway_core::mcp_server::McpTransport;
use keyway_core::ports::{HeaderSource, Hosts, Upstream};
use keyway_core::{Error, McpServer, Secret};
use keyway_mcp::upstream::{Http, Pool, ServerSpec, Stdio, Transport};
use url::Url;

use crate::Gateway;
use crate::config::{self, Config, Place, check_url};

/// The servers of the gateway's author and those defined without code.
pub(crate) fn servers(gateway: &Gateway, config: &Config) -> Vec<McpServer> {
    let all = gateway.servers().iter();
    all.chain(&config.definitions.servers).cloned().collect()
}

/// What is wrong with servers, each by itself, against each other, and against the configured ones.
pub(crate) fn clashes(servers: &[McpServer], config: &Config, book: &CredentialBook) -> Vec<Clash> {
    let mut clashes = Vec::new();
    let mut first: BTreeMap<&str, &McpServer> = BTreeMap::new();
    for server in servers {
        if let Some(reason) = fault(server, book) {
            let owner = owner(server);
            clashes.push(Clash::Action { owner, reason });
        }
        if let Some(other) = first.insert(server.key(), server) {
            clashes.push(both(server, owner(other)));
        }
        let same = |other: &&config::McpServer| other.name == server.key();
        for other in config.mcp_servers.iter().filter(same) {
            clashes.push(both(
                server,
                format!("\"{}\" ({})", other.name, other.place),
            ));
        }
    }
    clashes
}

/// Gives the application the servers that are reached with credentials.
pub(super) fn bind(app: &App, pool: Arc<Pool>, servers: &[McpServer]) {
    let bound = servers.iter().filter(|server| !server.needs().is_empty());
    let bound: Vec<_> = bound.cloned().map(Arc::new).collect();
    app.set_bound_servers(bound, Arc::new(Opener { pool }));
}

/// A server everybody shares, as a configured one. `None` for one that is reached with credentials.
pub(super) fn shared(server: &McpServer) -> Option<config::McpServer> {
    if !server.needs().is_empty() {
        return None;
    }
    let spec = spec(server, &Lease::default()).ok()?;
    Some(config::McpServer {
        name: server.key().to_owned(),
        organization: ORGANIZATION.to_owned(),
        place: Place::Defined(server.defined_at().to_string()),
        spec: Ok(spec),
    })
}

struct Opener {
    pool: Arc<Pool>,
}

impl OpenServer for Opener {
    fn open(
        &self,
        id: &str,
        server: &McpServer,
        lease: &Lease,
        renewed: Option<Arc<dyn HeaderSource>>,
    ) -> Result<Arc<dyn Upstream>, Error> {
        let mut spec = spec(server, lease)?;
        spec.id = Some(id.to_owned());
        if let Transport::Http(http) = &mut spec.transport {
            http.renewed = renewed;
        }
        Ok(self.pool.add(spec))
    }

    fn close(&self, id: &str) {
        self.pool.remove(id);
    }
}

fn spec(server: &McpServer, lease: &Lease) -> Result<ServerSpec, Error> {
    let transport = match server.transport() {
        McpTransport::Http { url } => {
            let mut http = Http::new(url.clone());
            http.headers = server.headers(lease)?;
            // What is leased goes nowhere else, whatever redirects say.
            if !server.needs().is_empty() {
                http.hosts = host(url).and_then(|host| Hosts::new([host]).ok());
            }
            Transport::Http(http)
        }
        McpTransport::Stdio { command, args } => Transport::Stdio(Stdio {
            command: command.clone(),
            args: args.clone(),
            env: server.variables(lease)?.into_iter().collect(),
            cwd: None,
        }),
    };
    let mut spec = ServerSpec::new(server.key(), transport);
    spec.secrets = secrets(server, lease);
    Ok(spec)
}

/// What was leased, so that it is taken out of everything that is told of the server.
fn secrets(server: &McpServer, lease: &Lease) -> Vec<Secret<String>> {
    let needs = server.needs().iter();
    let fields = needs.flat_map(|need| {
        let definition = need.definition();
        let leased = lease.fields(definition.key()).ok();
        let secret = definition.fields().into_iter().filter(|field| field.secret);
        secret
            .filter_map(move |field| leased?.get(&field.name))
            .collect::<Vec<_>>()
    });
    fields.collect()
}

/// The host and port of an address, as [`Hosts`] has them. `None` for a socket of this machine.
fn host(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    Some(format!(
        "{}:{}",
        url.host_str()?,
        url.port_or_known_default()?
    ))
}

fn fault(server: &McpServer, book: &CredentialBook) -> Option<String> {
    if let Some(fault) = server.fault() {
        return Some(fault);
    }
    let McpTransport::Http { url } = server.transport() else {
        return None;
    };
    if let Err(expected) = check_url(url) {
        return Some(format!("its address: {expected}"));
    }
    let url = Url::parse(url).ok()?;
    let (host, port) = (url.host_str()?, url.port_or_known_default()?);
    let host = host.trim_start_matches('[').trim_end_matches(']');
    server.needs().iter().find_map(|need| {
        let key = need.definition().key();
        let hosts = book.get(key).and_then(|known| known.get_hosts());
        let hosts = hosts.or_else(|| need.definition().get_hosts())?;
        (!hosts.names(host, port)).then(|| {
            format!("the credential `{key}` may not be sent to `{host}`: it is not among its hosts")
        })
    })
}

fn both(server: &McpServer, second: String) -> Clash {
    Clash::Both {
        what: "MCP server key",
        name: server.key().to_owned(),
        first: owner(server),
        second,
    }
}

fn owner(server: &McpServer) -> String {
    format!("MCP server \"{}\" ({})", server.key(), server.defined_at())
}
