use std::fmt;

use super::uri::{BadUri, Parts};

/// Who this authorization server is: its identifier (RFC 8414 section 2), an `https` URL without
/// query, fragment and final slash; `http` only on loopback.
///
/// ```
/// use keyway_oauth::server::{Endpoint, Issuer};
///
/// let issuer = Issuer::parse("https://keyway.example/team").unwrap();
/// assert_eq!(issuer.endpoint(Endpoint::Token), "https://keyway.example/team/oauth/token");
/// assert!(Issuer::parse("http://0.0.0.0:8080").is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Issuer {
    text: String,
    /// Where the path begins.
    origin: usize,
}

/// A place of the authorization server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// Where browsers are sent.
    Authorize,
    /// Where clients get tokens.
    Token,
    /// Where clients register (RFC 7591).
    Register,
    /// Where clients give tokens back (RFC 7009).
    Revoke,
    /// Where clients ask about their own tokens (RFC 7662).
    Introspect,
    /// Where terminals begin (RFC 8628).
    DeviceAuthorization,
    /// Where people enter the code of a terminal (RFC 8628 section 3.2).
    Device,
}

impl Endpoint {
    /// The path below the issuer.
    pub fn path(self) -> &'static str {
        match self {
            Self::Authorize => "/oauth/authorize",
            Self::Token => "/oauth/token",
            Self::Register => "/oauth/register",
            Self::Revoke => "/oauth/revoke",
            Self::Introspect => "/oauth/introspect",
            Self::DeviceAuthorization => "/oauth/device_authorization",
            Self::Device => "/device",
        }
    }
}

impl Issuer {
    /// Reads an identifier. One final slash is taken off.
    pub fn parse(text: &str) -> Result<Self, BadUri> {
        let text = text.strip_suffix('/').unwrap_or(text);
        let (parts, authority) = Parts::web(text)?;
        if parts.query.is_some() {
            return Err(BadUri("the issuer has a query"));
        }
        if parts.path.ends_with('/') {
            return Err(BadUri("the issuer ends with a slash"));
        }
        if authority.host.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(BadUri(
                "the host of the issuer is not written in lower case",
            ));
        }
        Ok(Self {
            origin: text.len() - parts.path.len(),
            text: text.to_owned(),
        })
    }

    /// The identifier.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Scheme, host and port.
    pub fn origin(&self) -> &str {
        self.text.get(..self.origin).unwrap_or_default()
    }

    /// The path: empty, or with a slash in front and none at the end.
    pub fn path(&self) -> &str {
        self.text.get(self.origin..).unwrap_or_default()
    }

    /// The URL of one of the server's places.
    pub fn endpoint(&self, endpoint: Endpoint) -> String {
        format!("{}{}", self.text, endpoint.path())
    }
}

impl fmt::Display for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_an_https_url_or_on_loopback() {
        for text in [
            "https://keyway.example",
            "https://keyway.example:8443",
            "https://keyway.example/",
            "https://keyway.example/a/b",
            "http://localhost:8080",
            "http://127.0.0.1:8080",
            "http://[::1]:8080",
        ] {
            let issuer = Issuer::parse(text).unwrap();
            assert_eq!(issuer.as_str(), text.trim_end_matches('/'));
            assert_eq!(
                format!("{}{}", issuer.origin(), issuer.path()),
                issuer.as_str()
            );
        }
        for text in [
            "",
            "keyway.example",
            "http://keyway.example",
            "http://0.0.0.0:8080",
            "https://keyway.example?x",
            "https://keyway.example#x",
            "https://keyway.example//",
            "https://me@keyway.example",
            "https://Keyway.example",
            "https://keyway.example/../x",
            "ftp://keyway.example",
            "https://",
        ] {
            assert!(Issuer::parse(text).is_err(), "{text}");
        }
    }
}
