use std::time::Duration;

use keyway_core::{Error, Kind};

/// How something ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// As it should.
    Ok,
    /// It ran, and what ran answered with an error.
    ToolError,
    /// It did not run: it was not allowed, not known, or not valid.
    Refused,
    /// It could not be done.
    Failed,
    /// The caller went away or took it back.
    Cancelled,
    /// Its time was up.
    Timeout,
}

impl Outcome {
    /// The outcome as it is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::ToolError => "tool_error",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Timeout => "timeout",
        }
    }

    /// How something ended that is an error, before anything ran.
    pub(super) fn before(error: &Error) -> Self {
        match error.kind() {
            Kind::Cancelled => Self::Cancelled,
            Kind::Internal => Self::Failed,
            _ => Self::Refused,
        }
    }

    /// How something ended that ran into an error.
    pub(super) fn during(error: &Error) -> Self {
        match error.kind() {
            Kind::Cancelled => Self::Cancelled,
            Kind::Timeout => Self::Timeout,
            Kind::Internal | Kind::Unavailable | Kind::BadGateway => Self::Failed,
            _ => Self::ToolError,
        }
    }
}

/// How something ended, how long it took and, where it went wrong, the stable code of the error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    pub(super) outcome: Outcome,
    pub(super) took: Option<Duration>,
    pub(super) code: Option<String>,
}

impl Ended {
    /// An ending.
    pub fn new(outcome: Outcome) -> Self {
        Self {
            outcome,
            took: None,
            code: None,
        }
    }

    /// How a change ended.
    pub fn of<T>(done: &Result<T, Error>) -> Self {
        match done {
            Ok(_) => Self::new(Outcome::Ok),
            Err(error) => Self::new(Outcome::before(error)).code(error.code()),
        }
    }

    /// The stable code of the error.
    pub fn code(mut self, code: impl Into<String>) -> Self {
        self.code = Some(code.into());
        self
    }

    /// How long it took.
    pub fn took(mut self, took: Duration) -> Self {
        self.took = Some(took);
        self
    }
}

impl From<Outcome> for Ended {
    fn from(outcome: Outcome) -> Self {
        Self::new(outcome)
    }
}

/// What was decided about a call before it ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Effect {
    /// It may run.
    Allowed,
    /// Someone has to approve it.
    NeedsApproval,
    /// It may not.
    Denied,
}

impl Effect {
    /// The effect as it is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::NeedsApproval => "needs_approval",
            Self::Denied => "denied",
        }
    }
}
