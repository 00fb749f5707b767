use http::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::refusal::Refusal;

/// Refuses a request whose client takes no JSON (RFC 9110, section 12.5.1).
pub(crate) fn accepts_json(headers: &HeaderMap) -> Result<(), Refusal> {
    let mut asked = headers.get_all(ACCEPT).iter().peekable();
    if asked.peek().is_none() {
        return Ok(());
    }
    let mut ranges = asked
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    if ranges.any(admits_json) {
        return Ok(());
    }
    Err(Refusal::hinting(
        StatusCode::NOT_ACCEPTABLE,
        "not_acceptable",
        "the answer is JSON, which the Accept header leaves out",
        "send `Accept: application/json`, or no Accept header",
    ))
}

/// Refuses a body that is not plain JSON.
pub(crate) fn is_json(headers: &HeaderMap) -> Result<(), Refusal> {
    let media_type = headers.get(CONTENT_TYPE).map(essence).unwrap_or_default();
    let json = media_type == "application/json"
        || (media_type.starts_with("application/") && media_type.ends_with("+json"));
    if !json {
        return Err(Refusal::hinting(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "not_json",
            "the request's body is not declared as JSON",
            "send `Content-Type: application/json`",
        ));
    }
    is_plain(headers)
}

/// Refuses a body that is compressed: what it unpacks to could not be bounded by its length.
pub(crate) fn is_plain(headers: &HeaderMap) -> Result<(), Refusal> {
    match headers.get(CONTENT_ENCODING) {
        None => Ok(()),
        Some(coding) if coding.as_bytes().eq_ignore_ascii_case(b"identity") => Ok(()),
        Some(_) => Err(Refusal::hinting(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "body_encoded",
            "the request's body is compressed",
            "send it without Content-Encoding",
        )
        .unread()),
    }
}

fn admits_json(range: &str) -> bool {
    let mut parts = range.split(';').map(str::trim);
    let named = parts.next().unwrap_or_default().to_ascii_lowercase();
    let refused = parts.any(|parameter| {
        parameter.split_once('=').is_some_and(|(name, value)| {
            name.trim().eq_ignore_ascii_case("q")
                && value
                    .trim()
                    .parse::<f32>()
                    .is_ok_and(|weight| weight <= 0.0)
        })
    });
    !refused && ["application/json", "application/*", "*/*"].contains(&named.as_str())
}

fn essence(value: &HeaderValue) -> String {
    let text = value.to_str().unwrap_or_default();
    text.split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: http::HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, value.parse().unwrap())])
    }

    #[test]
    fn json_is_accepted_by_the_ranges_that_hold_it() {
        assert!(accepts_json(&HeaderMap::new()).is_ok());
        for accept in [
            "application/json",
            "text/html, */*;q=0.1",
            "Application/*",
            "text/plain,application/json; q=1",
        ] {
            assert!(accepts_json(&with(ACCEPT, accept)).is_ok(), "{accept}");
        }
        for accept in ["text/html", "application/json;q=0", "application/xml", ""] {
            let status = accepts_json(&with(ACCEPT, accept)).unwrap_err().status();
            assert_eq!(status, StatusCode::NOT_ACCEPTABLE, "{accept}");
        }
    }

    #[test]
    fn only_json_is_json() {
        for good in [
            "application/json",
            "application/json; charset=utf-8",
            "application/vnd.x+json",
        ] {
            assert!(is_json(&with(CONTENT_TYPE, good)).is_ok(), "{good}");
        }
        for bad in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "text/json+json",
            "",
        ] {
            assert!(is_json(&with(CONTENT_TYPE, bad)).is_err(), "{bad}");
        }
        let mut packed = with(CONTENT_TYPE, "application/json");
        packed.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        assert!(is_json(&packed).is_err());
    }
}
