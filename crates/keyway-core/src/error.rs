use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use crate::Scopes;

/// What sort of failure an [`Error`] is; it decides the HTTP status and how a caller may react.
///
/// ```
/// use keyway_core::Kind;
///
/// assert_eq!(Kind::Invalid.status(), 422);
/// assert_eq!(Kind::Timeout.status(), 504);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The request could not be read (400).
    Malformed,
    /// Nobody, or nobody known, is asking (401).
    Unauthenticated,
    /// The one who asks may not (403).
    Forbidden,
    /// There is no such thing, or it is not visible to the one who asks (404).
    NotFound,
    /// The state of the thing does not allow it (409).
    Conflict,
    /// The input is larger than accepted (413).
    TooLarge,
    /// The input was read and is not valid (422). See [`Error::problems`].
    Invalid,
    /// Too many requests (429).
    RateLimited,
    /// A fault on our side (500).
    Internal,
    /// A system behind us answered badly (502).
    BadGateway,
    /// A system behind us, or we, cannot answer now (503).
    Unavailable,
    /// The time limit passed (504).
    Timeout,
    /// The caller went away or cancelled (499 in logs; nobody reads the answer).
    Cancelled,
}

impl Kind {
    /// The HTTP status that tells this kind.
    pub fn status(self) -> u16 {
        match self {
            Self::Malformed => 400,
            Self::Unauthenticated => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::Conflict => 409,
            Self::TooLarge => 413,
            Self::Invalid => 422,
            Self::RateLimited => 429,
            Self::Internal => 500,
            Self::BadGateway => 502,
            Self::Unavailable => 503,
            Self::Timeout => 504,
            Self::Cancelled => 499,
        }
    }
}

/// One thing that is wrong with an input. It never contains the submitted value.
///
/// ```
/// use keyway_core::{Error, Problem};
///
/// let problem = Problem { pointer: "/age".into(), expected: "0 or more".into() };
/// let error = Error::invalid_input(vec![problem]);
/// assert_eq!(error.problems()[0].pointer, "/age");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Problem {
    /// Where, as an RFC 6901 JSON Pointer into the input. The root is the empty string.
    pub pointer: String,
    /// What was expected there.
    pub expected: String,
}

/// A failure that may be shown to the one who asked.
///
/// The message is written for a client: it says what went wrong and never holds internal text or a
/// submitted value. What happened inside goes into [`Error::with_source`] and to the log.
///
/// ```
/// use keyway_core::{Error, Kind};
///
/// let error = Error::new(Kind::NotFound, "invoice_not_found", "there is no invoice with this number")
///     .with_hint("list invoices with `invoice:list`");
/// assert_eq!(error.kind().status(), 404);
/// assert_eq!(error.to_string(), "there is no invoice with this number");
/// ```
pub struct Error {
    inner: Box<Inner>,
}

struct Inner {
    kind: Kind,
    code: Cow<'static, str>,
    message: Cow<'static, str>,
    hint: Option<Cow<'static, str>>,
    problems: Vec<Problem>,
    retry_after: Option<Duration>,
    capability: Option<&'static str>,
    scopes: Option<Scopes>,
    details: Vec<(&'static str, String)>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// A failure with a stable `code` (snake case, for programs) and a safe `message` (for people).
    pub fn new(
        kind: Kind,
        code: impl Into<Cow<'static, str>>,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            inner: Box::new(Inner {
                kind,
                code: code.into(),
                message: message.into(),
                hint: None,
                problems: Vec::new(),
                retry_after: None,
                capability: None,
                scopes: None,
                details: Vec::new(),
                source: None,
            }),
        }
    }

    /// A fault on our side: the client learns only that there was one, the log gets the source.
    ///
    /// ```
    /// use keyway_core::Error;
    ///
    /// let error = Error::internal("row 7 has no owner");
    /// assert_eq!(error.message(), "something went wrong on our side");
    /// assert!(!error.to_json().to_string().contains("row 7"));
    /// ```
    pub fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::new(
            Kind::Internal,
            "internal_error",
            "something went wrong on our side",
        )
        .with_source(source)
    }

    /// An input that was read and is not valid, with everything that is wrong with it.
    pub fn invalid_input(problems: Vec<Problem>) -> Self {
        let mut error = Self::new(Kind::Invalid, "invalid_input", "the input is not valid");
        error.inner.problems = problems;
        error
    }

    /// An input with one thing that is wrong with it: where, as a JSON Pointer, and what was expected
    /// there. The message of a failed parse may be handed on as it is: `expected` before it goes.
    ///
    /// ```
    /// use keyway_core::Error;
    ///
    /// let error = Error::invalid_at("/overlap", "at most 90 days");
    /// assert_eq!((error.code(), error.problems().len()), ("invalid_input", 1));
    /// let error = Error::invalid_at("/role", "expected owner, admin or member");
    /// assert_eq!(error.problems()[0].expected, "owner, admin or member");
    /// ```
    pub fn invalid_at(pointer: impl Into<String>, expected: impl Into<String>) -> Self {
        let expected = expected.into();
        let expected = match expected.strip_prefix("expected ") {
            Some(rest) => rest.to_owned(),
            None => expected,
        };
        Self::invalid_input(vec![Problem {
            pointer: pointer.into(),
            expected,
        }])
    }

    /// The client lacks a capability that is needed: `sampling`, `elicitation`, `elicitation.url`,
    /// `roots`. Clients of MCP revision 2026-07-28 see it as the JSON-RPC error -32021.
    ///
    /// ```
    /// use keyway_core::Error;
    /// use keyway_core::rpc::RpcError;
    ///
    /// let error = Error::missing_client_capability("sampling");
    /// assert_eq!(error.missing_capability(), Some("sampling"));
    /// assert_eq!(RpcError::from(error).code, RpcError::MISSING_CLIENT_CAPABILITY);
    /// ```
    pub fn missing_client_capability(capability: &'static str) -> Self {
        let mut error = Self::new(
            Kind::Conflict,
            "missing_client_capability",
            format!("this needs a client that supports {capability}"),
        );
        error.inner.capability = Some(capability);
        error
    }

    /// What was asked for needs scopes that the token or key does not have. `needed` is everything a
    /// token has to have instead: what it has now together with what is missing (MCP 2026-07-28,
    /// "Insufficient scope"). Over HTTP it is told in a `WWW-Authenticate` challenge.
    ///
    /// ```
    /// use keyway_core::{Error, Kind};
    ///
    /// let error = Error::insufficient_scope("mcp:prompts mcp:tools".parse().unwrap());
    /// assert_eq!(error.kind(), Kind::Forbidden);
    /// assert_eq!(error.needed_scopes().unwrap().to_string(), "mcp:tools mcp:prompts");
    /// ```
    pub fn insufficient_scope(needed: Scopes) -> Self {
        let mut error = Self::new(
            Kind::Forbidden,
            "insufficient_scope",
            "the token or key does not have the scopes this needs",
        );
        error.inner.scopes = Some(needed);
        error
    }

    /// Adds what the reader can do about it.
    pub fn with_hint(mut self, hint: impl Into<Cow<'static, str>>) -> Self {
        self.inner.hint = Some(hint.into());
        self
    }

    /// The same with something that whoever reads it can act on, under a name in camel case: an id, a
    /// URL. Never a secret and never a value that was submitted.
    ///
    /// ```
    /// use keyway_core::{Error, Kind};
    ///
    /// let error = Error::new(Kind::Conflict, "approval_pending", "it waits");
    /// let error = error.with_detail("approval", "appr_1");
    /// assert_eq!(error.to_json()["approval"], "appr_1");
    /// ```
    #[must_use]
    pub fn with_detail(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.inner.details.push((name, value.into()));
        self
    }

    /// Adds after how long trying again makes sense.
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        self.inner.retry_after = Some(wait);
        self
    }

    /// Adds what happened inside. Logged, never shown to a client.
    pub fn with_source(
        mut self,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        self.inner.source = Some(source.into());
        self
    }

    /// What sort of failure this is.
    pub fn kind(&self) -> Kind {
        self.inner.kind
    }

    /// The stable code, for programs.
    pub fn code(&self) -> &str {
        &self.inner.code
    }

    /// The safe message, for people.
    pub fn message(&self) -> &str {
        &self.inner.message
    }

    /// What the reader can do about it.
    pub fn hint(&self) -> Option<&str> {
        self.inner.hint.as_deref()
    }

    /// Everything that is wrong with the input; empty unless the kind is [`Kind::Invalid`].
    pub fn problems(&self) -> &[Problem] {
        &self.inner.problems
    }

    /// The capability the client lacks, if that is the failure.
    pub fn missing_capability(&self) -> Option<&'static str> {
        self.inner.capability
    }

    /// The scopes a token has to have instead, if that is the failure.
    pub fn needed_scopes(&self) -> Option<&Scopes> {
        self.inner.scopes.as_ref()
    }

    /// What was added by [`Error::with_detail`] under a name.
    ///
    /// ```
    /// use keyway_core::{Error, Kind};
    ///
    /// let error = Error::new(Kind::Conflict, "taken", "it is taken").with_detail("by", "key_1");
    /// assert_eq!(error.detail("by"), Some("key_1"));
    /// ```
    pub fn detail(&self, name: &str) -> Option<&str> {
        let mut details = self.inner.details.iter();
        let found = details.find(|(other, _)| *other == name)?;
        Some(&found.1)
    }

    /// After how long trying again makes sense.
    pub fn retry_after(&self) -> Option<Duration> {
        self.inner.retry_after
    }

    /// The body every surface shows for this failure: `code`, `message`, and where present `hint`,
    /// `problems`, `scope` and `retryAfterMs`.
    ///
    /// ```
    /// use std::time::Duration;
    /// use keyway_core::{Error, Kind};
    ///
    /// let error = Error::new(Kind::RateLimited, "slow_down", "too many calls")
    ///     .with_retry_after(Duration::from_secs(2));
    /// assert_eq!(
    ///     error.to_json().to_string(),
    ///     r#"{"code":"slow_down","message":"too many calls","retryAfterMs":2000}"#
    /// );
    /// ```
    pub fn to_json(&self) -> serde_json::Value {
        let mut body = serde_json::Map::new();
        body.insert("code".into(), self.code().into());
        body.insert("message".into(), self.message().into());
        if let Some(hint) = self.hint() {
            body.insert("hint".into(), hint.into());
        }
        if !self.inner.problems.is_empty() {
            body.insert("problems".into(), serde_json::json!(self.inner.problems));
        }
        if let Some(scopes) = &self.inner.scopes {
            body.insert("scope".into(), scopes.to_string().into());
        }
        if let Some(wait) = self.inner.retry_after {
            body.insert(
                "retryAfterMs".into(),
                u64::try_from(wait.as_millis()).unwrap_or(u64::MAX).into(),
            );
        }
        for (name, value) in &self.inner.details {
            body.insert((*name).into(), value.as_str().into());
        }
        serde_json::Value::Object(body)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.inner.kind)
            .field("code", &self.inner.code)
            .field("message", &self.inner.message)
            .field("source", &self.inner.source)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.inner.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.inner.source.as_deref().map(|source| source as _)
    }
}
