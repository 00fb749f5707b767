use serde_json::value::RawValue;

use super::BoxFuture;
use crate::json;

/// The side that asked for a call, for as long as the call runs: it can be told things and asked
/// things. One implementation per transport; parameters are JSON text so that what an upstream
/// says reaches the client byte for byte.
///
/// ```
/// use keyway_core::ports::{Caller, NoCaller};
///
/// assert!(!NoCaller.wants_progress());
/// assert!(!NoCaller.capabilities().sampling);
/// ```
pub trait Caller: Send + Sync {
    /// What the client can be asked.
    fn capabilities(&self) -> ClientCapabilities;

    /// True when the client asked for progress of this call.
    fn wants_progress(&self) -> bool;

    /// The lowest level of log messages the client asked for, if it asked.
    fn log_level(&self) -> Option<LogLevel>;

    /// Tells the client something about this call: `notifications/progress` or
    /// `notifications/message` with its params. Never waits. Messages the client did not ask for
    /// are dropped, and the progress token in the params is replaced by the client's own.
    fn notify(&self, method: &str, params: Box<RawValue>);

    /// Asks the client and waits for all answers. Multi round-trip for clients of revision
    /// 2026-07-28, server-to-client requests for older ones.
    fn ask(&self, requests: InputRequests) -> BoxFuture<'_, Result<InputResponses, AskError>>;

    /// True when a result of type `input_required` can be handed through as it is, because the
    /// client itself speaks revision 2026-07-28.
    fn takes_input_required(&self) -> bool;

    /// True when a call may be answered by the handle of a task, which the client comes back for
    /// (the extension `io.modelcontextprotocol/tasks` of MCP 2026-07-28).
    fn takes_tasks(&self) -> bool {
        false
    }

    /// Lets go of the connection the answer would go over, where the client can come back for the
    /// rest (event streams of revision 2025-11-25). Does nothing elsewhere.
    fn release_connection(&self) {}
}

/// What a client can be asked (MCP `ClientCapabilities`), and what it declared word for word.
///
/// ```
/// use keyway_core::ports::ClientCapabilities;
///
/// let able = ClientCapabilities { sampling: true, ..ClientCapabilities::default() };
/// assert!(able.sampling && !able.roots);
/// ```
#[derive(Debug, Clone, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "four independent capabilities"
)]
pub struct ClientCapabilities {
    /// `elicitation/create` in form mode.
    pub elicitation_form: bool,
    /// `elicitation/create` in URL mode.
    pub elicitation_url: bool,
    /// `sampling/createMessage`.
    pub sampling: bool,
    /// `roots/list`.
    pub roots: bool,
    /// The capabilities object as the client sent it.
    pub raw: Option<std::sync::Arc<RawValue>>,
}

/// One request to a client: `elicitation/create`, `sampling/createMessage` or `roots/list`.
#[derive(Debug, Clone)]
pub struct InputRequest {
    /// The method.
    pub method: String,
    /// Its params, if any.
    pub params: Option<Box<RawValue>>,
}

impl InputRequest {
    /// Asks the person to fill in a form (`elicitation/create`, form mode). The schema is a flat
    /// object of primitive properties (MCP, "Elicitation Requests").
    ///
    /// ```
    /// use keyway_core::ports::InputRequest;
    /// use serde_json::json;
    ///
    /// let request = InputRequest::elicit(
    ///     "What is your name?",
    ///     &json!({ "type": "object", "properties": { "name": { "type": "string" } } }),
    /// );
    /// assert_eq!(request.method, "elicitation/create");
    /// ```
    pub fn elicit(message: &str, schema: &serde_json::Value) -> Self {
        let params = serde_json::json!({ "message": message, "requestedSchema": schema });
        Self::new("elicitation/create", &params)
    }

    /// Asks the person to open a page (`elicitation/create`, URL mode). That they did is no answer to
    /// what happens there (MCP, "URL Mode Elicitation Requests").
    ///
    /// ```
    /// use keyway_core::ports::InputRequest;
    ///
    /// let request = InputRequest::visit("Connect Acme", "https://gw.example/connect/acme", "e1");
    /// assert!(request.params.unwrap().get().contains(r#""mode":"url""#));
    /// ```
    pub fn visit(message: &str, url: &str, id: &str) -> Self {
        let params = serde_json::json!({
            "mode": "url",
            "message": message,
            "url": url,
            "elicitationId": id,
        });
        Self::new("elicitation/create", &params)
    }

    /// Asks the client's model for an answer to a text (`sampling/createMessage`).
    ///
    /// ```
    /// let request = keyway_core::ports::InputRequest::sample("Say hello", 50);
    /// assert_eq!(request.method, "sampling/createMessage");
    /// ```
    pub fn sample(text: &str, max_tokens: u32) -> Self {
        let content = serde_json::json!({ "type": "text", "text": text });
        let params = serde_json::json!({
            "messages": [{ "role": "user", "content": content }],
            "maxTokens": max_tokens,
        });
        Self::new("sampling/createMessage", &params)
    }

    /// Asks which folders the client works in (`roots/list`).
    ///
    /// ```
    /// assert_eq!(keyway_core::ports::InputRequest::roots().method, "roots/list");
    /// ```
    pub fn roots() -> Self {
        Self::new("roots/list", &serde_json::json!({}))
    }

    /// Whether a JSON text can be the result of this request.
    ///
    /// ```
    /// use keyway_core::ports::InputRequest;
    ///
    /// let request = InputRequest::roots();
    /// assert!(request.is_answered_by(r#"{"roots":[]}"#));
    /// assert!(!request.is_answered_by(r#"{"action":"accept"}"#));
    /// ```
    pub fn is_answered_by(&self, answer: &str) -> bool {
        let has = |key: &str, first: &[char]| {
            json::member(answer, key).is_some_and(|member| member.value.starts_with(first))
        };
        match self.method.as_str() {
            "elicitation/create" => json::member(answer, "action").is_some_and(|member| {
                matches!(member.value, "\"accept\"" | "\"decline\"" | "\"cancel\"")
            }),
            "sampling/createMessage" => has("role", &['"']) && has("content", &['{', '[']),
            "roots/list" => has("roots", &['[']),
            _ => false,
        }
    }

    /// What a client would have to be capable of to be asked this, where it did not declare it.
    ///
    /// ```
    /// use keyway_core::ports::{ClientCapabilities, InputRequest};
    ///
    /// let nothing = ClientCapabilities::default();
    /// assert_eq!(InputRequest::roots().lacking(&nothing), Some("roots"));
    /// ```
    pub fn lacking(&self, declared: &ClientCapabilities) -> Option<&'static str> {
        let mode = self.params.as_ref();
        let mode = mode.and_then(|params| json::member(params.get(), "mode"));
        let is_url = mode.is_some_and(|mode| mode.value == "\"url\"");
        let (name, there) = match self.method.as_str() {
            "elicitation/create" if is_url => ("elicitation in URL mode", declared.elicitation_url),
            "elicitation/create" => ("elicitation", declared.elicitation_form),
            "sampling/createMessage" => ("sampling", declared.sampling),
            "roots/list" => ("roots", declared.roots),
            _ => ("requests of this kind", false),
        };
        (!there).then_some(name)
    }

    fn new(method: &str, params: &serde_json::Value) -> Self {
        Self {
            method: method.to_owned(),
            params: RawValue::from_string(params.to_string()).ok(),
        }
    }
}

/// Requests by the key their answers come back under, in the order they are asked.
pub type InputRequests = Vec<(String, InputRequest)>;

/// Answers by key: the `result` of each request as the client sent it.
pub type InputResponses = Vec<(String, Box<RawValue>)>;

/// Why a client could not be asked, or did not answer.
///
/// ```
/// use keyway_core::ports::AskError;
///
/// let error = AskError::Unsupported("sampling");
/// assert_eq!(error.to_string(), "the client cannot be asked: it did not declare sampling");
/// ```
#[derive(Debug, Clone, thiserror::Error)]
pub enum AskError {
    /// The client did not declare the capability.
    #[error("the client cannot be asked: it did not declare {0}")]
    Unsupported(&'static str),
    /// The client answered with a JSON-RPC error.
    #[error("the client refused")]
    Refused(Box<RawValue>),
    /// The client went away, or the call was cancelled.
    #[error("the call was cancelled before the client answered")]
    Cancelled,
    /// No answer within the time the call may wait.
    #[error("the client did not answer in time")]
    Timeout,
}

/// Severity of a log message (RFC 5424 as MCP names it), lowest first.
///
/// ```
/// use keyway_core::ports::LogLevel;
///
/// assert!(LogLevel::Debug < LogLevel::Error);
/// ```
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names are the RFC's")]
pub enum LogLevel {
    Debug,
    Info,
    Notice,
    Warning,
    Error,
    Critical,
    Alert,
    Emergency,
}

/// A caller that listens to nothing and cannot be asked: plain HTTP and the command line.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoCaller;

impl Caller for NoCaller {
    fn capabilities(&self) -> ClientCapabilities {
        ClientCapabilities::default()
    }

    fn wants_progress(&self) -> bool {
        false
    }

    fn log_level(&self) -> Option<LogLevel> {
        None
    }

    fn notify(&self, _method: &str, _params: Box<RawValue>) {}

    fn ask(&self, _requests: InputRequests) -> BoxFuture<'_, Result<InputResponses, AskError>> {
        Box::pin(std::future::ready(Err(AskError::Unsupported("any input"))))
    }

    fn takes_input_required(&self) -> bool {
        false
    }
}
