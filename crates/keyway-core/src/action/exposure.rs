use std::ops::BitOr;

/// The transports an action is reachable over. Nothing is exposed that is not named here.
///
/// ```
/// use keyway_core::action::Expose;
///
/// let exposed = Expose::MCP | Expose::HTTP;
/// assert!(exposed.contains(Expose::HTTP) && !exposed.contains(Expose::CLI));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Expose(u8);

impl Expose {
    /// Nowhere.
    pub const NONE: Self = Self(0);
    /// An MCP tool.
    pub const MCP: Self = Self(1);
    /// `POST /v1/actions/{slug}`.
    pub const HTTP: Self = Self(2);
    /// `keyway call {slug}`.
    pub const CLI: Self = Self(4);
    /// Every transport whose caller waits for the answer.
    pub const ALL: Self = Self(7 | 16);
    /// In the background, as a job: `POST /v1/actions/{slug}?background` and
    /// `keyway call --background {slug}`, where it is exposed there as well. A job may run more than
    /// once, so an action says for itself that it may be one.
    pub const TASK: Self = Self(8);
    /// A call over the WebSocket at `/v1/ws`.
    pub const WS: Self = Self(16);

    /// True when all of `other` is in `self`.
    pub fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

impl BitOr for Expose {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// Where a resource is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResourceAddress {
    /// One URI.
    Uri(String),
    /// An RFC 6570 template, whose variables become inputs.
    Template(String),
}

/// An action served as an MCP resource.
///
/// ```
/// use keyway_core::Action;
/// use keyway_core::action::{ResourceAddress, ResourceBody};
///
/// let logo = Action::new("logo", |_, (): ()| async { Ok(ResourceBody::bytes(b"GIF89a")) })
///     .resource("brand://logo", Some("image/gif"));
/// let resource = logo.get_resource().unwrap();
/// assert_eq!(resource.address, ResourceAddress::Uri("brand://logo".into()));
/// assert_eq!(resource.mime_type.as_deref(), Some("image/gif"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceExposure {
    /// Where it is found.
    pub address: ResourceAddress,
    /// Its media type, unless the action's answer names one.
    pub mime_type: Option<String>,
}

/// An action served as an MCP prompt.
///
/// ```
/// use keyway_core::Action;
/// use keyway_core::action::PromptMessages;
///
/// let hello = Action::new("hello", |_, (): ()| async { Ok(PromptMessages::user("Hello!")) })
///     .prompt(Some("Greeting"));
/// assert_eq!(hello.get_prompt().unwrap().title.as_deref(), Some("Greeting"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PromptExposure {
    /// The title shown to people; the action's title when absent.
    pub title: Option<String>,
}
