use crate::provider::ProviderError;
use crate::{SafeError, SignInError};

/// Why a sign-in, or forgetting a grant, failed. The texts hold no token, code, verifier, client
/// secret nor query string; what the authorization server said is shown cleaned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OAuthError {
    /// The configured URL cannot be a protected resource.
    #[error("{0} is not a URL that can be signed in to: give the http or https URL of the server")]
    BadUrl(String),
    /// A server could not be asked: no connection, no answer in time, or an answer of 5xx.
    #[error("{host} could not be asked: {reason}")]
    Unreachable {
        /// The host.
        host: String,
        /// What happened.
        reason: String,
    },
    /// Nothing asks for a sign-in.
    #[error(
        "{0} does not ask for authorization and publishes nothing about it: check the URL, or \
         configure the server without OAuth"
    )]
    NotProtected(String),
    /// A metadata document cannot be used.
    #[error("the metadata at {place} cannot be used: {reason}")]
    BadMetadata {
        /// Where it was read, without query.
        place: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The server points at metadata, or an endpoint, at a place it may not name.
    #[error("{what} is at {place}, which is refused: {reason}")]
    ForeignPlace {
        /// What is there.
        what: &'static str,
        /// The place's scheme and host.
        place: String,
        /// Why it is refused.
        reason: &'static str,
    },
    /// The metadata is about another resource (RFC 9728 section 3.3).
    #[error("the server's metadata is about {found}, not about {expected}")]
    ResourceMismatch {
        /// The configured URL.
        expected: String,
        /// What the metadata names.
        found: String,
    },
    /// The metadata is another issuer's (RFC 8414 section 3.3).
    #[error("the authorization server {expected} calls itself {found} in its metadata")]
    IssuerMismatch {
        /// The identifier that led to the document.
        expected: String,
        /// The identifier in the document.
        found: String,
    },
    /// The authorization server does not offer PKCE with S256 (RFC 7636).
    #[error(
        "the authorization server {0} does not offer PKCE with S256, so signing in is not safe"
    )]
    PkceUnsupported(String),
    /// The server says nowhere who signs people in, and does not do it itself.
    #[error(
        "the server publishes no authorization server, and there is none at {0} either: where it \
         takes a key, set `auth: api_key`; else put the client_id that its operator gives you into \
         the configuration"
    )]
    NoAuthorizationServer(String),
    /// There is no way to get a client id.
    #[error(
        "the authorization server {0} registers no clients by itself: register one there by hand \
         and put its client_id into the configuration"
    )]
    ClientIdNeeded(String),
    /// A client registered by hand belongs to another authorization server.
    #[error(
        "the server now names the authorization server {found}, but the configured client_id was \
         used with {expected}: if the change is right, disconnect, configure the client that is \
         registered there, and connect again"
    )]
    ClientOfAnotherIssuer {
        /// Where the client was used before.
        expected: String,
        /// What the server names now.
        found: String,
    },
    /// The authorization server refused to register a client (RFC 7591 section 3.2.2).
    #[error("the authorization server refused to register a client: {0}")]
    RegistrationRefused(ProviderError),
    /// The authorization server does not know the client, or refuses how it proves itself.
    #[error("the authorization server refused the client: {0}; connect again")]
    ClientRefused(ProviderError),
    /// The person, or the authorization server for them, said no.
    #[error("access was denied: {0}")]
    Denied(ProviderError),
    /// The authorization server answered the authorization request with another error.
    #[error("the authorization server refused the sign-in: {0}")]
    AuthorizationRefused(ProviderError),
    /// What came back is not the answer to this sign-in.
    #[error("the callback does not answer this sign-in: {0}; start again")]
    WrongCallback(&'static str),
    /// The answer comes from another authorization server (RFC 9207 section 2.4).
    #[error("the callback comes from another authorization server than {0}, so it is not used")]
    WrongIssuer(String),
    /// The authorization server refused to give a token (RFC 6749 section 5.2).
    #[error("the authorization server gave no token: {0}")]
    TokenRefused(ProviderError),
    /// The authorization server answered with something that is no answer.
    #[error("the answer of {host} cannot be used: {reason}")]
    BadAnswer {
        /// The host.
        host: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The grant cannot be read or written.
    #[error(transparent)]
    Safe(#[from] SafeError),
    /// Nobody signed in.
    #[error(transparent)]
    SignIn(#[from] SignInError),
}

impl OAuthError {
    /// The stable code of the error.
    ///
    /// ```
    /// use keyway_oauth::{OAuthError, SignInError};
    ///
    /// assert_eq!(OAuthError::from(SignInError::TimedOut).code(), "sign_in_timed_out");
    /// ```
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadUrl(_) => "bad_url",
            Self::Unreachable { .. } => "authorization_server_unreachable",
            Self::NotProtected(_) => "not_protected",
            Self::BadMetadata { .. } => "bad_metadata",
            Self::ForeignPlace { .. } => "foreign_place",
            Self::ResourceMismatch { .. } => "resource_mismatch",
            Self::IssuerMismatch { .. } => "issuer_mismatch",
            Self::PkceUnsupported(_) => "pkce_unsupported",
            Self::NoAuthorizationServer(_) => "no_authorization_server",
            Self::ClientIdNeeded(_) => "client_id_needed",
            Self::ClientOfAnotherIssuer { .. } => "client_of_another_issuer",
            Self::RegistrationRefused(_) => "registration_refused",
            Self::ClientRefused(_) => "client_refused",
            Self::Denied(_) => "sign_in_denied",
            Self::AuthorizationRefused(_) => "sign_in_refused",
            Self::WrongCallback(_) => "wrong_callback",
            Self::WrongIssuer(_) => "wrong_issuer",
            Self::TokenRefused(_) => "token_refused",
            Self::BadAnswer { .. } => "bad_answer",
            Self::Safe(SafeError::Unavailable(_)) => "safe_unavailable",
            Self::Safe(SafeError::Corrupt(_)) => "safe_corrupt",
            Self::Safe(SafeError::Io(_)) => "safe_failed",
            Self::SignIn(SignInError::Unavailable(_)) => "sign_in_unavailable",
            Self::SignIn(SignInError::TimedOut) => "sign_in_timed_out",
            Self::SignIn(SignInError::Cancelled) => "sign_in_cancelled",
        }
    }
}
