//! What a webhook's body holds: JSON, or a form with JSON in it.

use keyway_core::json::{self, Bounds};
use keyway_core::provider::WebhookRequest;
use serde_json::Value;

/// The most bytes, depth and values of a payload. GitHub sends none over 25 MiB.
const BOUNDS: Bounds = Bounds {
    bytes: 25 << 20,
    depth: 64,
    nodes: 1_000_000,
};

/// Reads a payload as its media type says ("Webhook events and payloads"): `application/json`, or
/// `application/x-www-form-urlencoded` with `payload` once. The media type is not signed, so a body that is
/// one of both cannot be read as the other: JSON begins with a brace and a form with a name.
pub(super) fn read(request: &WebhookRequest<'_>) -> Option<Value> {
    let media_type = request.header("content-type").unwrap_or_default();
    let media_type = media_type.split(';').next().unwrap_or_default().trim();
    if media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        let mut fields = url::form_urlencoded::parse(request.body);
        let (name, payload) = fields.next()?;
        if name != "payload" || fields.next().is_some() {
            return None;
        }
        return parse(payload.as_bytes());
    }
    media_type
        .eq_ignore_ascii_case("application/json")
        .then(|| parse(request.body))?
}

fn parse(text: &[u8]) -> Option<Value> {
    json::check(text, BOUNDS).ok()?;
    let value: Value = serde_json::from_slice(text).ok()?;
    value.is_object().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderMap;
    use serde_json::json;

    fn get(media_type: &str, body: &[u8]) -> Option<Value> {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", media_type.parse().unwrap());
        read(&WebhookRequest {
            headers: &headers,
            body,
        })
    }

    #[test]
    fn a_payload_is_json_or_a_form_of_it() {
        let one = json!({ "action": "opened & closed", "n": 1 });
        let form = "application/x-www-form-urlencoded";
        let encoded: String = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("payload", &one.to_string())
            .finish();
        assert_eq!(
            get("application/json", one.to_string().as_bytes()),
            Some(one.clone())
        );
        assert_eq!(
            get(
                "application/json; charset=utf-8",
                one.to_string().as_bytes()
            ),
            Some(one.clone())
        );
        assert_eq!(get(form, encoded.as_bytes()), Some(one.clone()));
        for (media_type, body) in [
            (form, one.to_string()),
            ("application/json", encoded.clone()),
            (form, format!("{encoded}&payload=%7B%7D")),
            (form, format!("x=1&{encoded}")),
            (form, "payload=".to_owned()),
            (form, String::new()),
            ("application/json", String::new()),
            ("application/json", "[]".to_owned()),
            ("application/json", "{\"a\":".to_owned()),
            ("text/plain", one.to_string()),
        ] {
            assert_eq!(
                get(media_type, body.as_bytes()),
                None,
                "{media_type} {body}"
            );
        }
        let deep = [vec![b'['; 500], vec![b']'; 500]].concat();
        assert_eq!(
            get("application/json", &[b"{\"a\":", &deep[..], b"}"].concat()),
            None
        );
    }
}
