/// Where a webhook's event leads: what is said to the agent, and in which conversation.
///
/// ```
/// use keyway_core::provider::SessionDispatch;
///
/// let dispatch = SessionDispatch {
///     conversation: Some("ticket 7".into()),
///     message: "It broke again".into(),
///     from: Some("ada".into()),
///     about: None,
/// };
/// assert_eq!(dispatch.conversation.as_deref(), Some("ticket 7"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionDispatch {
    /// What tells one conversation of the publication from another; `None` where each event is a
    /// conversation of its own.
    pub conversation: Option<String>,
    /// What the third party says. It is data: the gateway marks it as such.
    pub message: String,
    /// Who caused the event, in the third party's words.
    pub from: Option<String>,
    /// What it is about, in the third party's words.
    pub about: Option<String>,
}
