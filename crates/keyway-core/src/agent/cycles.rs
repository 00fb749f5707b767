use std::collections::BTreeSet;

use super::{AgentBook, ToolTarget};

/// A circle of agents that use each other: its members, the first one again at the end.
pub(super) fn cycle(book: &AgentBook) -> Option<Vec<String>> {
    let mut walk = Walk {
        book,
        path: Vec::new(),
        done: BTreeSet::new(),
    };
    book.iter()
        .find_map(|entry| walk.from(entry.agent().slug()))
}

struct Walk<'a> {
    book: &'a AgentBook,
    path: Vec<String>,
    /// Agents from which no circle is reached.
    done: BTreeSet<String>,
}

impl Walk<'_> {
    fn from(&mut self, slug: &str) -> Option<Vec<String>> {
        if let Some(at) = self.path.iter().position(|before| before == slug) {
            let mut circle = self.path.split_off(at);
            circle.push(slug.to_owned());
            return Some(circle);
        }
        if self.done.contains(slug) {
            return None;
        }
        let entry = self.book.get(slug)?;
        self.path.push(slug.to_owned());
        for tool in entry.tools() {
            if let ToolTarget::Agent(next) = tool
                && let Some(circle) = self.from(next)
            {
                return Some(circle);
            }
        }
        self.path.pop();
        self.done.insert(slug.to_owned());
        None
    }
}
