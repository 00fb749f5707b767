//! What a request without a good enough token is told: what is wrong, which scopes to ask for, and
//! where to begin (RFC 6750 section 3, RFC 9728 section 5.1, MCP 2026-07-28 "Authorization").

use http::HeaderValue;
use keyway_core::scopes::Scope;
use keyway_core::{Error, Kind, Scopes};
use keyway_oauth::server::{BearerError, Challenge, Issuer, Resource};

use crate::settings::{Authentication, Settings};

/// The codes of requests that bring no token at all.
const WITHOUT_TOKEN: [&str; 1] = ["api_key_missing"];

/// The value of `WWW-Authenticate` for a refusal; `None` for one that no token would have spared.
/// `origin` is the one under which the client reaches us.
pub(crate) fn of_error(error: &Error, origin: &str, settings: &Settings) -> Option<HeaderValue> {
    let challenge = match (error.kind(), error.needed_scopes()) {
        (_, Some(needed)) => return of_scopes(needed, origin, settings),
        (Kind::Unauthenticated, None) => match resource(origin, settings) {
            None => Challenge::bare(),
            Some(resource) if WITHOUT_TOKEN.contains(&error.code()) => {
                Challenge::unauthenticated(&resource, &first_scopes())
            }
            Some(resource) => Challenge::invalid_token(&resource, &first_scopes()),
        },
        _ => return None,
    };
    HeaderValue::try_from(challenge.to_string()).ok()
}

/// The value of `WWW-Authenticate` for a token that is good for less than these scopes.
pub(crate) fn of_scopes(needed: &Scopes, origin: &str, settings: &Settings) -> Option<HeaderValue> {
    let challenge = match resource(origin, settings) {
        Some(resource) => Challenge::insufficient_scope(&resource, needed),
        None => Challenge::bare().with_error(
            BearerError::InsufficientScope,
            "the token does not have the scopes this needs",
        ),
    };
    HeaderValue::try_from(challenge.to_string()).ok()
}

/// What a client asks for at first: everything that MCP has.
fn first_scopes() -> Scopes {
    Scopes::of([Scope::Mcp])
}

/// The resource whose metadata says where tokens come from. There is none where nobody needs one.
fn resource(origin: &str, settings: &Settings) -> Option<Resource> {
    if settings.authentication == Authentication::Off || !settings.mcp.enabled {
        return None;
    }
    let issuer = Issuer::parse(origin).ok()?;
    Some(Resource::below(&issuer, &settings.mcp.route))
}

#[cfg(test)]
mod tests {
    use super::*;

    const METADATA: &str =
        "resource_metadata=\"https://gate.example/.well-known/oauth-protected-resource/mcp\"";

    fn challenge(error: &Error) -> Option<String> {
        let value = of_error(error, "https://gate.example", &Settings::default())?;
        Some(value.to_str().unwrap().to_owned())
    }

    fn unknown(code: &'static str) -> Error {
        Error::new(Kind::Unauthenticated, code, "no")
    }

    #[test]
    fn a_missing_a_bad_and_a_narrow_token_are_told_apart() {
        let missing = challenge(&unknown("api_key_missing")).unwrap();
        assert!(missing.contains("scope=\"mcp\"") && missing.contains(METADATA), "{missing}");
        assert!(!missing.contains("error="), "{missing}");
        let bad = challenge(&unknown("invalid_api_key")).unwrap();
        assert!(bad.contains("error=\"invalid_token\"") && bad.contains(METADATA), "{bad}");
        let needed = "mcp:prompts tools:search".parse().unwrap();
        let narrow = challenge(&Error::insufficient_scope(needed)).unwrap();
        assert!(narrow.contains("error=\"insufficient_scope\""), "{narrow}");
        assert!(narrow.contains("scope=\"mcp:prompts tools:search\""), "{narrow}");
        assert!(narrow.contains(METADATA), "{narrow}");
        assert_eq!(challenge(&Error::new(Kind::Forbidden, "forbidden", "no")), None);
    }

    #[test]
    fn without_keys_no_metadata_is_named() {
        let settings = Settings {
            authentication: Authentication::Off,
            ..Settings::default()
        };
        let error = unknown("api_key_missing");
        let value = of_error(&error, "http://127.0.0.1:1", &settings).unwrap();
        assert_eq!(value, "Bearer realm=\"keyway\"");
    }
}
