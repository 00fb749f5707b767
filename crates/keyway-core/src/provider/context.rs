use jiff::Timestamp;
use serde_json::Value;

use super::Workspace;
use crate::Secret;

/// What a provider gets to see: the settings it checked itself when they were made, of the one
/// installation and the one publication a webhook is for, and nothing of any other.
///
/// ```
/// use keyway_core::Secret;
/// use keyway_core::provider::ProviderContext;
/// use serde_json::json;
///
/// let (settings, triggers) = (json!({}), json!({}));
/// let secret = Secret::new("s3cret".to_owned());
/// let context = ProviderContext {
///     settings: &settings,
///     triggers: &triggers,
///     secret: &secret,
///     workspace: None,
///     now: jiff::Timestamp::UNIX_EPOCH,
/// };
/// assert_eq!(context.now.as_second(), 0);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct ProviderContext<'a> {
    /// The installation's settings. They hold nothing secret.
    pub settings: &'a Value,
    /// What wakes the agent: the publication's settings.
    pub triggers: &'a Value,
    /// What the sender's webhooks are signed with.
    pub secret: &'a Secret<String>,
    /// Where it is installed, once it is known: what comes from elsewhere is for somebody else.
    pub workspace: Option<&'a Workspace>,
    /// Now.
    pub now: Timestamp,
}
