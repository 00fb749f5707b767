use std::collections::HashMap;

use super::exposed::{Prefix, exposed_name};

/// The names of one kind (tools, or prompts) as clients see them, and what each stands for.
///
/// ```
/// use keyway_core::names::{NameMap, Prefix};
///
/// let mut map = NameMap::new();
/// assert_eq!(map.insert("files", &Prefix::None, "search"), "search");
/// assert_eq!(map.insert("web", &Prefix::None, "search"), "mcp__web__search");
/// assert_eq!(map.resolve("mcp__web__search"), Some(("web", "search")));
/// ```
#[derive(Debug, Default, Clone)]
pub struct NameMap {
    targets: HashMap<String, (String, String)>,
}

impl NameMap {
    /// An empty map.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a name out of the game: it is an action's.
    pub fn reserve(&mut self, exposed: &str) {
        self.targets
            .insert(exposed.to_owned(), (String::new(), String::new()));
    }

    /// Names a server's tool or prompt, and remembers it. A name that is taken already, which only
    /// servers with their own prefix or none can bring about, gives way to the prefixed form.
    pub fn insert(&mut self, server: &str, prefix: &Prefix, own: &str) -> String {
        let mut exposed = exposed_name(server, prefix, own);
        if !self.is_free(&exposed, server, own) {
            exposed = exposed_name(server, &Prefix::Server, own);
        }
        if self.is_free(&exposed, server, own) {
            let target = (server.to_owned(), own.to_owned());
            self.targets.insert(exposed.clone(), target);
        }
        exposed
    }

    /// The server and its own name of what clients call `exposed`.
    pub fn resolve(&self, exposed: &str) -> Option<(&str, &str)> {
        let (server, own) = self.targets.get(exposed)?;
        (!server.is_empty()).then_some((server, own))
    }

    fn is_free(&self, exposed: &str, server: &str, own: &str) -> bool {
        self.targets
            .get(exposed)
            .is_none_or(|(holder, held)| holder == server && held == own)
    }
}
