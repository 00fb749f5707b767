use http::StatusCode;
use serde_json::json;

/// An error code of OAuth (RFC 6749 sections 4.1.2.1 and 5.2, and the RFCs named below).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// `invalid_request`
    InvalidRequest,
    /// `invalid_client`
    InvalidClient,
    /// `invalid_grant`
    InvalidGrant,
    /// `unauthorized_client`
    UnauthorizedClient,
    /// `unsupported_grant_type`
    UnsupportedGrantType,
    /// `unsupported_response_type`
    UnsupportedResponseType,
    /// `invalid_scope`
    InvalidScope,
    /// `invalid_target` (RFC 8707 section 2)
    InvalidTarget,
    /// `access_denied`
    AccessDenied,
    /// `login_required` (`OpenID` Connect Core section 3.1.2.6)
    LoginRequired,
    /// `consent_required` (`OpenID` Connect Core section 3.1.2.6)
    ConsentRequired,
    /// `request_not_supported` (`OpenID` Connect Core section 3.1.2.6)
    RequestNotSupported,
    /// `request_uri_not_supported` (`OpenID` Connect Core section 3.1.2.6)
    RequestUriNotSupported,
    /// `server_error`
    ServerError,
    /// `temporarily_unavailable`
    TemporarilyUnavailable,
    /// `invalid_redirect_uri` (RFC 7591 section 3.2.2)
    InvalidRedirectUri,
    /// `invalid_client_metadata` (RFC 7591 section 3.2.2)
    InvalidClientMetadata,
    /// `authorization_pending` (RFC 8628 section 3.5)
    AuthorizationPending,
    /// `slow_down` (RFC 8628 section 3.5)
    SlowDown,
    /// `expired_token` (RFC 8628 section 3.5)
    ExpiredToken,
}

impl ErrorCode {
    /// Every code.
    pub const ALL: [Self; 20] = [
        Self::InvalidRequest,
        Self::InvalidClient,
        Self::InvalidGrant,
        Self::UnauthorizedClient,
        Self::UnsupportedGrantType,
        Self::UnsupportedResponseType,
        Self::InvalidScope,
        Self::InvalidTarget,
        Self::AccessDenied,
        Self::LoginRequired,
        Self::ConsentRequired,
        Self::RequestNotSupported,
        Self::RequestUriNotSupported,
        Self::ServerError,
        Self::TemporarilyUnavailable,
        Self::InvalidRedirectUri,
        Self::InvalidClientMetadata,
        Self::AuthorizationPending,
        Self::SlowDown,
        Self::ExpiredToken,
    ];

    /// The code as it is sent.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::InvalidScope => "invalid_scope",
            Self::InvalidTarget => "invalid_target",
            Self::AccessDenied => "access_denied",
            Self::LoginRequired => "login_required",
            Self::ConsentRequired => "consent_required",
            Self::RequestNotSupported => "request_not_supported",
            Self::RequestUriNotSupported => "request_uri_not_supported",
            Self::ServerError => "server_error",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
            Self::InvalidRedirectUri => "invalid_redirect_uri",
            Self::InvalidClientMetadata => "invalid_client_metadata",
            Self::AuthorizationPending => "authorization_pending",
            Self::SlowDown => "slow_down",
            Self::ExpiredToken => "expired_token",
        }
    }

    /// The status of an answer that is no redirect.
    pub fn status(self) -> StatusCode {
        match self {
            Self::InvalidClient => StatusCode::UNAUTHORIZED,
            Self::ServerError => StatusCode::INTERNAL_SERVER_ERROR,
            Self::TemporarilyUnavailable => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_REQUEST,
        }
    }
}

/// Why the authorization server says no. The description is fixed text, so that no value that was
/// submitted can be in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{description}")]
pub struct Refusal {
    code: ErrorCode,
    description: &'static str,
    tried: Tried,
}

/// How a client that is refused tried to prove itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tried {
    /// With the `Authorization` header.
    Header,
    /// Otherwise.
    Other,
}

impl Refusal {
    /// A refusal. The description may hold printable ASCII without `"` and `\` (RFC 6749 section
    /// 5.2).
    pub const fn new(code: ErrorCode, description: &'static str) -> Self {
        Self {
            code,
            description,
            tried: Tried::Other,
        }
    }

    /// The same for a client that used the `Authorization` header, which has to be told what that
    /// header takes (RFC 6749 section 5.2).
    pub(crate) const fn to_header(self) -> Self {
        Self {
            tried: Tried::Header,
            ..self
        }
    }

    /// The code.
    pub fn code(&self) -> ErrorCode {
        self.code
    }

    /// What is wrong, for a developer.
    pub fn description(&self) -> &'static str {
        self.description
    }

    /// The status of an answer that is no redirect.
    pub fn status(&self) -> StatusCode {
        self.code.status()
    }

    /// The JSON body (RFC 6749 section 5.2, RFC 7591 section 3.2.2).
    pub fn body(&self) -> String {
        json!({ "error": self.code.as_str(), "error_description": self.description }).to_string()
    }

    /// The value of `WWW-Authenticate`, where the answer has one.
    pub fn www_authenticate(&self) -> Option<&'static str> {
        (self.code == ErrorCode::InvalidClient && self.tried == Tried::Header)
            .then_some(r#"Basic realm="keyway", charset="UTF-8""#)
    }
}

/// The client is not known here, or not any more. Tells nobody which.
pub const UNKNOWN_CLIENT: Refusal = Refusal::new(
    ErrorCode::InvalidClient,
    "the client is not known here: register it again",
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_that_used_basic_is_told_about_basic() {
        let refusal = UNKNOWN_CLIENT;
        assert_eq!(refusal.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(refusal.www_authenticate(), None);
        let challenge = refusal.to_header().www_authenticate().unwrap();
        assert!(challenge.starts_with("Basic realm="));
        let request = Refusal::new(ErrorCode::InvalidRequest, "x").to_header();
        assert_eq!(request.www_authenticate(), None);
    }

    #[test]
    fn the_body_holds_code_and_description() {
        assert_eq!(
            Refusal::new(ErrorCode::InvalidGrant, "the code is used").body(),
            r#"{"error":"invalid_grant","error_description":"the code is used"}"#
        );
    }

    #[test]
    fn codes_are_distinct_and_nearly_all_are_bad_requests() {
        let texts: std::collections::BTreeSet<_> =
            ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(texts.len(), ErrorCode::ALL.len());
        let other: Vec<_> = ErrorCode::ALL
            .into_iter()
            .filter(|code| code.status() != StatusCode::BAD_REQUEST)
            .collect();
        assert_eq!(
            other,
            [
                ErrorCode::InvalidClient,
                ErrorCode::ServerError,
                ErrorCode::TemporarilyUnavailable
            ]
        );
    }
}
