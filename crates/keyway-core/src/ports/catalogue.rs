use std::sync::Arc;

use crate::TaskId;
use crate::channel::Message;
use crate::rpc::RawJson;

/// Which list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum List {
    /// `tools/list`
    Tools,
    /// `resources/list`
    Resources,
    /// `resources/templates/list`
    Templates,
    /// `prompts/list`
    Prompts,
}

/// One page of a list.
#[derive(Debug, Clone)]
pub struct Page {
    /// The items: one JSON array.
    pub items: RawJson,
    /// Where the next page starts; `None` on the last.
    pub next_cursor: Option<String>,
    /// How long a client may hold it for fresh, in milliseconds.
    pub ttl_ms: u64,
    /// Who may share it.
    pub scope: CacheScope,
}

/// Who may share a cached result (MCP `cacheScope`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CacheScope {
    /// Everyone.
    Public,
    /// Callers with the same authorization.
    Private,
}

/// Something clients may want to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// A list changed.
    ListChanged(List),
    /// A resource changed, by the URI clients know.
    ResourceUpdated(String),
    /// Something was published. Only for those who may subscribe to its channel.
    Published(Arc<Message>),
    /// A task changed, by its id. Whoever it is not of is not told.
    TaskChanged(TaskId),
    /// Something for some only.
    Only(Audience, Box<Notice>),
}

/// Whom a notice is for. Made and read by the one behind the endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Audience(Arc<str>);

impl Audience {
    /// The audience of this name.
    ///
    /// ```
    /// assert_eq!(keyway_core::ports::Audience::new("docs#1").name(), "docs#1");
    /// ```
    pub fn new(name: impl Into<Arc<str>>) -> Self {
        Self(name.into())
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.0
    }
}

impl List {
    /// Every list.
    pub const ALL: [Self; 4] = [Self::Tools, Self::Resources, Self::Templates, Self::Prompts];
}
