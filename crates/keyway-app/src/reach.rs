use keyway_core::Principal;
use serde::Deserialize;

use crate::{App, List};

/// The most pages of tools that are looked at.
const PAGES: usize = 100;

/// What someone could call and read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reachable {
    /// The names of the tools, as clients know them.
    pub tools: Vec<String>,
    /// How many resources there are.
    pub resources: usize,
    /// How many prompts there are.
    pub prompts: usize,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

impl App {
    /// What `who` could call and read: what the lists of the MCP endpoint would show.
    pub fn reach(&self, who: &Principal) -> Reachable {
        let mut tools = Vec::new();
        let mut cursor: Option<String> = None;
        for _ in 0..PAGES {
            let Ok(page) = self.list(who, List::Tools, cursor.as_deref()) else {
                break;
            };
            let named: Vec<Named> = serde_json::from_str(page.items.as_str()).unwrap_or_default();
            tools.extend(named.into_iter().map(|Named { name }| name));
            cursor = page.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        Reachable {
            tools,
            resources: self.count(who, List::Resources),
            prompts: self.count(who, List::Prompts),
        }
    }
}
