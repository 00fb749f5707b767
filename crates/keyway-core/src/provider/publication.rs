use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use super::{GrantedScopes, Workspace};
use crate::client::HttpClient;
use crate::{Secret, SessionId};

/// What a provider acts with for one publication: what its installation was told, what the publication
/// grants, a token of the one workspace, and a way out. It reaches no store and no other organization.
#[derive(Debug, Clone)]
pub struct PublicationContext {
    /// The installation's settings.
    pub settings: Arc<Value>,
    /// What wakes the agent: where it may be reached from is where it may act.
    pub triggers: Arc<Value>,
    /// Where it is installed.
    pub workspace: Arc<Workspace>,
    /// What it may do.
    pub scopes: Arc<GrantedScopes>,
    /// The token of the installation.
    pub token: Secret<String>,
    /// The way out: guarded and bounded.
    pub http: HttpClient,
    /// Where the event came from that the agent answers, as the provider said in
    /// [`WebhookEvent::place`](super::WebhookEvent::place).
    pub place: Option<Arc<Value>>,
    /// The session in which the agent does it.
    pub session: Option<SessionId>,
    /// Where people see the session; nothing where it is not known where the gateway is served.
    pub link: Option<String>,
    /// Now.
    pub now: Timestamp,
}

/// What is said at the third party about an event.
///
/// ```
/// use keyway_core::provider::Reply;
///
/// let reply = Reply { text: "It is fixed", marker: "kw-0123456789abcdef", failed: false, link: None };
/// assert!(!reply.failed);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Reply<'a> {
    /// The words, as Markdown. They may be longer than what the third party takes.
    pub text: &'a str,
    /// What tells this reply from every other one: letters, digits and `-`, at most 64. It goes with it so
    /// that people do not see it, and [`find_reply`](super::IntegrationProvider::find_reply) does.
    pub marker: &'a str,
    /// Whether it says that there is no answer.
    pub failed: bool,
    /// Where more is to be seen.
    pub link: Option<&'a str>,
}

/// A reply that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posted {
    /// The third party's id of it.
    pub id: String,
    /// Where people see it.
    pub url: Option<String>,
}
