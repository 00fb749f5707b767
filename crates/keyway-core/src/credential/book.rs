use std::collections::BTreeMap;
use std::sync::Arc;

use super::{CredentialDefinition, CredentialNeed};
use crate::action::Clash;
use crate::{Action, McpServer};

/// Every credential of a gateway, by its key.
///
/// What an app or the project defines counts; a key that only actions name is what their types say.
#[derive(Debug, Clone, Default)]
pub struct CredentialBook {
    all: BTreeMap<String, Arc<CredentialDefinition>>,
    /// The MCP servers that are reached with each, by their keys.
    servers: BTreeMap<String, Vec<String>>,
}

impl CredentialBook {
    /// Checks definitions, each by itself and against each other, and what actions need against them.
    /// Tells everything that is wrong.
    pub fn new<'a>(
        defined: impl IntoIterator<Item = Arc<CredentialDefinition>>,
        actions: impl IntoIterator<Item = &'a Action>,
    ) -> Result<Self, Vec<Clash>> {
        let mut book = Self::default();
        let mut clashes = Vec::new();
        for definition in defined {
            if let Some(reason) = definition.fault() {
                let owner = owner(&definition);
                clashes.push(Clash::Action { owner, reason });
            } else if let Some(first) = book.all.get(definition.key()) {
                clashes.push(both(first, &definition));
            } else {
                book.all.insert(definition.key().to_owned(), definition);
            }
        }
        for need in actions.into_iter().flat_map(Action::get_credentials) {
            book.add(need, &mut clashes);
        }
        if clashes.is_empty() {
            Ok(book)
        } else {
            Err(clashes)
        }
    }

    /// The same with what MCP servers need.
    ///
    /// # Errors
    ///
    /// As [`CredentialBook::new`].
    pub fn with_servers<'a>(
        mut self,
        servers: impl IntoIterator<Item = &'a McpServer>,
    ) -> Result<Self, Vec<Clash>> {
        let mut clashes = Vec::new();
        for server in servers {
            for need in server.needs() {
                self.add(need, &mut clashes);
                let key = need.definition().key().to_owned();
                let reached = self.servers.entry(key).or_default();
                reached.push(server.key().to_owned());
            }
        }
        if clashes.is_empty() {
            Ok(self)
        } else {
            Err(clashes)
        }
    }

    fn add(&mut self, need: &CredentialNeed, clashes: &mut Vec<Clash>) {
        let definition = need.definition();
        match self.all.get(definition.key()) {
            None => {
                if let Some(reason) = definition.fault() {
                    let owner = owner(definition);
                    clashes.push(Clash::Action { owner, reason });
                }
                let key = definition.key().to_owned();
                self.all.insert(key, Arc::clone(definition));
            }
            // Two types under one key would read each other's secrets.
            Some(first) if first.schema() != definition.schema() => {
                clashes.push(both(first, definition));
            }
            Some(_) => {}
        }
    }

    /// A credential by its key.
    pub fn get(&self, key: &str) -> Option<&Arc<CredentialDefinition>> {
        self.all.get(key)
    }

    /// The keys of the MCP servers that are reached with a credential.
    pub fn servers_of(&self, key: &str) -> &[String] {
        self.servers.get(key).map_or(&[], Vec::as_slice)
    }

    /// Every credential, by key.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<CredentialDefinition>> {
        self.all.values()
    }
}

fn both(first: &CredentialDefinition, second: &CredentialDefinition) -> Clash {
    Clash::Both {
        what: "credential key",
        name: second.key().to_owned(),
        first: first.defined_at().to_string(),
        second: second.defined_at().to_string(),
    }
}

fn owner(definition: &CredentialDefinition) -> String {
    format!(
        "credential \"{}\" ({})",
        definition.key(),
        definition.defined_at()
    )
}
