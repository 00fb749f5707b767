//! Credentials, apps and actions without code: the sections of `keyway.yaml` and the files of a folder,
//! with a place for everything that is wrong.

mod folder;
mod place;
mod schema;
mod sources;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::Arc;

use keyway_core::{Action, Agent, CredentialDefinition, McpServer};

pub(crate) use folder::watched as definition_files;
pub(super) use schema::schema;
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
    /// The agents.
    pub agents: Vec<Agent>,
    /// How many apps there are.
    pub apps: usize,
}

pub(super) fn is_section(field: &str) -> bool {
    SECTIONS.contains(&field)
}
