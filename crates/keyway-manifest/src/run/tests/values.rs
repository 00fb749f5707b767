use serde_json::json;

use super::{key, of_acme};
use crate::testing::{Service, actions, answer, built, run};

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
