//! What a refused request says of credentials (RFC 9110 section 11.6.1, RFC 6750 section 3).

use http::HeaderMap;
use http::header::WWW_AUTHENTICATE;

/// The values of `WWW-Authenticate` that can be read.
pub(super) fn challenges(headers: &HeaderMap) -> Vec<String> {
    headers
        .get_all(WWW_AUTHENTICATE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .map(str::to_owned)
        .collect()
}

/// True when one of them asks for a bearer token.
pub(super) fn asks_for_bearer(challenges: &[String]) -> bool {
    challenges.iter().any(|value| {
        value.split(',').any(|part| {
            let word = part.split_whitespace().next().unwrap_or_default();
            word.eq_ignore_ascii_case("bearer")
        })
    })
}

/// True when one of them says that the token is good but for too little.
pub(super) fn wants_more_scope(challenges: &[String]) -> bool {
    challenges.iter().any(|value| {
        value.split([',', ' ']).any(|part| {
            let part = part.trim();
            part == "error=\"insufficient_scope\"" || part == "error=insufficient_scope"
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn challenges_are_told_apart() {
        let of = |value: &str| vec![value.to_owned()];
        assert!(asks_for_bearer(&of("Bearer")));
        assert!(asks_for_bearer(&of(r#"Basic realm="a", bearer scope="x""#)));
        assert!(!asks_for_bearer(&of(r#"Basic realm="Bearer""#)));
        assert!(!asks_for_bearer(&[]));
        assert!(wants_more_scope(&of(
            r#"Bearer scope="a b", error="insufficient_scope""#
        )));
        assert!(wants_more_scope(&of("Bearer error=insufficient_scope")));
        assert!(!wants_more_scope(&of(
            r#"Bearer error_description="insufficient_scope""#
        )));
    }
}
