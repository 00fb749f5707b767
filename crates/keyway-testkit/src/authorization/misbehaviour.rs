/// Declares the enum, the list of all its variants and their names at once.
macro_rules! misbehaviours {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)+) => {
        /// One way of an authorization server, or of the resource behind it, to do the wrong thing.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Misbehaviour {
            $($(#[$doc])* $variant,)+
        }

        impl Misbehaviour {
            /// Every way there is.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// Its name on the command line.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }
    };
}

misbehaviours! {
    // The protected resource (RFC 9728).
    /// The resource metadata names a resource of another host.
    ResourceOfAnotherHost = "resource-of-another-host",
    /// The challenge's `resource_metadata` is on another host.
    ResourceMetadataElsewhere = "resource-metadata-elsewhere",
    /// There is no resource metadata anywhere, and the challenge names none.
    NoResourceMetadata = "no-resource-metadata",
    /// The resource metadata names no authorization server.
    NoAuthorizationServers = "no-authorization-servers",
    /// 401 without `WWW-Authenticate`.
    NoChallenge = "no-challenge",
    /// `WWW-Authenticate` is not what RFC 9110 says, with a control character in it.
    GarbledChallenge = "garbled-challenge",
    /// 401 whatever token is sent.
    RefusesEveryToken = "refuses-every-token",
    /// 403 `insufficient_scope` whatever the token's scope is.
    NeverEnoughScope = "never-enough-scope",

    // Metadata of the authorization server (RFC 8414).
    /// `issuer` is not the one the document was asked for.
    WrongIssuer = "wrong-issuer",
    /// The metadata is one long circle of redirects.
    MetadataRedirectLoop = "metadata-redirect-loop",
    /// The metadata is a redirect to another host.
    MetadataElsewhere = "metadata-elsewhere",
    /// `code_challenge_methods_supported` has only `plain`.
    NoS256 = "no-s256",
    /// `code_challenge_methods_supported` is missing.
    NoPkce = "no-pkce",
    /// The metadata is an HTML page with status 200.
    MetadataIsHtml = "metadata-is-html",
    /// The metadata never ends: 64 MiB of it.
    HugeMetadata = "huge-metadata",
    /// The metadata does not come until the server behaves again.
    SlowMetadata = "slow-metadata",
    /// Every metadata document is answered with 500.
    MetadataFails = "metadata-fails",
    /// The authorization endpoint is plain `http` on another host.
    AuthorizationElsewhere = "authorization-elsewhere",
    /// The authorization endpoint is a `javascript:` URL.
    AuthorizationIsScript = "authorization-is-script",
    /// The token endpoint is plain `http` on another host.
    TokenElsewhere = "token-elsewhere",

    // Registration (RFC 7591).
    /// Registration is refused with `invalid_redirect_uri`.
    RegistrationRefused = "registration-refused",
    /// The registration's answer has no `client_id`.
    RegistrationWithoutClientId = "registration-without-client-id",
    /// The client is forgotten right after it registered.
    RegistrationVanishes = "registration-vanishes",

    // The authorization endpoint and its callback.
    /// The person says no.
    ConsentDenied = "consent-denied",
    /// The callback has another `state`.
    WrongState = "wrong-state",
    /// The callback has no `state`.
    NoState = "no-state",
    /// The callback has no `iss`, though the metadata promises it (RFC 9207).
    MissingIss = "missing-iss",
    /// The callback has the `iss` of another server.
    WrongIss = "wrong-iss",
    /// The callback has neither a code nor an error.
    NoCode = "no-code",
    /// The callback has a code that has been used before.
    ReplayedCode = "replayed-code",
    /// The callback has a code that was given to another client.
    CodeOfAnotherClient = "code-of-another-client",
    /// The callback has an `error_description` with control characters.
    DirtyDenial = "dirty-denial",

    // The token endpoint, whatever the grant.
    /// The answer has no `expires_in`.
    NoExpiresIn = "no-expires-in",
    /// `expires_in` is a string of digits.
    ExpiresInString = "expires-in-string",
    /// `expires_in` is negative.
    ExpiresInNegative = "expires-in-negative",
    /// `expires_in` is larger than any calendar.
    ExpiresInHuge = "expires-in-huge",
    /// `token_type` is `mac`.
    TokenTypeNotBearer = "token-type-not-bearer",
    /// The answer has no `access_token`.
    NoAccessToken = "no-access-token",
    /// The token endpoint answers an HTML page with status 200.
    TokenIsHtml = "token-is-html",
    /// The token endpoint's answer never ends: 64 MiB of it.
    HugeToken = "huge-token",
    /// The token endpoint does not answer until the server behaves again.
    SlowToken = "slow-token",
    /// The connection is dropped in the middle of the token endpoint's answer.
    TokenDropped = "token-dropped",
    /// The token endpoint redirects to another host.
    TokenRedirects = "token-redirects",
    /// The token endpoint answers 500.
    TokenFails = "token-fails",
    /// The token endpoint answers 429 with `Retry-After`.
    TokenRateLimited = "token-rate-limited",
    /// The error has a description with control characters and the code or token that was sent.
    DirtyError = "dirty-error",
    /// Less scope is granted than was asked for, and the answer says so.
    ScopeNarrowed = "scope-narrowed",
    /// No refresh token is given.
    NoRefreshToken = "no-refresh-token",
    /// The token endpoint says `invalid_client`.
    InvalidClient = "invalid-client",

    // Refreshing.
    /// A refresh is answered with 500.
    RefreshFails = "refresh-fails",
    /// A refresh is answered with `invalid_grant`.
    RefreshInvalidGrant = "refresh-invalid-grant",
    /// A refresh rotates the token, and the answer is lost: the connection is dropped.
    RotatedTokenLost = "rotated-token-lost",
    /// A refresh gives no new refresh token; the old one stays good.
    RefreshKeepsToken = "refresh-keeps-token",
    /// A refresh does not answer until the server behaves again.
    SlowRefresh = "slow-refresh",
    /// A refresh narrows the scope.
    RefreshNarrowsScope = "refresh-narrows-scope",

    // Revocation (RFC 7009).
    /// The revocation endpoint answers 500.
    RevocationFails = "revocation-fails",
    /// The revocation endpoint never answers.
    RevocationHangs = "revocation-hangs",
    /// The metadata names no revocation endpoint.
    NoRevocation = "no-revocation",
}

impl std::str::FromStr for Misbehaviour {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::ALL
            .iter()
            .copied()
            .find(|one| one.name() == name)
            .ok_or_else(|| {
                let names: Vec<_> = Self::ALL.iter().map(|one| one.name()).collect();
                format!(
                    "no such misbehaviour: {name}; there are {}",
                    names.join(", ")
                )
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back_to_their_misbehaviour() {
        assert!(Misbehaviour::ALL.len() >= 25);
        for one in Misbehaviour::ALL {
            assert_eq!(one.name().parse(), Ok(*one));
        }
        assert!("nonsense".parse::<Misbehaviour>().is_err());
    }
}
