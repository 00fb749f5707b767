use keyway_core::rpc::RpcError;
use keyway_core::{Error, Principal};

use super::view::{ToolKind, ToolView, text};
use crate::catalogue::Item;
use crate::{App, List};

/// The most tools of a page.
const PAGE: usize = 50;

/// The most servers that are named to choose from.
const SERVERS: usize = 500;

/// Which tools are looked for.
#[derive(Debug, Clone, Default)]
pub struct ToolFilter<'a> {
    /// Words that its name, title or description has, in any case and order.
    pub text: &'a str,
    /// The key of the MCP server it is of; empty for actions of the gateway's own.
    pub server: Option<&'a str>,
    /// What it does to the world.
    pub kind: Option<ToolKind>,
}

/// Tools that were found.
#[derive(Debug)]
pub struct ToolList {
    /// The tools, actions by slug, then servers by key.
    pub tools: Vec<ToolView>,
    /// Where the list goes on.
    pub next_cursor: Option<String>,
}

impl App {
    /// A page of the tools that `who` may call and that a filter lets through, at most 50.
    ///
    /// # Errors
    ///
    /// The cursor is none of this list.
    pub fn find_tools(
        &self,
        who: &Principal,
        filter: &ToolFilter<'_>,
        cursor: Option<&str>,
    ) -> Result<ToolList, Error> {
        let view = self.view_with(who, &self.bound(who));
        let section = view.section(List::Tools);
        let items = section.after(cursor).map_err(|_: RpcError| {
            Error::invalid_at("/cursor", "a cursor of this list, or none")
        })?;
        let words: Vec<_> = filter
            .text
            .split_whitespace()
            .map(str::to_lowercase)
            .collect();
        let mut found = items.iter().filter(|item| lets(filter, &words, item));
        let shown: Vec<_> = found.by_ref().take(PAGE).collect();
        let more = found.next().is_some();
        Ok(ToolList {
            next_cursor: shown
                .last()
                .filter(|_| more)
                .map(|last| section.cursor_after(last)),
            tools: shown.into_iter().map(ToolView::of).collect(),
        })
    }

    /// The tool of this name, if `who` may call it.
    pub fn tool(&self, who: &Principal, name: &str) -> Option<ToolView> {
        let view = self.view_with(who, &self.bound(who));
        let items = view.section(List::Tools).after(None).ok()?;
        let found = items.iter().find(|item| &*item.thing.name == name);
        found.map(ToolView::of)
    }

    /// The keys of the MCP servers of which `who` may call something, in order, of many the first 500.
    pub fn servers_of_tools(&self, who: &Principal) -> Vec<String> {
        let view = self.view_with(who, &self.bound(who));
        let items = view.section(List::Tools).after(None);
        let keys = items.unwrap_or_default().iter();
        let mut keys: Vec<_> = keys
            .filter_map(|item| item.thing.server.as_deref())
            .collect();
        keys.dedup();
        keys.into_iter().take(SERVERS).map(str::to_owned).collect()
    }

    /// The names of the tools that `who` may call, in order, of many the first `most`.
    pub fn tool_names(&self, who: &Principal, most: usize) -> Vec<String> {
        let view = self.view_with(who, &self.bound(who));
        let items = view.section(List::Tools).after(None);
        let items = items.unwrap_or_default().iter().take(most);
        items.map(|item| item.thing.name.to_string()).collect()
    }
}

fn lets(filter: &ToolFilter<'_>, words: &[String], item: &Item) -> bool {
    let thing = &item.thing;
    let of_server = match filter.server {
        None => true,
        Some(server) => thing.server.as_deref().unwrap_or_default() == server,
    };
    let kind = filter.kind;
    of_server
        && kind.is_none_or(|kind| kind == ToolKind::of(thing.tags))
        && (words.is_empty() || says(item, words))
}

fn says(item: &Item, words: &[String]) -> bool {
    let name = item.thing.name.to_lowercase();
    if words.iter().all(|word| name.contains(word)) {
        return true;
    }
    let whole = item.json.as_str();
    let more = [text(whole, "title"), text(whole, "description")];
    let more = more.into_iter().flatten().map(|text| text.to_lowercase());
    let all: Vec<_> = std::iter::once(name).chain(more).collect();
    words
        .iter()
        .all(|word| all.iter().any(|text| text.contains(word)))
}
