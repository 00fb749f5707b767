//! Whatever the inputs are, what is sent keeps its shape.

use std::sync::Arc;

use http::HeaderMap;
use keyway_core::Action;
use proptest::prelude::*;
use serde_json::{Value, json};
use url::Url;

use crate::testing::{Service, actions, answer, built, run};

fn action() -> Action {
    let document = json!({
        "credentials": { "acme": { "fields": { "apiKey": {} } } },
        "apps": { "acme": {
            "base_url": "https://api.acme.example:8443/v1",
            "headers": { "Authorization": "Bearer {{ credentials.acme.apiKey }}" },
        } },
        "actions": { "acme:do": {
            "app": "acme",
            "input": { "type": "object", "properties": {
                "a": { "type": "string" }, "b": { "type": "string" }, "c": { "type": "string" },
            } },
            "http": {
                "method": "POST",
                "url": "/x/{{ input.a }}/y-{{ input.b }}.{{ input.a ~ input.b }}/%2e{{ input.c }}?in={{ input.c }}&two=1-{{ input.a }}",
                "query": { "q": "{{ input.a }}", "r": "r {{ input.b | upper }}", "s": "{{ [input.a, input.c] }}" },
                "headers": { "X-A": "{{ input.a }}", "X-B": "b; {{ input.b }}" },
                "body": {
                    "a": "{{ input.a }}",
                    "b": ["{{ input.b }}", "b {{ input.b }}"],
                    "c": { "d": "{{ input.c }}{{ input.a }}", "e": 1 },
                },
            },
        } },
    });
    actions(built(&document)).remove(0)
}

/// Characters that mean something somewhere, and any others.
fn hostile() -> impl Strategy<Value = String> {
    let pieces = [
        "/",
        "\\",
        ".",
        "..",
        "%",
        "%2e",
        "%2F",
        "%00",
        "?",
        "#",
        "&",
        "=",
        "+",
        ";",
        ":",
        "@",
        " ",
        "\r",
        "\n",
        "\r\n",
        "\0",
        "\t",
        "\"",
        "'",
        "{",
        "}",
        "[",
        "]",
        "{{",
        "}}",
        "{{ input.b }}",
        "{% if a %}",
        "\\u0022",
        "\u{2028}",
        "é",
        "💥",
        "%0d%0aX-Evil: 1",
        "//evil.example",
        "a",
        "",
    ];
    let piece = prop_oneof![
        3 => proptest::sample::select(pieces.to_vec()).prop_map(str::to_owned),
        1 => any::<String>(),
        1 => "[ -~]{0,8}",
    ];
    proptest::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

/// What must not depend on the inputs.
#[derive(Debug, PartialEq)]
struct Shape {
    origin: String,
    segments: usize,
    fixed: Vec<String>,
    parameters: Vec<String>,
    headers: Vec<String>,
    body: Value,
}

/// The value with every text in it made empty.
fn hollow(value: Value) -> Value {
    match value {
        Value::String(_) => "".into(),
        Value::Array(items) => items.into_iter().map(hollow).collect(),
        Value::Object(map) => {
            let members = map.into_iter().map(|(name, value)| (name, hollow(value)));
            Value::Object(members.collect())
        }
        other => other,
    }
}

fn shape(url: &str, headers: &HeaderMap, body: &[u8]) -> Shape {
    let url = Url::parse(url).unwrap();
    let segments: Vec<_> = url.path_segments().unwrap().collect();
    Shape {
        origin: format!(
            "{}{:?}{:?}",
            url.origin().ascii_serialization(),
            url.username(),
            url.fragment()
        ),
        segments: segments.len(),
        fixed: segments[..2]
            .iter()
            .map(|text| (*text).to_owned())
            .collect(),
        parameters: url
            .query_pairs()
            .map(|(name, _)| name.into_owned())
            .collect(),
        headers: headers.keys().map(ToString::to_string).collect(),
        body: hollow(serde_json::from_slice(body).unwrap()),
    }
}

/// What was sent, or nothing where that was refused. Everything that arrives is what was given.
fn sent(action: &Action, input: &Value) -> Option<Shape> {
    let service = Service::new(vec![answer(204, "")]);
    let key = [("acme", json!({ "apiKey": "k" }))];
    if let Err(error) = run(action, &service, &key, input) {
        assert_eq!(error.code(), "invalid_input");
        assert!(service.urls().is_empty());
        return None;
    }
    let sent = service.last();
    let body: Value = serde_json::from_slice(&sent.body).unwrap();
    let (a, b) = (&input["a"], &input["b"]);
    assert_eq!((&body["a"], &body["b"][0]), (a, b));
    let url = Url::parse(&sent.url).unwrap();
    let arrived = url.query_pairs().find(|(name, _)| name == "q").unwrap().1;
    assert_eq!(arrived, a.as_str().unwrap());
    let segment = url.path_segments().unwrap().nth(2).unwrap().to_owned();
    let segment = percent_encoding::percent_decode_str(&segment).decode_utf8();
    assert_eq!(segment.unwrap(), a.as_str().unwrap());
    assert_eq!(
        sent.headers["x-a"].as_bytes(),
        a.as_str().unwrap().as_bytes()
    );
    Some(shape(&sent.url, &sent.headers, &sent.body))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn an_input_never_changes_the_shape_of_a_request(a in hostile(), b in hostile(), c in hostile()) {
        let action = action();
        let plain = sent(&action, &json!({ "a": "a", "b": "b", "c": "c" })).unwrap();
        let input = json!({ "a": a, "b": b, "c": c });
        if let Some(shape) = sent(&action, &input) {
            prop_assert_eq!(shape, plain);
        }
    }

    #[test]
    fn what_fits_is_sent(a in "[A-Za-z0-9 /?&=%#;:@+'\"{}-]{1,12}", b in "[ -~]{1,12}", c in any::<String>()) {
        // Neither leads elsewhere nor is it more than a line of ASCII.
        prop_assume!(!b.split(['/', '\\']).any(|part| matches!(part, "." | "..")));
        prop_assume!(!c.split(['/', '\\']).any(|part| matches!(part, "." | "..")));
        prop_assume!(!format!("{a}{b}").split(['/', '\\']).any(|part| matches!(part, "." | "..")));
        prop_assume!(!c.is_empty());
        let input = json!({ "a": a.trim(), "b": b, "c": c });
        prop_assume!(!a.trim().is_empty());
        prop_assert!(sent(&action(), &input).is_some());
    }

    #[test]
    fn a_form_keeps_its_names(a in hostile(), b in hostile()) {
        let document = json!({ "actions": { "form": {
            "input": { "type": "object", "properties": { "a": {}, "b": {} } },
            "http": { "method": "POST", "url": "https://a.example/", "form": {
                "a": "{{ input.a }}", "b": "b={{ input.b }}",
            } },
        } } });
        let action = actions(built(&document)).remove(0);
        let service = Service::new(vec![answer(204, "")]);
        run(&action, &service, &[], &json!({ "a": a, "b": b })).unwrap();
        let body = service.last().body;
        let pairs: Vec<_> = url::form_urlencoded::parse(&body).into_owned().collect();
        let expected = [("a".to_owned(), a), ("b".to_owned(), format!("b={b}"))];
        prop_assert_eq!(pairs, expected);
    }

    #[test]
    fn a_credential_never_changes_the_shape_either(key in hostile()) {
        let action = action();
        let service = Service::new(vec![answer(204, "")]);
        let input = json!({ "a": "a", "b": "b", "c": "c" });
        let fields = [("acme", json!({ "apiKey": key }))];
        match run(&action, &service, &fields, &input) {
            Ok(_) => {
                let sent = service.last();
                prop_assert_eq!(sent.headers.len(), 5);
                let value = format!("Bearer {key}");
                prop_assert_eq!(sent.headers["authorization"].as_bytes(), value.as_bytes());
            }
            Err(error) => {
                prop_assert_eq!(error.code(), "credential_invalid");
                prop_assert!(service.urls().is_empty());
            }
        }
    }
}

#[test]
fn the_service_is_only_asked_where_nothing_is_refused() {
    let service: Arc<Service> = Service::new(vec![answer(204, "")]);
    let key = [("acme", json!({ "apiKey": "k" }))];
    for a in ["..", ".", "a/../b", "\\..", ""] {
        let input = json!({ "a": a, "b": "b", "c": "c" });
        run(&action(), &service, &key, &input).unwrap_err();
    }
    // `%2e` stands in the definition: with a dot behind it, it would lead up.
    let input = json!({ "a": "a", "b": "b", "c": "." });
    run(&action(), &service, &key, &input).unwrap_err();
    assert!(service.urls().is_empty());
}
