use keyway_core::Problem;
use keyway_core::ports::{UpstreamState, UpstreamStatus};
use keyway_core::rpc::RpcError;
use serde::Deserialize;

use crate::text::line;

/// The most characters of a server's message that are shown.
const MOST_TOLD: usize = 2_000;

/// Why a call has no result. The texts are fit to be shown to a person and to a model, and repeat
/// nothing that was submitted.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct CallError {
    /// What sort of failure.
    pub kind: CallErrorKind,
    /// A stable name for programs.
    pub code: String,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
    /// Everything that is wrong with the arguments.
    pub problems: Vec<Problem>,
}

/// What sort of failure a [`CallError`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallErrorKind {
    /// What was asked for does not exist or is not valid: it has to be asked differently.
    Wrong,
    /// The person said no.
    Denied,
    /// The server cannot be used now.
    Unavailable,
    /// The server answered with an error.
    Refused,
    /// The call was cancelled.
    Interrupted,
}

impl CallError {
    pub(super) fn new(kind: CallErrorKind, code: &str, message: impl Into<String>) -> Self {
        Self {
            kind,
            code: code.to_owned(),
            message: message.into(),
            hint: None,
            problems: Vec::new(),
        }
    }

    pub(super) fn wrong(code: &str, message: impl Into<String>) -> Self {
        Self::new(CallErrorKind::Wrong, code, message)
    }

    pub(super) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Nothing of this name, with what was probably meant.
    pub(super) fn unknown(code: &str, what: &str, near: Option<&str>, list: &str) -> Self {
        let error = Self::wrong(code, format!("there is no {what}"));
        match near {
            Some(near) => error.with_hint(format!("did you mean `{}`?", line(near, 128))),
            None => error.with_hint(list),
        }
    }

    pub(super) fn arguments(problems: Vec<Problem>) -> Self {
        let mut error = Self::wrong(
            "invalid_arguments",
            "the arguments do not fit the tool's input schema; nothing was sent",
        );
        error.problems = problems;
        error
    }

    pub(super) fn denied(reason: Option<&str>) -> Self {
        let message = match reason.map(str::trim) {
            None | Some("") => "the person denied this call".to_owned(),
            Some(reason) => format!("the person denied this call: {}", line(reason, MOST_TOLD)),
        };
        Self::new(CallErrorKind::Denied, "denied", message)
    }

    pub(super) fn interrupted() -> Self {
        Self::new(
            CallErrorKind::Interrupted,
            "cancelled",
            "the call was cancelled",
        )
    }

    /// Why a server cannot be called in the state it is in, and what to do.
    pub(super) fn state(status: &UpstreamStatus) -> Self {
        let name = &status.name;
        let why = status.reason.as_deref().map(|why| line(why, MOST_TOLD));
        let why = why.map_or_else(String::new, |why| format!(": {why}"));
        let connect = format!("`keyway mcp connect {name}`");
        let (code, what, hint) = match status.state {
            UpstreamState::AuthRequired => (
                "auth_required",
                "needs you to sign in first",
                format!("sign in with {connect}"),
            ),
            UpstreamState::AuthFailed if status.auth == "oauth" => (
                "auth_failed",
                "refuses what it was signed in with",
                format!("sign in again with {connect}"),
            ),
            UpstreamState::AuthFailed => (
                "auth_failed",
                "refuses its credentials",
                "put a key that works into mcp.json".to_owned(),
            ),
            UpstreamState::Configured => (
                "not_connected",
                "is not connected to",
                "is `enabled` set to false in mcp.json?".to_owned(),
            ),
            UpstreamState::Connecting => (
                "connecting",
                "is still being connected to",
                "try again, or raise its `connect_timeout_ms`".to_owned(),
            ),
            UpstreamState::Connected | UpstreamState::Disconnected => (
                "disconnected",
                "is disconnected",
                format!("{connect} tries again now"),
            ),
        };
        let message = format!("the MCP server `{name}` {what}{why}");
        Self::new(CallErrorKind::Unavailable, code, message).with_hint(hint)
    }

    /// The error a server or the way to it answered with.
    pub(super) fn of_rpc(error: &RpcError) -> Self {
        #[derive(Deserialize)]
        struct Data {
            code: String,
        }
        let own = error.data.as_ref().filter(|_| error.raw.is_none());
        let own = own.and_then(|data| data.read::<Data>().ok());
        let message = line(&error.message, MOST_TOLD);
        match own {
            Some(data) if data.code == "cancelled" => Self::interrupted(),
            Some(data) => Self::new(CallErrorKind::Unavailable, &data.code, message),
            None => {
                let message = format!("the server refused: {message} ({})", error.code);
                Self::new(CallErrorKind::Refused, "server_error", message)
            }
        }
    }

    /// What a model is told: the message, what to do, and every problem.
    pub fn told(&self) -> String {
        use std::fmt::Write as _;
        let mut text = self.message.clone();
        for problem in &self.problems {
            let at = match problem.pointer.as_str() {
                "" => "(arguments)".to_owned(),
                pointer => line(pointer, 256),
            };
            let _ = write!(text, "\n  {at}: expected {}", line(&problem.expected, 500));
        }
        if let Some(hint) = &self.hint {
            let _ = write!(text, "\n  help: {hint}");
        }
        text
    }
}
