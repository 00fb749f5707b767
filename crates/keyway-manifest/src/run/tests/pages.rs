use keyway_core::Action;
use serde_json::{Value, json};

use super::{key, of_acme};
use crate::testing::{Service, answer, run};

fn pages(pagination: &Value, select: Option<&str>) -> Action {
    let result = select.map_or_else(|| json!({}), |select| json!({ "select": select }));
    of_acme(&json!({
        "app": "acme",
        "input": { "type": "object", "properties": { "q": { "type": "string" } } },
        "http": { "url": "/list", "query": { "q": "{{ input.q }}" } },
        "result": result,
        "pagination": pagination,
    }))
}

fn listed(action: &Action, service: &std::sync::Arc<Service>) -> Result<Value, String> {
    run(action, service, &key(), &json!({ "q": "a b" })).map_err(|error| error.code().to_owned())
}

const ASKED: &str = "https://api.acme.example/v1/list?q=a%20b&lang=en&v=1";

#[test]
fn cursors_are_followed_to_the_end() {
    let cursor = json!({ "cursor": { "parameter": "after", "next": "$.next" } });
    let action = pages(&cursor, Some("$.items[*]"));
    let service = Service::new(vec![
        answer(200, r#"{"items":[1,2],"next":"c&1"}"#),
        answer(200, r#"{"items":[],"next":7}"#),
        answer(200, r#"{"items":[3],"next":null}"#),
    ]);
    assert_eq!(listed(&action, &service), Ok(json!([1, 2, 3])));
    assert_eq!(
        service.urls(),
        [
            ASKED.to_owned(),
            format!("{ASKED}&after=c%261"),
            format!("{ASKED}&after=7")
        ]
    );
    // A cursor that comes again ends the list.
    let service = Service::new(vec![answer(200, r#"{"items":[1],"next":"same"}"#)]);
    assert_eq!(listed(&action, &service), Ok(json!([1, 1])));
    let service = Service::new(vec![answer(200, r#"{"items":[1],"next":{}}"#)]);
    assert_eq!(
        listed(&action, &service),
        Err("upstream_unexpected".to_owned())
    );
    let service = Service::new(vec![
        answer(200, r#"{"items":[1],"next":"a"}"#),
        answer(404, ""),
    ]);
    assert_eq!(listed(&action, &service), Err("acme_refused".to_owned()));
}

#[test]
fn numbered_pages_and_offsets_end_with_a_page_that_is_not_full() {
    let page =
        json!({ "page": { "parameter": "p", "first": 0, "size_parameter": "n", "size": 2 } });
    let action = pages(&page, None);
    let service = Service::new(vec![answer(200, "[1,2]"), answer(200, "[3]")]);
    assert_eq!(listed(&action, &service), Ok(json!([1, 2, 3])));
    assert_eq!(service.urls()[0], format!("{ASKED}&p=0&n=2"));
    assert_eq!(service.urls()[1], format!("{ASKED}&n=2&p=1"));
    let bare = json!({ "page": { "parameter": "p" } });
    let service = Service::new(vec![answer(200, "[1]"), answer(200, "[]")]);
    assert_eq!(listed(&pages(&bare, None), &service), Ok(json!([1])));
    let offset = json!({ "offset": { "parameter": "o", "size_parameter": "n", "size": 2 } });
    let service = Service::new(vec![
        answer(200, "[1,2]"),
        answer(200, "[3,4]"),
        answer(204, ""),
    ]);
    assert_eq!(
        listed(&pages(&offset, None), &service),
        Ok(json!([1, 2, 3, 4]))
    );
    assert_eq!(service.urls()[2], format!("{ASKED}&n=2&o=4"));
    let service = Service::new(vec![answer(200, r#"{"items":[]}"#)]);
    assert_eq!(
        listed(&pages(&offset, None), &service),
        Err("upstream_unexpected".to_owned())
    );
}

#[test]
fn links_are_followed_at_home_only() {
    let action = pages(&json!({ "link": true }), None);
    let service = Service::new(vec![
        answer(200, "[1]").header("link", r#"</v1/list?cursor=x%20y&q=a%20b>; rel="next""#),
        answer(200, "[2]"),
    ]);
    assert_eq!(listed(&action, &service), Ok(json!([1, 2])));
    // What the link does not say is said as before.
    let next = "https://api.acme.example/v1/list?cursor=x%20y&q=a%20b&lang=en&v=1";
    assert_eq!(service.urls()[1], next);
    let service = Service::new(vec![
        answer(200, "[1]").header("link", r#"<https://evil.example/>; rel="next""#),
    ]);
    assert_eq!(
        listed(&action, &service),
        Err("upstream_redirected".to_owned())
    );
    assert_eq!(service.urls().len(), 1);
}

#[test]
fn pages_are_bounded_in_number_and_together_in_size() {
    let most = json!({ "page": { "parameter": "p" }, "max_pages": 3 });
    let service = Service::new(vec![answer(200, "[1]")]);
    assert_eq!(listed(&pages(&most, None), &service), Ok(json!([1, 1, 1])));
    let page = format!("[\"{}\"]", "a".repeat(4 << 20));
    let service = Service::new(vec![answer(200, page)]);
    let all = json!({ "page": { "parameter": "p" } });
    assert_eq!(
        listed(&pages(&all, None), &service),
        Err("upstream_too_large".to_owned())
    );
    assert_eq!(service.urls().len(), 3);
}
