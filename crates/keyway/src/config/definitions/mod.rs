//! Credentials, apps, actions and the rest of what is defined without code: the sections of `keyway.yaml` and the files of a folder,
//! with a place for everything that is wrong.

mod folder;
mod place;
mod schema;
mod sources;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::Arc;

use keyway_core::action::Origin;
use keyway_core::{Action, Agent, CredentialDefinition, McpServer};
use keyway_manifest::Scheduled;

use super::doc::{Key, Node, Value};

pub(crate) use folder::watched as definition_files;
pub(super) use schema::{schema, with_credentials};
pub(super) use sources::Sources;

/// The folder that is read when no other is named, if it is there.
pub(super) const DEFAULT_FOLDER: &str = "definitions";

/// The sections of `keyway.yaml` that define something.
pub(super) const SECTIONS: &[&str] = keyway_manifest::Manifest::KEYS;

/// What is defined without code.
#[derive(Debug, Clone, Default)]
pub struct Defined {
    /// The folder that was named; `None` for the one beside the configuration file.
    pub dir: Option<PathBuf>,
    /// The folder that was looked into, whether or not it is there.
    pub folder: PathBuf,
    /// Differs where anything is written differently.
    pub digest: u64,
    /// The files that define something.
    pub files: Vec<PathBuf>,
    /// The credentials, those of apps included.
    pub credentials: Vec<Arc<CredentialDefinition>>,
    /// The actions, those of apps included.
    pub actions: Vec<Action>,
    /// The MCP servers.
    pub servers: Vec<McpServer>,
    /// The resources, each an action that is reached as one and nowhere else.
    pub resources: Vec<Action>,
    /// The prompts, each an action that is reached as one and nowhere else.
    pub prompts: Vec<Action>,
    /// What runs by the clock, whoever defines the actions.
    pub schedules: Vec<Scheduled>,
    /// Which actions answer for resources: the slug of each, and where it is said.
    pub answered: Vec<(String, Origin)>,
    /// The agents.
    pub agents: Vec<Agent>,
    /// How many apps there are.
    pub apps: usize,
}

/// Of the servers in `mcp_servers` of the configuration file those that are defined, reached with
/// credentials of their callers, and all the others.
pub(super) fn split(servers: &Node) -> (Option<Node>, Node) {
    let Value::Map(members) = &servers.value else {
        return (None, servers.clone());
    };
    let defined = |(_, entry): &&(Key, Node)| entry.get("credentials").is_some();
    let of = |members: Vec<(Key, Node)>| Node {
        at: servers.at,
        value: Value::Map(members),
    };
    let own: Vec<_> = members.iter().filter(defined).cloned().collect();
    let rest = members
        .iter()
        .filter(|member| !defined(member))
        .cloned()
        .collect();
    ((!own.is_empty()).then(|| of(own)), of(rest))
}

pub(super) fn is_section(field: &str) -> bool {
    SECTIONS.contains(&field)
}
