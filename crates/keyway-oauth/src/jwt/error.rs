/// Why a token, or a key, is not good. Carries no part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JwtError {
    /// It is no compact JWS whose header and claims can be read.
    #[error("the token is malformed or too long")]
    Malformed,
    /// The algorithm is not one that is used here, or not one that may be used for this.
    #[error("the token is signed with an algorithm that is not accepted")]
    Algorithm,
    /// The header demands something that is not understood (RFC 7515 section 4.1.11).
    #[error("the token has critical header parameters")]
    Critical,
    /// It is a token of another kind (RFC 8725 section 3.11).
    #[error("the token is of another type")]
    Type,
    /// No key of the set fits: the set may have changed.
    #[error("the token is signed with a key that is not known")]
    UnknownKey,
    /// The signature is wrong.
    #[error("the signature of the token is wrong")]
    Signature,
    /// `exp`: missing, past, or too far ahead.
    #[error("the token expired, or is valid for too long")]
    Expired,
    /// `nbf` or `iat`: ahead.
    #[error("the token is not valid yet")]
    NotYet,
    /// `iss`: somebody else.
    #[error("the token was issued by somebody else")]
    Issuer,
    /// `sub`: missing, or somebody else.
    #[error("the token is about somebody else")]
    Subject,
    /// `aud` or `azp`: for somebody else.
    #[error("the token is for somebody else")]
    Audience,
    /// `jti`: missing.
    #[error("the token has no jti")]
    Id,
    /// `nonce`: missing, or of another request.
    #[error("the token belongs to another request")]
    Nonce,
    /// `at_hash`: of another access token.
    #[error("the token belongs to another access token")]
    AccessToken,
    /// A set of keys that cannot be used.
    #[error("the keys cannot be used")]
    Keys,
}
