use std::collections::{BTreeSet, HashMap};

use keyway_core::Principal;

use crate::{App, List};

/// What the name of a tool leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToolPlace {
    /// An agent, by its slug.
    Agent(String),
    /// A tool.
    Tool,
}

impl App {
    /// What names of tools lead to for `who`, in one look at everything they may call: an agent also
    /// where clients are not offered it. Names that lead nowhere are absent.
    pub fn tool_places<'a>(
        &self,
        who: &Principal,
        names: impl Iterator<Item = &'a str>,
    ) -> HashMap<String, ToolPlace> {
        let wanted: BTreeSet<_> = names.collect();
        if wanted.is_empty() {
            return HashMap::new();
        }
        let view = self.view_with(who, &self.bound(who));
        let items = view.section(List::Tools).after(None).unwrap_or_default();
        let tools = items.iter().map(|item| &*item.thing.name);
        let tools = tools.filter(|name| wanted.contains(name));
        let mut places: HashMap<_, _> = tools
            .map(|name| (name.to_owned(), ToolPlace::Tool))
            .collect();
        let agents = self.agents_by_tool(who).into_iter();
        let agents = agents.filter(|(tool, _)| wanted.contains(tool.as_str()));
        places.extend(agents.map(|(tool, agent)| (tool, ToolPlace::Agent(agent))));
        places
    }
}
