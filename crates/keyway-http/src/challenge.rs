use http::HeaderValue;
use keyway_core::scopes::Scope;
use keyway_core::{Error, Kind, Scopes};
use keyway_oauth::server::{BearerError, Challenge, Resource};

/// What `WWW-Authenticate` says to a request that was refused at a resource (RFC 6750 section 3,
/// RFC 9728 section 5.1): which scopes to ask for, and where to begin. `None` for an error that no
/// token would cure. Without a resource, because clients reach us in a way no token should take,
/// it only says Bearer.
pub(crate) fn challenge(error: &Error, resource: Option<&Resource>) -> Option<HeaderValue> {
    let needed = error.needed_scopes();
    let challenge = match (error.kind(), needed, resource) {
        (Kind::Forbidden, Some(needed), Some(resource)) => {
            Challenge::insufficient_scope(resource, needed)
        }
        (Kind::Unauthenticated, _, None) => Challenge::bare(),
        (Kind::Unauthenticated, _, Some(resource)) => {
            let usual = Scopes::of([Scope::Mcp]);
            match error.code() {
                "api_key_missing" => Challenge::unauthenticated(resource, &usual),
                "authorization_malformed" => Challenge::unauthenticated(resource, &usual)
                    .with_error(
                        BearerError::InvalidRequest,
                        "the Authorization header is not one bearer token",
                    ),
                _ => Challenge::invalid_token(resource, &usual),
            }
        }
        _ => return None,
    };
    HeaderValue::from_str(&challenge.to_string()).ok()
}

#[cfg(test)]
mod tests {
    use keyway_oauth::server::Issuer;

    use super::*;

    fn told(error: &Error) -> Option<String> {
        let issuer = Issuer::parse("https://gate.example").unwrap();
        let mcp = Resource::below(&issuer, "/mcp");
        let value = challenge(error, Some(&mcp))?;
        Some(value.to_str().unwrap().to_owned())
    }

    const BEGIN: &str =
        "resource_metadata=\"https://gate.example/.well-known/oauth-protected-resource/mcp\"";

    #[test]
    fn who_brings_nothing_is_told_where_to_begin() {
        let missing = Error::new(Kind::Unauthenticated, "api_key_missing", "x");
        let value = told(&missing).unwrap();
        assert_eq!(
            value,
            format!("Bearer realm=\"keyway\", scope=\"mcp\", {BEGIN}")
        );
    }

    #[test]
    fn a_token_that_is_no_good_is_called_that() {
        let invalid = Error::new(Kind::Unauthenticated, "invalid_token", "x");
        let value = told(&invalid).unwrap();
        assert!(value.contains("error=\"invalid_token\"") && value.contains(BEGIN));
        let bare = challenge(&invalid, None).unwrap();
        assert_eq!(bare, "Bearer realm=\"keyway\"");
    }

    #[test]
    fn a_shortfall_names_all_the_scopes_needed() {
        let short = Error::insufficient_scope("mcp admin".parse().unwrap());
        let value = told(&short).unwrap();
        assert!(value.contains("error=\"insufficient_scope\""));
        assert!(value.contains("scope=\"mcp admin\"") && value.contains(BEGIN));
    }

    #[test]
    fn what_no_token_cures_has_no_challenge() {
        for kind in [Kind::NotFound, Kind::Forbidden, Kind::Internal] {
            assert_eq!(told(&Error::new(kind, "x", "x")), None);
        }
    }
}
