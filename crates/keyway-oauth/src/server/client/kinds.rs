use std::str::FromStr;

/// What kind of application a client is (`OpenID` Connect Dynamic Client Registration section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ApplicationType {
    /// On the machine of its person.
    Native,
    /// On a web server.
    Web,
}

/// How a client proves itself (RFC 7591 section 2, RFC 7523 section 2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AuthMethod {
    /// Not at all: a public client.
    None,
    /// With its secret, in the `Authorization` header.
    SecretBasic,
    /// With its secret, in the form.
    SecretPost,
    /// With a signature.
    PrivateKeyJwt,
}

/// How a client comes by tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum GrantType {
    /// With the code that a browser brings.
    AuthorizationCode,
    /// With the refresh token it has.
    RefreshToken,
    /// For itself. Only for clients that an admin made.
    ClientCredentials,
    /// With a code that a person types elsewhere (RFC 8628).
    DeviceCode,
}

/// A text that is none of the known ones. Carries no part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the value is not known")]
pub struct Unknown;

impl ApplicationType {
    /// The type as it is sent and stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Web => "web",
        }
    }
}

impl AuthMethod {
    /// Every method.
    pub const ALL: [Self; 4] = [
        Self::None,
        Self::SecretBasic,
        Self::SecretPost,
        Self::PrivateKeyJwt,
    ];

    /// The method as it is sent and stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::SecretBasic => "client_secret_basic",
            Self::SecretPost => "client_secret_post",
            Self::PrivateKeyJwt => "private_key_jwt",
        }
    }

    /// True when the client has a secret.
    pub fn has_secret(self) -> bool {
        matches!(self, Self::SecretBasic | Self::SecretPost)
    }
}

impl GrantType {
    /// Every grant type.
    pub const ALL: [Self; 4] = [
        Self::AuthorizationCode,
        Self::RefreshToken,
        Self::ClientCredentials,
        Self::DeviceCode,
    ];

    /// The grant type as it is sent and stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
            Self::DeviceCode => "urn:ietf:params:oauth:grant-type:device_code",
        }
    }
}

impl FromStr for ApplicationType {
    type Err = Unknown;

    fn from_str(text: &str) -> Result<Self, Unknown> {
        let all = [Self::Native, Self::Web];
        all.into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or(Unknown)
    }
}

impl FromStr for AuthMethod {
    type Err = Unknown;

    fn from_str(text: &str) -> Result<Self, Unknown> {
        let mut all = Self::ALL.into_iter();
        all.find(|method| method.as_str() == text).ok_or(Unknown)
    }
}

impl FromStr for GrantType {
    type Err = Unknown;

    fn from_str(text: &str) -> Result<Self, Unknown> {
        let mut all = Self::ALL.into_iter();
        all.find(|grant| grant.as_str() == text).ok_or(Unknown)
    }
}
