use keyway_core::ports::{HttpError, TokenError};
use keyway_core::rpc::{RawJson, RpcError};

/// Why a request to a server got no result.
#[derive(Debug, Clone)]
pub(super) enum Failure {
    /// The server answered with this JSON-RPC error object.
    Rpc(RawJson),
    /// The caller cancelled.
    Cancelled,
    /// No answer within the time a call may take.
    Timeout,
    /// The connection is gone, and why.
    Closed(String),
    /// The server refused our credentials, or that there were none.
    Auth(Denied),
    /// There is no token to send.
    Token(TokenError),
    /// What was granted is not enough for this request (RFC 6750, `insufficient_scope`), and why
    /// there is no more.
    Scope(String),
    /// The server answered with an HTTP status that says nothing of the request: 429 or 5xx.
    Unwilling(u16),
    /// The server ended the MCP session: a new one is needed (2025-11-25, Session Management).
    SessionGone,
    /// Somebody asked for a new connection.
    Renewed,
    /// The server was taken out.
    Removed,
    /// The server does not speak the era we took it for.
    WrongEra,
    /// `Mcp-Param-*` headers do not fit the tool as the server knows it now.
    HeaderMismatch(RawJson),
    /// The exchange failed.
    Http(HttpError),
    /// What came is not what the protocol says.
    Protocol(String),
}

/// A refusal of our credentials.
#[derive(Debug, Clone, Copy)]
pub(super) struct Denied {
    /// 401 or 403.
    pub(super) status: u16,
    /// We sent credentials.
    pub(super) keyed: bool,
    /// The server takes OAuth, and is not configured for it.
    pub(super) takes_oauth: bool,
}

impl From<HttpError> for Failure {
    fn from(error: HttpError) -> Self {
        Self::Http(error)
    }
}

impl Failure {
    /// In words for an operator, without any payload. Secrets are still to be taken out.
    pub(super) fn reason(&self) -> String {
        match self {
            Self::Rpc(error) | Self::HeaderMismatch(error) => {
                let (code, message) = read_error(error);
                format!("the server answered error {code}: {message}")
            }
            Self::Cancelled => "the call was cancelled".into(),
            Self::Timeout => "no answer in time".into(),
            Self::Closed(why) | Self::Protocol(why) | Self::Scope(why) => why.clone(),
            Self::Auth(denied) => denied.reason(),
            Self::Token(error) => error.to_string(),
            Self::Unwilling(status) => format!("it answered HTTP {status}"),
            Self::SessionGone => "the server ended the MCP session".into(),
            Self::WrongEra => "the server changed its protocol era".into(),
            Self::Removed => "the server was removed".into(),
            Self::Renewed => "a new connection was asked for".into(),
            Self::Http(error) => error.to_string(),
        }
    }

    /// As the caller sees it. What the server answered goes out as it came; everything else names
    /// the server and what can be done.
    pub(super) fn to_rpc(&self, server: &str) -> RpcError {
        let (code, message) = match self {
            Self::Rpc(raw) | Self::HeaderMismatch(raw) => {
                let (code, message) = read_error(raw);
                let mut error = RpcError::new(code, message);
                error.raw = Some(raw.clone());
                return error;
            }
            Self::Cancelled => ("cancelled", "the call was cancelled".to_owned()),
            Self::Timeout => (
                "upstream_timeout",
                format!(
                    "the MCP server `{server}` did not answer in time; try again, or raise its call timeout"
                ),
            ),
            Self::Auth(_) => (
                "upstream_auth_failed",
                format!(
                    "the MCP server `{server}` refused the credentials; they have to be renewed"
                ),
            ),
            Self::Token(TokenError::SignInRequired(_)) => (
                "upstream_auth_required",
                format!("the MCP server `{server}` needs a person to sign in first"),
            ),
            Self::Token(TokenError::Refused(_)) => (
                "upstream_auth_failed",
                format!(
                    "what was granted for the MCP server `{server}` does not hold any more; a person has to sign in again"
                ),
            ),
            Self::Token(TokenError::Unreachable(_)) => (
                "upstream_disconnected",
                format!(
                    "the sign-in server of the MCP server `{server}` cannot be reached; try again shortly"
                ),
            ),
            Self::Scope(_) => (
                "upstream_scope_required",
                format!(
                    "the MCP server `{server}` asks for more than was granted for this; a person has to sign in again"
                ),
            ),
            Self::Protocol(_) | Self::Unwilling(_) => (
                "upstream_protocol",
                format!(
                    "the MCP server `{server}` gave an answer that cannot be used: {}",
                    self.reason()
                ),
            ),
            Self::Removed => (
                "upstream_removed",
                format!(
                    "the MCP server `{server}` was removed; whether the call was carried out is not known"
                ),
            ),
            Self::Http(HttpError::TooLarge) => (
                "upstream_too_large",
                format!("the answer of the MCP server `{server}` is larger than allowed"),
            ),
            Self::Closed(_)
            | Self::Renewed
            | Self::SessionGone
            | Self::WrongEra
            | Self::Http(_) => (
                "upstream_disconnected",
                format!(
                    "the MCP server `{server}` went away during the call; it is being reconnected, try again shortly"
                ),
            ),
        };
        RpcError::new(RpcError::INTERNAL_ERROR, message)
            .with_data(&serde_json::json!({ "code": code, "server": server }))
    }

    /// True when the same again may go well: the exchange broke, or the server is busy. Only for
    /// requests that change nothing.
    pub(super) fn may_pass(&self) -> bool {
        matches!(self, Self::Unwilling(_) | Self::Http(HttpError::Broken(_)))
    }

    /// True when the connection is of no further use.
    pub(super) fn breaks_connection(&self) -> bool {
        matches!(
            self,
            Self::Closed(_)
                | Self::Auth(_)
                | Self::Token(_)
                | Self::Scope(_)
                | Self::SessionGone
                | Self::WrongEra
        ) || matches!(self, Self::Http(HttpError::Connect(_)))
    }
}

impl Denied {
    fn reason(self) -> String {
        let Self {
            status,
            keyed,
            takes_oauth,
        } = self;
        match (keyed, takes_oauth) {
            (_, false) => format!("the server refused the credentials (HTTP {status})"),
            (true, true) => format!(
                "the server refused the credentials (HTTP {status}); it takes OAuth as well: {OAUTH}"
            ),
            (false, true) => format!("the server wants OAuth (HTTP {status}): {OAUTH}"),
        }
    }
}

/// What to do about a server that wants OAuth.
const OAUTH: &str = r#"set `"auth": {"type": "oauth"}` for it, then sign in"#;

#[derive(serde::Deserialize)]
struct ErrorObject<'a> {
    #[serde(default)]
    code: i64,
    #[serde(borrow, default)]
    message: std::borrow::Cow<'a, str>,
}

/// The code and the message of an error object, as far as they can be read.
pub(super) fn read_error(error: &RawJson) -> (i64, String) {
    match error.read::<ErrorObject<'_>>() {
        Ok(read) => (read.code, read.message.into_owned()),
        Err(_) => (RpcError::INTERNAL_ERROR, "an unreadable error".into()),
    }
}
