//! What a resource says to a request without a good enough token.

use std::fmt;

use keyway_core::Scopes;

use super::Resource;

/// A Bearer challenge: the value of `WWW-Authenticate` (RFC 6750 section 3, RFC 9728 section 5.1).
/// Its `Display` is the value.
///
/// ```
/// use keyway_oauth::server::{Challenge, Issuer, Resource};
///
/// let issuer = Issuer::parse("https://keyway.example").unwrap();
/// let mcp = Resource::below(&issuer, "/mcp");
/// let challenge = Challenge::unauthenticated(&mcp, &"mcp".parse().unwrap());
/// assert_eq!(
///     challenge.to_string(),
///     "Bearer realm=\"keyway\", scope=\"mcp\", resource_metadata=\
///      \"https://keyway.example/.well-known/oauth-protected-resource/mcp\""
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    error: Option<(BearerError, &'static str)>,
    scope: Scopes,
    resource_metadata: Option<String>,
}

/// What is wrong with a token (RFC 6750 section 3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BearerError {
    /// `invalid_request`
    InvalidRequest,
    /// `invalid_token`
    InvalidToken,
    /// `insufficient_scope`
    InsufficientScope,
}

impl BearerError {
    /// The code as it is sent.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidToken => "invalid_token",
            Self::InsufficientScope => "insufficient_scope",
        }
    }
}

impl Challenge {
    /// A challenge that only says Bearer: at a place without metadata.
    pub fn bare() -> Self {
        Self {
            error: None,
            scope: Scopes::none(),
            resource_metadata: None,
        }
    }

    /// There is no token (401): which scopes to ask for, and where to begin.
    pub fn unauthenticated(resource: &Resource, scope: &Scopes) -> Self {
        Self {
            error: None,
            scope: scope.clone(),
            resource_metadata: Some(resource.metadata_url()),
        }
    }

    /// The token is not good here, or not any more (401).
    pub fn invalid_token(resource: &Resource, scope: &Scopes) -> Self {
        Self::unauthenticated(resource, scope).with_error(
            BearerError::InvalidToken,
            "the token is unknown, expired, revoked or for another resource",
        )
    }

    /// The token is good for less (403): all the scopes that the request needs.
    pub fn insufficient_scope(resource: &Resource, needed: &Scopes) -> Self {
        Self::unauthenticated(resource, needed).with_error(
            BearerError::InsufficientScope,
            "the token is not good for this: sign in again with the scopes named here",
        )
    }

    /// The same with an error.
    pub fn with_error(self, error: BearerError, description: &'static str) -> Self {
        Self {
            error: Some((error, description)),
            ..self
        }
    }
}

impl fmt::Display for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bearer realm=\"keyway\"")?;
        if let Some((error, description)) = self.error {
            write!(f, ", error=\"{}\"", error.as_str())?;
            write!(f, ", error_description=\"{}\"", quoted(description))?;
        }
        if !self.scope.is_empty() {
            write!(f, ", scope=\"{}\"", quoted(&self.scope.to_string()))?;
        }
        if let Some(url) = &self.resource_metadata {
            write!(f, ", resource_metadata=\"{}\"", quoted(url))?;
        }
        Ok(())
    }
}

/// The inside of a quoted string (RFC 9110 section 5.6.4): what cannot stand in a header is left
/// out.
fn quoted(text: &str) -> String {
    let mut inside = String::with_capacity(text.len());
    for c in text.chars().filter(|c| matches!(c, ' '..='~')) {
        if matches!(c, '"' | '\\') {
            inside.push('\\');
        }
        inside.push(c);
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::Issuer;

    fn mcp() -> Resource {
        Resource::below(&Issuer::parse("https://keyway.example").unwrap(), "/mcp")
    }

    #[test]
    fn the_client_role_reads_what_is_challenged() {
        let needed = "admin mcp".parse().unwrap();
        let value = Challenge::insufficient_scope(&mcp(), &needed).to_string();
        let read = crate::challenge::Challenge::bearer([value.as_str()]).unwrap();
        assert_eq!(read.error.as_deref(), Some("insufficient_scope"));
        assert_eq!(read.scopes, ["mcp", "admin"]);
        assert_eq!(read.resource_metadata, Some(mcp().metadata_url()));
    }

    #[test]
    fn without_a_token_there_is_no_error() {
        // RFC 6750 section 3: no error code for a request without a token.
        let value = Challenge::unauthenticated(&mcp(), &Scopes::none()).to_string();
        assert!(!value.contains("error") && !value.contains("scope="));
        assert_eq!(Challenge::bare().to_string(), "Bearer realm=\"keyway\"");
        let invalid = Challenge::invalid_token(&mcp(), &Scopes::none()).to_string();
        assert!(invalid.contains("error=\"invalid_token\""));
    }

    #[test]
    fn texts_are_quoted_for_a_header() {
        assert_eq!(quoted("a \"b\" \\ \r\nc\u{e9}"), "a \\\"b\\\" \\\\ c");
        let challenge = Challenge::bare().with_error(BearerError::InvalidRequest, "say \"x\"");
        let value = challenge.to_string();
        assert!(
            value.ends_with(r#"error_description="say \"x\"""#),
            "{value}"
        );
        assert!(http::HeaderValue::from_str(&value).is_ok());
    }
}
