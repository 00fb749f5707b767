use std::str::FromStr;
use std::sync::Arc;

use keyway_core::json;
use keyway_core::rpc::RawJson;
use keyway_policy::{Tags, Thing};

use crate::catalogue::Item;

/// A tool that somebody may call.
#[derive(Debug, Clone)]
pub struct ToolView {
    /// As clients are shown it: its name, description, schemas.
    pub json: RawJson,
    thing: Arc<Thing>,
}

/// What a tool says it does to the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ToolKind {
    /// It changes nothing.
    Reads,
    /// It changes something.
    Writes,
    /// It may destroy something.
    Destroys,
}

/// A text names no kind of tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a tool `reads`, `writes` or `destroys`")]
pub struct UnknownToolKind;

impl ToolView {
    pub(super) fn of(item: &Item) -> Self {
        Self {
            json: item.json.clone(),
            thing: Arc::clone(&item.thing),
        }
    }

    /// Its name, as clients know it.
    pub fn name(&self) -> &str {
        &self.thing.name
    }

    /// The key of the MCP server it is of; nothing for an action of the gateway's own.
    pub fn server(&self) -> Option<&str> {
        self.thing.server.as_deref()
    }

    /// The server's own name of it, or the action's slug.
    pub fn own(&self) -> &str {
        &self.thing.own
    }

    /// What it is called for people.
    pub fn title(&self) -> Option<String> {
        let whole = self.json.as_str();
        text(whole, "title").or_else(|| {
            let annotations = json::member(whole, "annotations")?;
            text(annotations.value, "title")
        })
    }

    /// What it is for.
    pub fn description(&self) -> Option<String> {
        text(self.json.as_str(), "description")
    }

    /// The schema of what it takes, or of what it answers: `inputSchema`, `outputSchema`.
    pub fn schema(&self, which: &str) -> Option<&str> {
        let found = json::member(self.json.as_str(), which)?;
        Some(found.value)
    }

    /// What it says it does to the world.
    pub fn kind(&self) -> ToolKind {
        ToolKind::of(self.thing.tags)
    }

    /// Whether it says anything about that at all.
    pub fn says_so(&self) -> bool {
        self.thing.tags.annotated
    }
}

impl ToolKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Reads, Self::Writes, Self::Destroys];

    pub(super) fn of(tags: Tags) -> Self {
        match (tags.read_only, tags.destructive) {
            (true, _) => Self::Reads,
            (false, true) => Self::Destroys,
            (false, false) => Self::Writes,
        }
    }

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reads => "reads",
            Self::Writes => "writes",
            Self::Destroys => "destroys",
        }
    }
}

impl FromStr for ToolKind {
    type Err = UnknownToolKind;

    fn from_str(text: &str) -> Result<Self, UnknownToolKind> {
        let found = Self::ALL.into_iter().find(|kind| kind.as_str() == text);
        found.ok_or(UnknownToolKind)
    }
}

/// A text of an object; nothing where it is no text, or empty.
pub(super) fn text(object: &str, name: &str) -> Option<String> {
    let found = json::member(object, name)?;
    let is_text = found.value.starts_with('"');
    let text = is_text.then(|| json::unquote(found.value).into_owned())?;
    (!text.is_empty()).then_some(text)
}
