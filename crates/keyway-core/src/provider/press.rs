//! Questions to people at a third party, with buttons, and what they pressed.

use serde_json::Value;

/// A question to people whether a call of an agent may be made.
///
/// ```
/// use keyway_core::provider::Question;
///
/// let question = Question {
///     approval: "appr_01890a5d-ac96-774b-bcce-b302099a8057",
///     agent: "triage",
///     tool: "mcp_github_merge_pull_request",
///     marker: "kw-0123456789abcdef",
///     link: None,
/// };
/// assert!(question.marker.len() <= 64);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// What a button carries: the id of the approval.
    pub approval: &'a str,
    /// The agent that wants to make the call, by its slug.
    pub agent: &'a str,
    /// The tool, by the name clients know. With what it is called is said nowhere but where the link leads.
    pub tool: &'a str,
    /// What tells this message from every other one; see [`Reply::marker`](super::Reply::marker).
    pub marker: &'a str,
    /// Where what is asked about is to be seen, and decided as well.
    pub link: Option<&'a str>,
}

/// What somebody wants who pressed a button.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pressed {
    /// The call may be made.
    Approve,
    /// It may not.
    Deny,
}

/// A button that was pressed below a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Press {
    /// What tells this press from others: the same one that comes again has the same key. At most
    /// [`LONGEST_KEY`](super::LONGEST_KEY) bytes.
    pub dedupe_key: String,
    /// What the button carried.
    pub approval: String,
    /// Which button it was.
    pub pressed: Pressed,
    /// The third party's id of the message it is below.
    pub message: String,
    /// The third party's id of who pressed it, within the workspace.
    pub user: String,
    /// What they call themselves there. Text from outside.
    pub name: String,
    /// What is needed to tell them something: ids of the third party.
    pub place: Value,
}

/// Why a request that was verified is no press that counts.
///
/// ```
/// use keyway_core::provider::NotPressed;
///
/// assert_eq!(NotPressed::NotOffered.to_string(), "the provider has no buttons");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotPressed {
    /// There are no buttons at the third party.
    #[error("the provider has no buttons")]
    NotOffered,
    /// It is something else, or not for this installation. For the log alone.
    #[error("{0}")]
    Ignored(&'static str),
}

/// What one person at a third party is told, and nobody else.
///
/// ```
/// use keyway_core::provider::Whisper;
///
/// let whisper = Whisper { text: "Somebody was first.", link: None };
/// assert!(whisper.link.is_none());
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Whisper<'a> {
    /// The words. They are no markup.
    pub text: &'a str,
    /// Where to go on: what the link says, and its address.
    pub link: Option<(&'a str, &'a str)>,
}
