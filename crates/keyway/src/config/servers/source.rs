use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use keyway_core::names::is_server_key;

use super::fields::Fields;
use super::server::{McpFile, McpServer};
use super::{Dialect, entry};
use crate::config::doc::{self, At, Key, Node};
use crate::config::environment::Environment;
use crate::config::reader::unreadable;
use crate::config::reference::References;
use crate::config::report::{Finding, Place};
use crate::config::suggest;

/// The organization of servers that do not say.
const DEFAULT_ORGANIZATION: &str = "default";

/// Servers from all sources, and what is to be said about them.
#[derive(Debug, Default)]
pub(crate) struct Collected {
    pub(crate) servers: Vec<McpServer>,
    pub(in crate::config) files: Vec<McpFile>,
    pub(crate) findings: Vec<Finding>,
    /// Variables that secrets were taken from.
    pub(crate) variables: BTreeSet<String>,
    places: BTreeMap<String, Place>,
}

/// Reads `mcp_servers` of `keyway.yaml`.
pub(in crate::config) fn read_section(
    into: &mut Collected,
    environment: &Environment,
    file: &Path,
    section: &Node,
) {
    let origin = Origin::of(file, environment, Dialect::Keyway);
    entries(into, &origin, section);
}

/// Where entries come from.
pub(super) struct Origin<'a> {
    pub(super) file: &'a Path,
    /// Where relative paths begin.
    pub(super) base: &'a Path,
    pub(super) environment: &'a Environment,
    pub(super) dialect: Dialect,
    /// The file came with a repository.
    pub(super) foreign: bool,
}

impl<'a> Origin<'a> {
    fn of(file: &'a Path, environment: &'a Environment, dialect: Dialect) -> Self {
        Self {
            file,
            base: file.parent().unwrap_or(file),
            environment,
            dialect,
            foreign: false,
        }
    }
}

/// Reads one file of `mcp_files`. A file that is not there has no servers.
pub(in crate::config) fn read_file(into: &mut Collected, environment: &Environment, file: &Path) {
    let whole = |at: Option<At>, message: String| {
        let place = Place::File {
            path: file.to_owned(),
            at,
        };
        Finding::error(place, "", message)
    };
    let mut seen = McpFile {
        path: file.to_owned(),
        dialect: None,
        servers: 0,
    };
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let note = whole(None, "the file is not there: no servers from it".into()).as_note();
            into.findings.push(note);
            into.files.push(seen);
            return;
        }
        Err(error) => {
            into.findings.push(whole(None, unreadable(&error)));
            into.files.push(seen);
            return;
        }
    };
    let yaml = file
        .extension()
        .is_some_and(|extension| extension == "yaml" || extension == "yml");
    let root = if yaml {
        doc::yaml(&text)
    } else {
        doc::json(&text)
    };
    let found = root
        .as_ref()
        .map_err(|fault| (fault.at, fault.message.clone()))
        .and_then(Dialect::recognise);
    match found {
        Ok((dialect, section)) => {
            seen.dialect = Some(dialect);
            seen.servers = section.members().map_or(0, <[_]>::len);
            entries(into, &Origin::of(file, environment, dialect), section);
        }
        Err((at, message)) => into.findings.push(
            whole(Some(at), message)
                .with_help("none of this file's servers are used until it is mended"),
        ),
    }
    into.files.push(seen);
}

pub(super) fn entries(into: &mut Collected, origin: &Origin<'_>, section: &Node) {
    let file = origin.file;
    let Some(members) = section.members() else {
        let place = place(file, section.at);
        let message = format!(
            "expected a mapping of names to servers, found {}",
            section.value.kind()
        );
        into.findings.push(Finding::error(place, "", message));
        return;
    };
    for (key, node) in members {
        one(into, origin, (key, node));
    }
}

fn one(into: &mut Collected, origin: &Origin<'_>, (key, node): (&Key, &Node)) {
    let (file, dialect) = (origin.file, origin.dialect);
    let bare = dialect.bare_references();
    let mut references = References::new(origin.environment, origin.base, bare);
    if origin.foreign {
        references = references.without_files();
    }
    let named = is_server_key(&key.text);
    let shown = match suggest::shown_key(&key.text) {
        _ if named => key.text.as_str(),
        Some(name) => name,
        None => "unnamed",
    };
    let mut fields = Fields {
        file,
        name: shown,
        node,
        dialect,
        references: &references,
        problems: Vec::new(),
        notes: Vec::new(),
    };
    let scope = entry::read(&mut fields);
    let Fields {
        mut problems,
        notes,
        ..
    } = fields;
    if !named {
        let message = "a server's name is 1 to 128 letters, digits, `_`, `-` and `.`, the first a letter or digit";
        problems.push(Finding::error(place(file, key.at), shown, message));
    }
    let here = place(file, key.at);
    if let Some(first) = into.places.get(&key.text) {
        let message = format!("another server has this name (at {first}), and that one is used");
        let clash = Finding::error(here.clone(), shown, message);
        problems.push(clash.with_help("give one of them another name"));
    } else {
        into.places.insert(key.text.clone(), here.clone());
    }
    problems.sort_by_key(|problem| problem.place.at());
    into.findings.extend(notes);
    into.findings.extend(problems.iter().cloned());
    into.variables.extend(references.into_used());
    let (spec, organization) = match scope {
        Some(scope) if problems.is_empty() => (Ok(scope.spec), scope.organization),
        other => (Err(problems), other.and_then(|scope| scope.organization)),
    };
    into.servers.push(McpServer {
        name: shown.to_owned(),
        organization: organization.unwrap_or_else(|| DEFAULT_ORGANIZATION.to_owned()),
        place: here,
        spec,
    });
}

pub(super) fn place(file: &Path, at: At) -> Place {
    Place::File {
        path: file.to_owned(),
        at: Some(at),
    }
}
