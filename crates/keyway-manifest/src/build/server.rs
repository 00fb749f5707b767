use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use keyway_core::action::Origin;
use keyway_core::credential::{CredentialNeed, Lease};
use keyway_core::mcp_server::McpTransport;
use keyway_core::{McpServer, Secret};

use super::definitions::Found;
use super::{action, references};
use crate::fault::{Fault, Spot};
use crate::manifest::Manifest;
use crate::read::Faults;
use crate::spec::{Named, ServerSpec};
use crate::template::{Place, Scope};

/// Every MCP server, if nothing is wrong with it.
pub(super) fn all(
    manifest: &Manifest,
    found: &Found,
    origin: &impl Fn(&Spot) -> Origin,
    faults: &mut Faults,
) -> Vec<McpServer> {
    let mut all = Vec::new();
    for named in &manifest.servers {
        let Some(spec) = &named.spec else { continue };
        let before = faults.len();
        let needs = action::needs(manifest, found, Vec::new(), &spec.credentials, faults);
        let keys: Vec<_> = needs
            .iter()
            .map(|need| need.definition().key().to_owned())
            .collect();
        references::server(spec, &keys, found, faults);
        hosts(spec, &needs, faults);
        let server = make(named, spec, needs, &keys).defined(origin(&named.at));
        if let (Some(reason), true) = (server.fault(), faults.len() == before) {
            faults.push(Fault::new(named.at.clone(), reason));
        }
        all.push(server);
    }
    all
}

fn make(
    named: &Named<ServerSpec>,
    spec: &Arc<ServerSpec>,
    needs: Vec<CredentialNeed>,
    keys: &[String],
) -> McpServer {
    let mut server = match &spec.transport {
        McpTransport::Http { url } => McpServer::http(&named.name, url),
        McpTransport::Stdio { command, args } => McpServer::stdio(&named.name, command, args),
    };
    for need in needs {
        server = server.credential(need);
    }
    if let Some(scope) = spec.scope {
        server = server.credential_scope(scope);
    }
    if let Some(title) = &spec.title {
        server = server.title(title);
    }
    let mut hasher = DefaultHasher::new();
    format!("{keys:?} {:?} {:?}", spec.headers, spec.env).hash(&mut hasher);
    server = server.marked(hasher.finish());
    let keys: Arc<[String]> = keys.into();
    for header in &spec.headers {
        let (spec, keys, name) = (Arc::clone(spec), Arc::clone(&keys), header.name.clone());
        server = server.header_of(header.name.as_str(), move |lease: &Lease| {
            let scope = Scope::of_lease(lease, &keys);
            let header = spec.headers.iter().find(|header| header.name == name);
            let value = header
                .map(|header| header.value.header(&scope))
                .transpose()?;
            Ok(Secret::new(value.flatten().unwrap_or_default()))
        });
    }
    for (name, _) in &spec.env {
        let (spec, keys, own) = (Arc::clone(spec), Arc::clone(&keys), name.clone());
        server = server.variable_of(name, move |lease: &Lease| {
            let scope = Scope::of_lease(lease, &keys);
            let found = spec.env.iter().find(|(name, _)| *name == own);
            let value = found.map(|(_, template)| template.text(&scope, Place::Plain));
            Ok(Secret::new(
                value.transpose()?.flatten().unwrap_or_default(),
            ))
        });
    }
    server
}

/// Its address has to be one that its credentials may be sent to.
fn hosts(spec: &ServerSpec, needs: &[CredentialNeed], faults: &mut Faults) {
    let McpTransport::Http { url } = &spec.transport else {
        return;
    };
    let Ok(url) = url::Url::parse(url) else {
        let message = "expected an `http:` or `https:` URL";
        faults.push(Fault::new(spec.reached.clone(), message));
        return;
    };
    let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else {
        return;
    };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    for need in needs {
        let Some(hosts) = need.definition().get_hosts() else {
            continue;
        };
        if !hosts.names(host, port) {
            let message = "its host is none that its credentials may be sent to";
            let fault = Fault::new(spec.reached.clone(), message);
            faults.push(fault.suggest(format!("the declared `hosts` are {hosts}")));
        }
    }
}
