use std::time::Duration;

/// Why a model gave no answer, or not all of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ModelError {
    /// What went wrong.
    pub kind: ModelErrorKind,
    /// In words, with what to do. Holds no key and no part of the conversation.
    pub message: String,
    /// How long the vendor asked to wait before the next attempt.
    pub retry_after: Option<Duration>,
}

impl ModelError {
    /// A failure in words.
    pub fn new(kind: ModelErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            retry_after: None,
        }
    }

    /// The stable code.
    pub fn code(&self) -> &'static str {
        self.kind.code()
    }
}

impl From<ModelErrorKind> for ModelError {
    fn from(kind: ModelErrorKind) -> Self {
        Self::new(kind, kind.hint())
    }
}

/// What kind of failure it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModelErrorKind {
    /// No such vendor is configured.
    UnknownVendor,
    /// The vendor needs a key, and none is configured.
    KeyMissing,
    /// The vendor refused the key.
    KeyRefused,
    /// The vendor's address may not be reached, or is no address.
    AddressRefused,
    /// The vendor does not know the model.
    NotFound,
    /// The vendor refused the request.
    Rejected,
    /// The conversation is longer than the model can read.
    ContextOverflow,
    /// Too many requests, or too many tokens, for now.
    RateLimited,
    /// The vendor has a problem of its own.
    Unavailable,
    /// No connection to the vendor.
    Unreachable,
    /// Nothing came for too long.
    Timeout,
    /// The answer broke off.
    Broken,
    /// The answer could not be read.
    Malformed,
}

impl ModelErrorKind {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::UnknownVendor => "model_vendor_unknown",
            Self::KeyMissing => "model_key_missing",
            Self::KeyRefused => "model_key_refused",
            Self::AddressRefused => "model_address_refused",
            Self::NotFound => "model_not_found",
            Self::Rejected => "model_request_rejected",
            Self::ContextOverflow => "model_context_overflow",
            Self::RateLimited => "model_rate_limited",
            Self::Unavailable => "model_unavailable",
            Self::Unreachable => "model_unreachable",
            Self::Timeout => "model_timeout",
            Self::Broken => "model_stream_broken",
            Self::Malformed => "model_answer_malformed",
        }
    }

    /// True when the same request may well succeed a little later.
    pub fn is_passing(self) -> bool {
        matches!(
            self,
            Self::RateLimited
                | Self::Unavailable
                | Self::Unreachable
                | Self::Timeout
                | Self::Broken
                | Self::Malformed
        )
    }

    /// What it means and what to do, where nothing more is known.
    pub(crate) fn hint(self) -> &'static str {
        match self {
            Self::UnknownVendor => {
                "no such vendor is configured: check the part of the model's name before the slash"
            }
            Self::KeyMissing => "the vendor needs an API key, and none is configured",
            Self::KeyRefused => {
                "the vendor refused the API key: check that it is valid and may use this model"
            }
            Self::AddressRefused => "the vendor's base URL may not be reached: check it",
            Self::NotFound => "the vendor does not know this model: check its name",
            Self::Rejected => "the vendor refused the request",
            Self::ContextOverflow => {
                "the conversation is longer than the model can read: start a new session, or switch to a model that reads more"
            }
            Self::RateLimited => {
                "the vendor's limit of requests or tokens is reached: try again later"
            }
            Self::Unavailable => "the vendor has a problem of its own: try again later",
            Self::Unreachable => "no connection to the vendor: check the network and the base URL",
            Self::Timeout => "the model said nothing for too long: try again",
            Self::Broken => "the answer broke off before its end: try again",
            Self::Malformed => {
                "the answer could not be read: is the base URL that of a vendor of this kind?"
            }
        }
    }
}
