use std::time::Duration;

/// Whether an event is said to an agent with others of its conversation.
///
/// ```
/// use std::time::Duration;
/// use keyway_core::provider::Gathering;
///
/// assert_ne!(Gathering::Alone, Gathering::Waits(Duration::from_secs(10)));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gathering {
    /// It has a turn of its own.
    Alone,
    /// It waits for so long. What comes meanwhile in its conversation and waits as well is said with it.
    Waits(Duration),
    /// It has a turn of its own, and what waits in its conversation is said at once, before it.
    Hurries,
}

/// What a third party says of who caused an event.
///
/// ```
/// use keyway_core::provider::Vouched;
///
/// assert_ne!(Vouched::Yes, Vouched::No("guest"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vouched {
    /// They may wake the agent.
    Yes,
    /// They may not, by this rule: a stable code, that
    /// [`explain`](super::IntegrationProvider::explain) knows.
    No(&'static str),
}

/// Something that goes on in a turn about an event.
///
/// ```
/// use keyway_core::provider::{Doing, TurnStep};
///
/// let step = TurnStep { marker: "kw-0123456789abcdef", doing: Doing::Says("I look into it.") };
/// assert_ne!(step.doing, Doing::Calls("mcp_linear_get_issue"));
/// ```
#[derive(Debug, Clone, Copy)]
pub struct TurnStep<'a> {
    /// What tells this step from every other one; see [`Reply::marker`](super::Reply::marker).
    pub marker: &'a str,
    /// What it is.
    pub doing: Doing<'a>,
}

/// What an agent does in a step of a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing<'a> {
    /// It says something before it goes on, as Markdown. It may be longer than what the third party takes.
    Says(&'a str),
    /// It calls a tool, by the name clients know. With what it is called is said nowhere.
    Calls(&'a str),
}
