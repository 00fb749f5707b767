use http::HeaderMap;
use http::header::AUTHORIZATION;
use keyway_core::{Error, Kind};

/// The token of `Authorization: Bearer <token>` (RFC 6750, section 2.1). The scheme may be written
/// in any case (RFC 9110, section 11.1).
pub(crate) fn token(headers: &HeaderMap) -> Result<&str, Error> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else {
        return Err(missing());
    };
    if values.next().is_some() {
        return Err(unusable());
    }
    let (scheme, token) = value
        .to_str()
        .ok()
        .and_then(|text| text.split_once(' '))
        .ok_or_else(unusable)?;
    let token = token.trim();
    if !scheme.eq_ignore_ascii_case("bearer") || token.is_empty() {
        return Err(unusable());
    }
    Ok(token)
}

fn missing() -> Error {
    Error::new(
        Kind::Unauthenticated,
        "api_key_missing",
        "this needs an API key or an access token",
    )
    .with_hint(
        "sign in with a client that speaks MCP authorization (the WWW-Authenticate header says \
         where it begins), or send `Authorization: Bearer <API key>`; `keyway api-keys create` \
         makes one",
    )
}

fn unusable() -> Error {
    Error::new(
        Kind::Unauthenticated,
        "authorization_malformed",
        "the Authorization header is not one bearer token",
    )
    .with_hint("send one header: `Authorization: Bearer <API key>`")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(values: &[&str]) -> Result<String, String> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(AUTHORIZATION, value.parse().unwrap());
        }
        token(&headers)
            .map(str::to_owned)
            .map_err(|error| error.code().to_owned())
    }

    #[test]
    fn the_scheme_may_be_written_in_any_case() {
        for value in ["Bearer kw_1", "bearer kw_1", "BEARER  kw_1 "] {
            assert_eq!(read(&[value]), Ok("kw_1".into()), "{value}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        assert_eq!(read(&[]), Err("api_key_missing".into()));
        for values in [
            &["Basic a2V5"][..],
            &["Bearer"],
            &["Bearer "],
            &["kw_1"],
            &["Bearer kw_1", "Bearer kw_2"],
        ] {
            assert_eq!(
                read(values),
                Err("authorization_malformed".into()),
                "{values:?}"
            );
        }
    }
}
