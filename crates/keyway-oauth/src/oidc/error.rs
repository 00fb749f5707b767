use crate::ProviderError;
use crate::jwt::JwtError;

/// Why nobody was signed in. The texts hold no code, token, nonce or secret; what the provider said
/// is shown cleaned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OidcError {
    /// The configured issuer is no URL that can be asked.
    #[error("the issuer has to be an https URL without query and fragment")]
    BadIssuer,
    /// The provider's document cannot be used.
    #[error("the provider's configuration cannot be used: {0}")]
    BadDocument(&'static str),
    /// The provider's keys cannot be used.
    #[error("the provider's keys cannot be used")]
    BadKeys,
    /// What the browser brought back is no answer to this sign-in.
    #[error("the answer of the provider cannot be used: {0}; start again")]
    BadCallback(&'static str),
    /// The provider, or the person there, said no.
    #[error("the provider refused: {0}")]
    Refused(ProviderError),
    /// The provider's answer with the tokens cannot be used.
    #[error("the provider's answer cannot be used: {0}")]
    BadTokens(&'static str),
    /// The ID token is not good.
    #[error("the provider's ID token is not accepted: {0}")]
    IdToken(#[from] JwtError),
}

impl OidcError {
    /// The stable code of the error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadIssuer => "bad_issuer",
            Self::BadDocument(_) => "bad_provider_document",
            Self::BadKeys => "bad_provider_keys",
            Self::BadCallback(_) => "bad_callback",
            Self::Refused(_) => "provider_refused",
            Self::BadTokens(_) => "bad_provider_answer",
            Self::IdToken(_) => "bad_id_token",
        }
    }

    /// True when the provider's keys should be fetched again and the token checked once more: it
    /// may have changed them.
    pub fn wants_fresh_keys(&self) -> bool {
        matches!(self, Self::IdToken(JwtError::UnknownKey))
    }
}
