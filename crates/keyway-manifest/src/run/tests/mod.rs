//! Actions end to end, over a way out that writes down what is sent.

mod pages;

use keyway_core::ports::{Destination, Redirects};
use keyway_core::{Action, Kind};
use serde_json::{Value, json};

use crate::testing::{Service, actions, answer, built, hosts, run};

/// The only action of a document that has the app `acme`.
fn of_acme(action: &Value) -> Action {
    let document = json!({
        "credentials": { "acme": {
            "fields": { "apiKey": {}, "region": { "secret": false, "required": false } },
        } },
        "apps": { "acme": {
            "base_url": "https://api.acme.example/v1/",
            "headers": {
                "Authorization": "Bearer {{ credentials.acme.apiKey }}",
                "X-Region": "{{ credentials.acme.region }}",
            },
            "query": { "lang": "en", "v": "1" },
            "errors": [{ "status": "4xx", "code": "acme_refused", "message": "Acme refused" }],
        } },
        "actions": { "acme:do": action },
    });
    actions(built(&document)).remove(0)
}

fn key() -> [(&'static str, Value); 1] {
    [("acme", json!({ "apiKey": "canary-key" }))]
}

#[test]
fn a_request_is_what_the_definition_says() {
    let action = of_acme(&json!({
        "app": "acme",
        "input": {
            "type": "object",
            "properties": {
                "id": { "type": "string" },
                "tags": { "type": "array", "items": { "type": "string" } },
                "title": { "type": "string" },
                "urgent": { "type": "boolean" },
                "note": { "type": "string" },
            },
        },
        "http": {
            "method": "POST",
            "url": "/tickets/{{ input.id }}/notes?fixed=a,b&id={{ input.id }}",
            "query": { "tag": "{{ input.tags }}", "v": "2", "note": "{{ input.note }}" },
            "headers": { "X-Trace": "t-{{ input.id | upper }}" },
            "body": {
                "title": "{{ input.title }}",
                "urgent": "{{ input.urgent }}",
                "note": "{{ input.note }}",
                "all": { "tags": "{{ input.tags }}", "fixed": [1, null, "a"] },
                "line": "{{ input.id }}: {{ input.title }}",
            },
        },
    }));
    let service = Service::new(vec![answer(200, r#"{ "n": 1.50 }"#)]);
    let input = json!({ "id": "a/b", "tags": ["x&y", "z"], "title": "\"T\"", "urgent": true });
    let result = run(&action, &service, &key(), &input).unwrap();
    assert_eq!(result, json!({ "n": 1.5 }));
    let sent = service.last();
    assert_eq!(
        sent.url,
        "https://api.acme.example/v1/tickets/a%2Fb/notes?fixed=a,b&id=a%2Fb&tag=x%26y&tag=z&v=2&lang=en"
    );
    assert_eq!(sent.method, "POST");
    let header = |name: &str| sent.headers[name].to_str().unwrap().to_owned();
    assert_eq!(header("authorization"), "Bearer canary-key");
    assert!(sent.headers["authorization"].is_sensitive());
    assert_eq!(header("x-trace"), "t-A/B");
    assert_eq!(header("content-type"), "application/json");
    assert_eq!(header("accept"), "application/json");
    // A field that is not there has no header.
    assert!(!sent.headers.contains_key("x-region"));
    let body: Value = serde_json::from_slice(&sent.body).unwrap();
    assert_eq!(
        body,
        json!({
            "title": "\"T\"",
            "urgent": true,
            "all": { "tags": ["x&y", "z"], "fixed": [1, null, "a"] },
            "line": "a/b: \"T\"",
        })
    );
    assert_eq!(sent.destination, Destination::Operator);
    assert_eq!(sent.hosts, Some(hosts(&["api.acme.example"])));
    assert_eq!(sent.redirects, Redirects::Follow(5));
}

#[test]
fn forms_and_texts_are_written_for_what_they_are() {
    let input = json!({ "type": "object", "properties": { "a": {}, "b": {} } });
    let form = of_acme(&json!({
        "app": "acme",
        "input": input,
        "http": { "method": "POST", "url": "x", "form": { "a b": "{{ input.a }}", "n": 7, "b": "{{ input.b }}" } },
    }));
    let service = Service::new(vec![answer(204, "")]);
    run(&form, &service, &key(), &json!({ "a": ["1&2", "é +"] })).unwrap();
    let sent = service.last();
    assert_eq!(sent.body, "a+b=1%262&a+b=%C3%A9+%2B&n=7");
    assert_eq!(
        sent.headers["content-type"],
        "application/x-www-form-urlencoded"
    );
    let xml = of_acme(&json!({
        "app": "acme",
        "input": input,
        "http": { "method": "POST", "url": "x", "text": "<a b=\"{{ input.a }}\"/>", "media_type": "application/xml" },
    }));
    run(&xml, &service, &key(), &json!({ "a": "\"/><c>" })).unwrap();
    assert_eq!(service.last().body, "<a b=\"&quot;/&gt;&lt;c&gt;\"/>");
}

#[test]
fn a_text_that_is_one_value_is_that_value() {
    let csv = of_acme(&json!({
        "app": "acme",
        "input": { "type": "object", "properties": { "csv": { "type": "string" } } },
        "http": { "method": "PUT", "url": "x", "text": "{{ input.csv }}", "media_type": "text/csv" },
    }));
    let service = Service::new(vec![answer(204, "")]);
    run(&csv, &service, &key(), &json!({ "csv": "a,\"b\"\r\n<c>" })).unwrap();
    assert_eq!(service.last().body, "a,\"b\"\r\n<c>");
    assert_eq!(service.last().headers["content-type"], "text/csv");
}

#[test]
fn cookies_and_basic_credentials_are_sent_and_secret() {
    let document = json!({
        "apps": { "acme": {
            "base_url": "https://api.acme.example",
            "credential": { "fields": { "user": { "secret": false }, "password": {} } },
            "headers": { "Authorization": "Basic {{ (credentials.acme.user ~ ':' ~ credentials.acme.password) | base64 }}" },
            "cookies": { "session": "{{ credentials.acme.password }}", "lang": "en" },
        } },
        "actions": { "do": {
            "app": "acme",
            "input": { "type": "object", "properties": { "c": {}, "d": {} } },
            "http": { "url": "/", "cookies": { "lang": "de", "c": "{{ input.c }}", "d": "{{ input.d }}" } },
        } },
    });
    let action = actions(built(&document)).remove(0);
    let service = Service::new(vec![answer(204, "")]);
    let fields = [("acme", json!({ "user": "u", "password": "p;w" }))];
    run(
        &action,
        &service,
        &fields,
        &json!({ "c": "x; admin=1\r\n" }),
    )
    .unwrap();
    let sent = service.last();
    assert_eq!(sent.headers["authorization"], "Basic dTpwO3c=");
    assert_eq!(
        sent.headers["cookie"],
        "lang=de; c=x%3B%20admin%3D1%0D%0A; session=p%3Bw"
    );
    assert!(sent.headers["cookie"].is_sensitive() && sent.headers["authorization"].is_sensitive());
}

#[test]
fn the_members_of_an_input_take_no_name_that_the_action_says() {
    let action = of_acme(&json!({
        "app": "acme",
        "input": { "type": "object", "properties": { "where": { "type": "object" } } },
        "http": {
            "url": "/x?fixed=1",
            "query": { "where": { "value": "{{ input.where }}" }, "own": "1" },
        },
    }));
    let service = Service::new(vec![answer(204, "")]);
    run(&action, &service, &key(), &json!({ "where": { "a": 1 } })).unwrap();
    assert!(service.urls()[0].ends_with("/x?fixed=1&a=1&own=1&lang=en&v=1"));
    for name in ["fixed", "own", "lang"] {
        let input = json!({ "where": { name: "2" } });
        let error = run(&action, &service, &key(), &input).unwrap_err();
        assert_eq!(error.problems()[0].pointer, "/where", "{name}");
    }
    assert_eq!(service.urls().len(), 1);
}

#[test]
fn an_action_without_an_app_goes_to_its_own_host_only() {
    let document = json!({ "actions": { "ping": {
        "http": { "url": "https://localhost:8443/ping", "redirects": 0, "retries": 2, "timeout": "5s", "max_bytes": "1 KiB" },
        "result": { "text": true },
    } } });
    let action = actions(built(&document)).remove(0);
    let service = Service::new(vec![answer(200, "pong")]);
    assert_eq!(run(&action, &service, &[], &json!({})).unwrap(), "pong");
    let sent = service.last();
    assert_eq!(sent.hosts, Some(hosts(&["localhost:8443"])));
    assert_eq!((sent.redirects, sent.retries), (Redirects::Return, 2));
    assert_eq!(sent.limits.body_bytes, Some(1024));
    assert_eq!(
        action.get_timeout(),
        Some(std::time::Duration::from_secs(5))
    );
    assert!(!sent.headers.contains_key("accept"));
    let annotations = action.get_annotations();
    assert_eq!(
        (annotations.read_only, annotations.idempotent),
        (Some(true), Some(true))
    );
}

#[test]
fn every_answer_has_a_result_or_a_failure() {
    let with = |result: Value| {
        of_acme(&json!({ "app": "acme", "http": { "url": "/x" }, "result": result }))
    };
    let found = |result: Value, status: u16, body: &str| {
        let service = Service::new(vec![answer(status, body)]);
        run(&with(result), &service, &key(), &json!({})).map_err(|error| error.code().to_owned())
    };
    let list = r#"{"data":{"items":[{"id":1},{"id":2}]}}"#;
    for (result, status, body, expected) in [
        (
            json!({ "select": "$.data.items[*].id" }),
            200,
            list,
            Ok(json!([1, 2])),
        ),
        (
            json!({ "select": "$.data.items[*].id", "one": true }),
            200,
            list,
            Ok(json!(1)),
        ),
        // Nothing found: an empty list, and for one of it a failure unless something stands for it.
        (json!({ "select": "$.nothing" }), 200, list, Ok(json!([]))),
        (
            json!({ "select": "$.nothing", "one": true }),
            200,
            list,
            Err("upstream_unexpected"),
        ),
        (
            json!({ "select": "$.nothing", "one": true, "empty": {} }),
            200,
            list,
            Ok(json!({})),
        ),
        // No body.
        (json!({}), 204, "", Ok(Value::Null)),
        (json!({}), 204, "ignored", Ok(Value::Null)),
        (json!({}), 200, " \n", Ok(Value::Null)),
        (
            json!({ "empty": { "done": true } }),
            204,
            "",
            Ok(json!({ "done": true })),
        ),
        (json!({ "text": true }), 204, "", Ok(json!(""))),
        // No JSON.
        (
            json!({}),
            200,
            "<html>canary</html>",
            Err("upstream_not_json"),
        ),
        (
            json!({ "select": "$.a" }),
            200,
            "{",
            Err("upstream_not_json"),
        ),
        (json!({ "text": true }), 200, "<html>", Ok(json!("<html>"))),
        // No success.
        (json!({}), 302, "canary", Err("upstream_redirected")),
        (json!({}), 404, "canary", Err("acme_refused")),
        (json!({}), 500, "canary", Err("upstream_failed")),
    ] {
        let expected = expected.map_err(str::to_owned);
        assert_eq!(
            found(result.clone(), status, body),
            expected,
            "{result} {status} {body}"
        );
    }
    let deep = "[".repeat(200_000);
    assert_eq!(
        found(json!({}), 200, &deep).unwrap_err(),
        "upstream_too_large"
    );
    let large = format!("\"{}\"", "a".repeat(11 << 20));
    assert_eq!(
        found(json!({}), 200, &large).unwrap_err(),
        "upstream_too_large"
    );
}

#[test]
fn a_status_means_what_the_action_and_then_the_app_say() {
    let action = of_acme(&json!({
        "app": "acme",
        "http": { "url": "/x" },
        "errors": [
            { "status": [404, 410], "code": "ticket_not_found", "message": "there is no such ticket", "hint": "list them" },
            { "status": 429, "code": "slow_down", "message": "too often" },
            { "status": "5xx", "code": "acme_down", "message": "Acme is down", "kind": "unavailable" },
        ],
    }));
    for (status, kind, code) in [
        (404, Kind::NotFound, "ticket_not_found"),
        (410, Kind::NotFound, "ticket_not_found"),
        (429, Kind::RateLimited, "slow_down"),
        (502, Kind::Unavailable, "acme_down"),
        (422, Kind::Invalid, "acme_refused"),
        (403, Kind::BadGateway, "acme_refused"),
    ] {
        let service = Service::new(vec![
            answer(status, "canary-body").header("retry-after", "7"),
        ]);
        let error = run(&action, &service, &key(), &json!({})).unwrap_err();
        assert_eq!((error.kind(), error.code()), (kind, code), "{status}");
        assert_eq!(error.retry_after().unwrap().as_secs(), 7);
        assert_eq!(error.hint().is_some(), code == "ticket_not_found");
        assert!(!format!("{error:?}{}", error.to_json()).contains("canary"));
    }
}

#[test]
fn what_cannot_be_sent_is_told_by_its_place_and_not_repeated() {
    let action = of_acme(&json!({
        "app": "acme",
        "input": { "type": "object", "properties": { "id": {}, "trace": {}, "q": {} } },
        "http": {
            "url": "/t/{{ input.id }}/x{{ input.q }}",
            "headers": { "X-Trace": "{{ input.trace }}" },
            "query": { "q": "{{ input.q }}", "sum": "{{ input.q ~ 1 }}" },
        },
    }));
    let service = Service::new(vec![answer(200, "{}")]);
    let id = "canary";
    for (input, pointer) in [
        (json!({ "q": "1" }), "/id"),
        (json!({ "id": null, "q": "1" }), "/id"),
        (json!({ "id": "", "q": "1" }), "/id"),
        (json!({ "id": "..", "q": "1" }), "/id"),
        (json!({ "id": "canary/../x", "q": "1" }), "/id"),
        (json!({ "id": ["canary"], "q": "1" }), "/id"),
        (json!({ "id": id, "q": { "canary": 1 } }), "/q"),
        (
            json!({ "id": id, "q": "1", "trace": "canary\r\nX-Evil: 1" }),
            "/trace",
        ),
        (
            json!({ "id": id, "q": "1", "trace": "canär-canary" }),
            "/trace",
        ),
    ] {
        let error = run(&action, &service, &key(), &input).unwrap_err();
        assert_eq!(
            (error.kind(), error.code()),
            (Kind::Invalid, "invalid_input"),
            "{input}"
        );
        assert_eq!(error.problems()[0].pointer, pointer, "{input}");
        assert!(
            !format!("{error:?}{}", error.to_json()).contains("canary"),
            "{input}"
        );
    }
    let bad = [("acme", json!({ "apiKey": "canary\r\nkey" }))];
    let good = json!({ "id": "1", "q": "1" });
    let error = run(&action, &service, &bad, &good).unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (Kind::Conflict, "credential_invalid")
    );
    assert!(!format!("{error:?}{}", error.to_json()).contains("canary"));
    assert!(service.urls().is_empty());
    run(&action, &service, &key(), &good).unwrap();
    assert_eq!(service.urls().len(), 1);
}

#[test]
fn expressions_are_filled_and_their_failures_repeat_nothing() {
    let action = of_acme(&json!({
        "app": "acme",
        "input": { "type": "object", "properties": { "n": {}, "deep": {} } },
        "http": { "method": "POST", "url": "{{ base_url }}/x", "body": {
            "sum": "{{ input.n + 1 }}",
            "deep": "{{ input.deep.a.b }}",
            "or": "{{ input.deep.a or 'none' }}",
            "at": "{{ now }}",
            "key": "{{ credentials[\"acme\"].apiKey | length }}",
        } },
    }));
    let service = Service::new(vec![answer(200, "{}")]);
    run(&action, &service, &key(), &json!({ "n": 1 })).unwrap();
    assert_eq!(
        service.urls()[0],
        "https://api.acme.example/v1/x?lang=en&v=1"
    );
    let body: Value = serde_json::from_slice(&service.last().body).unwrap();
    let expected = json!({ "sum": 2, "or": "none", "at": "1970-01-01T00:00:00Z", "key": 10 });
    assert_eq!(body, expected);
    let error = run(&action, &service, &key(), &json!({ "n": "canary" })).unwrap_err();
    assert_eq!(error.code(), "invalid_input");
    assert!(!format!("{error:?}{}", error.to_json()).contains("canary"));
}

#[test]
fn a_resource_is_text() {
    let with = |result: Value| {
        of_acme(&json!({
            "app": "acme",
            "input": { "type": "object", "properties": { "id": { "type": "string" } } },
            "resource": { "template": "acme://tickets/{id}", "mime_type": "text/plain" },
            "http": { "url": "/t/{{ input.id }}" },
            "result": result,
        }))
    };
    let service = Service::new(vec![answer(200, r#"{"title":"T"}"#)]);
    let input = json!({ "id": "1" });
    let text = run(&with(json!({ "text": true })), &service, &key(), &input).unwrap();
    assert_eq!(text, json!({ "text": r#"{"title":"T"}"# }));
    let one = json!({ "select": "$.title", "one": true });
    let text = run(&with(one), &service, &key(), &input).unwrap();
    assert_eq!(text, json!({ "text": "T" }));
    let error = run(&with(json!({})), &service, &key(), &input).unwrap_err();
    assert_eq!(error.code(), "upstream_unexpected");
}
