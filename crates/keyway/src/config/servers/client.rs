use std::path::Path;

use super::Dialect;
use super::source::{Collected, Origin, entries, place};
use crate::config::doc::{self, At, Node, Value};
use crate::config::environment::Environment;
use crate::config::report::{Finding, Place};
use crate::config::suggest;

/// A file of the client side: the person's own, or a project's.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ClientFile<'a> {
    /// The file.
    pub(crate) path: &'a Path,
    /// Where relative paths in it begin.
    pub(crate) base: &'a Path,
    /// Whether it came with a project: it may then not read files of this machine.
    pub(crate) foreign: bool,
}

const HELP: &str = "none of this file's servers are used until it is mended";

/// Reads the servers of a client-side file (`{"servers": {…}}`, JSON with comments).
pub(crate) fn read_client(
    environment: &Environment,
    file: &ClientFile<'_>,
    text: &str,
) -> Collected {
    let mut into = Collected::default();
    match section(text) {
        Ok(Section { servers, unknown }) => {
            for (at, key) in unknown {
                let message = suggest::unknown("key", &key);
                let finding = Finding::error(place(file.path, at), "top level", message);
                into.findings.push(finding.as_warning());
            }
            let origin = Origin {
                file: file.path,
                base: file.base,
                environment,
                dialect: Dialect::Keen,
                foreign: file.foreign,
            };
            if let Some(servers) = servers {
                entries(&mut into, &origin, &servers);
            }
        }
        Err((at, message)) => {
            let place = Place::File {
                path: file.path.to_owned(),
                at: Some(at),
            };
            let finding = Finding::error(place, "", message).with_help(HELP);
            into.findings.push(finding);
        }
    }
    into
}

/// A client-side file's servers before anything in them is read.
pub(crate) struct Section {
    /// `servers`, a mapping; `None` when the file names none.
    pub(crate) servers: Option<Node>,
    /// Other keys at the top level.
    pub(crate) unknown: Vec<(At, String)>,
}

/// Finds the servers of a client-side file. An empty file names none.
pub(crate) fn section(text: &str) -> Result<Section, (At, String)> {
    let root = doc::json(text).map_err(|fault| (fault.at, fault.message))?;
    let members = match root.value {
        Value::Map(members) => members,
        Value::Null => Vec::new(),
        other => {
            let message = format!("expected `{{\"servers\": {{…}}}}`, found {}", other.kind());
            return Err((root.at, message));
        }
    };
    let mut found = Section {
        servers: None,
        unknown: Vec::new(),
    };
    for (key, node) in members {
        match key.text.as_str() {
            "servers" if node.members().is_none() => {
                let kind = node.value.kind();
                let message = format!("expected a mapping of names to servers, found {kind}");
                return Err((node.at, message));
            }
            "servers" => found.servers = Some(node),
            "mcpServers" | "mcp_servers" => {
                let message = format!("`{}` is called `servers` in this file", key.text);
                return Err((key.at, message));
            }
            "$schema" => {}
            _ => found.unknown.push((key.at, key.text)),
        }
    }
    Ok(found)
}
