use http::HeaderMap;

use super::{SessionDispatch, Workspace};

/// The longest key of an event or a conversation, in bytes.
pub const LONGEST_KEY: usize = 255;

/// A request to a webhook, as it arrived.
///
/// ```
/// use http::HeaderMap;
/// use keyway_core::provider::WebhookRequest;
///
/// let mut headers = HeaderMap::new();
/// headers.insert("x-signature", "abc".parse().unwrap());
/// let request = WebhookRequest { headers: &headers, body: b"{}" };
/// assert_eq!(request.header("x-signature"), Some("abc"));
/// headers.append("x-signature", "abd".parse().unwrap());
/// let request = WebhookRequest { headers: &headers, body: b"{}" };
/// assert_eq!(request.header("x-signature"), None);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct WebhookRequest<'a> {
    /// The headers.
    pub headers: &'a HeaderMap,
    /// The body, byte by byte.
    pub body: &'a [u8],
}

impl<'a> WebhookRequest<'a> {
    /// The value of a header that is there once, and is visible ASCII. What is there twice could be
    /// read in two ways.
    pub fn header(&self, name: &str) -> Option<&'a str> {
        let mut values = self.headers.get_all(name).iter();
        let value = values.next()?;
        match values.next() {
            None => value.to_str().ok(),
            Some(_) => None,
        }
    }
}

/// Why a request is not one of who has the secret. For the log alone: the sender is told nothing.
///
/// ```
/// assert_eq!(keyway_core::provider::Refused::Stale.to_string(), "its timestamp is too far from now");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// A header that it is proved by is not there once, or cannot be read.
    #[error("it has no readable signature")]
    Unsigned,
    /// The signature is another one.
    #[error("its signature is another one")]
    Signature,
    /// It was signed too long ago, or will be.
    #[error("its timestamp is too far from now")]
    Stale,
}

/// What a request that was verified means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WebhookOutcome {
    /// It wakes the agent.
    Accepted(WebhookEvent),
    /// It does not. It is recorded all the same.
    Ignored {
        /// What tells it from others; see [`WebhookEvent::dedupe_key`].
        dedupe_key: String,
        /// A stable code of what it lacks or which trigger it does not meet. It repeats nothing of what
        /// was sent.
        rule: String,
    },
    /// It is answered at once with this text, and nothing is recorded: a third party asks whether
    /// somebody is there.
    Answered(String),
    /// Somebody at the third party wants the agent to stop what it does in the event's conversation.
    Stopped(WebhookEvent),
    /// The installation itself changed.
    Changed {
        /// What tells it from others; see [`WebhookEvent::dedupe_key`].
        dedupe_key: String,
        /// A stable code of what happened.
        rule: &'static str,
        /// What it is from here on.
        change: InstallationChange,
    },
}

/// What a third party says of an installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InstallationChange {
    /// It is there, after somebody had to agree.
    Installed(Workspace),
    /// It was taken away: its tokens are worth nothing.
    Revoked,
    /// It may do nothing for now.
    Suspended,
    /// It may again.
    Resumed,
}

/// An event as a webhook tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookEvent {
    /// What tells it from other events of the installation: the same one that comes again has the same
    /// key, and no other one has it. At most [`LONGEST_KEY`] bytes.
    pub dedupe_key: String,
    /// A stable code of why it wakes the agent. It repeats nothing of what was sent.
    pub rule: &'static str,
    /// The conversation it belongs to, in the third party's words.
    pub thread: Option<String>,
    /// Who caused it.
    pub user: Option<String>,
    /// What it is about.
    pub about: Option<String>,
    /// What it says.
    pub text: String,
    /// What the provider needs to act and to answer where it came from: ids of the third party, nothing
    /// secret. Null where there is nothing.
    pub place: serde_json::Value,
}

impl WebhookEvent {
    /// An event of which only this is known.
    ///
    /// ```
    /// let event = keyway_core::provider::WebhookEvent::new("1", "hello");
    /// assert_eq!(event.alone().message, "hello");
    /// ```
    pub fn new(dedupe_key: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            dedupe_key: dedupe_key.into(),
            rule: "signed",
            thread: None,
            user: None,
            about: None,
            text: text.into(),
            place: serde_json::Value::Null,
        }
    }

    /// The event in a conversation of its own.
    pub fn alone(&self) -> SessionDispatch {
        SessionDispatch {
            conversation: None,
            message: self.text.clone(),
            from: self.user.clone(),
            about: self.about.clone(),
        }
    }

    /// The event in a conversation.
    ///
    /// ```
    /// let event = keyway_core::provider::WebhookEvent::new("1", "hello");
    /// assert_eq!(event.within("ticket 7").conversation.as_deref(), Some("ticket 7"));
    /// ```
    pub fn within(&self, conversation: impl Into<String>) -> SessionDispatch {
        SessionDispatch {
            conversation: Some(conversation.into()),
            ..self.alone()
        }
    }
}
