use http::Method;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{Routed, query_pairs, segments};
use crate::action::{Action, Entry, Expose, Registry};
use crate::rpc::RawJson;

fn schema() -> Value {
    json!({
        "type": "object",
        "properties": {
            "id": { "type": "integer" },
            "name": { "type": "string" },
            "notify": { "type": ["boolean", "null"] },
            "tags": { "type": "array", "items": { "$ref": "#/$defs/Tag" } },
            "weight": { "type": "number" },
            "texts": { "type": "array", "items": { "type": "string" } }
        },
        "$defs": { "Tag": { "type": "integer" } }
    })
}

fn action(slug: &str, method: Method, path: &str) -> Action {
    Action::new(slug, |_, input: Value| async move { Ok(input) })
        .input_schema_override(schema())
        .read_only()
        .route(method, path)
}

fn registry(routes: &[(Method, &str)]) -> Registry {
    let named = |(number, (method, path)): (usize, &(Method, &str))| {
        action(&format!("a{number}"), method.clone(), path)
    };
    Registry::new(routes.iter().enumerate().map(named).collect()).unwrap()
}

fn entry(registry: &Registry) -> &Entry {
    registry.get("a0").unwrap()
}

/// What a request says, or the code of its refusal.
fn asked(
    registry: &Registry,
    method: &Method,
    path: &str,
    query: &str,
    body: Option<&str>,
) -> Result<Value, String> {
    let told = |error: crate::Error| error.code().to_owned();
    let path = segments(path).map_err(told)?;
    let Routed::Found(entry, values) = registry.by_route(method, path) else {
        return Err("nothing".into());
    };
    let query = query_pairs(query).map_err(told)?;
    let body = body.map(|text| RawJson::parse(text.to_owned().into()).unwrap());
    let input = entry.routed_input(&values, &query, body.as_ref());
    Ok(input.map_err(told)?.read().unwrap())
}

#[test]
fn path_query_and_body_each_have_their_place() {
    let post = registry(&[(Method::POST, "/tickets/{id}/notes{?notify,tags}")]);
    let ask = |path: &str, query: &str, body: Option<&str>| {
        asked(&post, &Method::POST, path, query, body)
    };
    assert_eq!(
        ask(
            "/tickets/7/notes",
            "notify=true&tags=1&tags=2",
            Some(r#"{"name":"a"}"#)
        ),
        Ok(json!({ "id": 7, "notify": true, "tags": [1, 2], "name": "a" }))
    );
    assert_eq!(ask("/tickets/7/notes", "", None), Ok(json!({ "id": 7 })));
    for (query, body, code) in [
        ("", r#"{"id":8}"#, "given_twice"),
        ("", r#"{"\u0069d":8}"#, "given_twice"),
        ("id=8", "{}", "given_twice"),
        ("notify=true&notify=false", "{}", "given_twice"),
        ("notify=true", r#"{"notify":false}"#, "given_twice"),
        ("", r#"{"name":"a","name":"b"}"#, "given_twice"),
        ("", r#"{"notify":false}"#, "misplaced_input"),
        ("name=a", "{}", "unknown_parameter"),
        ("nonsense=a", "{}", "unknown_parameter"),
        ("notify=%", "{}", "malformed_query"),
        ("notify=%C3%28", "{}", "malformed_query"),
        ("", "[1]", "invalid_input"),
    ] {
        let refused = ask("/tickets/7/notes", query, Some(body));
        assert_eq!(refused, Err(code.to_owned()), "{query} {body}");
    }
}

#[test]
fn texts_become_what_the_schema_wants_and_stay_what_they_are() {
    let get = registry(&[(Method::GET, "/tickets/{name}")]);
    let ask = |path: &str, query: &str| asked(&get, &Method::GET, path, query, None);
    assert_eq!(
        ask(
            "/tickets/a%2Fb%20c+d",
            "id=12&weight=1.5&notify=false&tags=7&texts=1"
        ),
        Ok(json!({
            "name": "a/b c+d", "id": 12, "weight": 1.5, "notify": false, "tags": [7], "texts": ["1"]
        }))
    );
    assert_eq!(
        ask("/tickets/42", "id=x&texts=a+b%2Bc"),
        Ok(json!({ "name": "42", "id": "x", "texts": ["a b+c"] })),
        "validation says what is wrong with it"
    );
    let body = asked(&get, &Method::GET, "/tickets/42", "", Some("{}"));
    assert_eq!(body, Err("body_not_taken".into()));
    let head = asked(&get, &Method::HEAD, "/tickets/42", "", None);
    assert_eq!(head, Ok(json!({ "name": "42" })));
}

#[test]
fn the_path_that_says_more_is_meant_whatever_the_order() {
    let all = registry(&[
        (Method::GET, "/tickets/{id}"),
        (Method::GET, "/tickets/new"),
        (Method::PUT, "/tickets/{id}"),
        (Method::GET, "/{name}/new/x"),
        (Method::GET, "/tickets/{id}/y"),
    ]);
    let slug = |method: Method, path: &str| match all.by_route(&method, segments(path).unwrap()) {
        Routed::Found(entry, values) => format!("{} {values:?}", entry.action().slug()),
        Routed::Others(others) => format!("{} others", others.len()),
        Routed::Nothing => "nothing".into(),
    };
    assert_eq!(slug(Method::GET, "/tickets/new"), "a1 []");
    assert_eq!(slug(Method::GET, "/tickets/7"), r#"a0 ["7"]"#);
    assert_eq!(slug(Method::PUT, "/tickets/new"), r#"a2 ["new"]"#);
    assert_eq!(slug(Method::DELETE, "/tickets/new"), "3 others");
    assert_eq!(slug(Method::GET, "/tickets/new/x"), r#"a3 ["tickets"]"#);
    assert_eq!(slug(Method::GET, "/tickets/new/y"), r#"a4 ["new"]"#);
    assert_eq!(slug(Method::GET, "/tickets"), "nothing");
}

#[test]
fn two_actions_at_one_route_are_named_with_where_they_are() {
    let clashes = Registry::new(vec![
        action("one", Method::POST, "/tickets/{id}"),
        action("two", Method::POST, "/tickets/{name}"),
    ]);
    let told = clashes.unwrap_err()[0].to_string();
    assert!(
        told.starts_with(r#"the route "POST /api/tickets/{}" is claimed by action "one" ("#),
        "{told}"
    );
    assert!(told.contains(r#" and by action "two" ("#), "{told}");
    assert_eq!(told.matches("route/tests.rs:").count(), 2, "{told}");
}

#[test]
fn a_route_that_cannot_work_keeps_the_gateway_from_starting() {
    let secret = json!({ "type": "object", "properties": {
        "id": { "type": "string" }, "pin": { "type": "string", "writeOnly": true },
        "background": { "type": "boolean" }
    } });
    let get = |path: &str| action("a", Method::GET, path);
    let secretive =
        |method, path: &str| action("a", method, path).input_schema_override(secret.clone());
    for (action, why) in [
        (action("a", Method::OPTIONS, "/a"), "the method is one of"),
        (get("a"), "begins with `/`"),
        (get("/"), "none is empty"),
        (get("/a//b"), "none is empty"),
        (get("/a/"), "none is empty"),
        (get("/a/.."), "none is empty"),
        (get("/a%20b"), "needs no percent-encoding"),
        (get("/a/{id}x"), "needs no percent-encoding"),
        (get("/{id}/{id}"), "`id` is in it twice"),
        (get("/{id}{?id}"), "`id` is in it twice"),
        (get("/{id}{?tags}/x"), "parameters of the query come last"),
        (get("/{other}"), "`other` is not among its inputs"),
        (get("/{tags}"), "`tags` is an array"),
        (secretive(Method::POST, "/{pin}"), "`pin` is a secret"),
        (secretive(Method::GET, "/{id}"), "`pin` is a secret"),
        (secretive(Method::POST, "/{id}{?pin}"), "`pin` is a secret"),
        (
            get("/{id}").expose(Expose::NONE),
            "the action says `expose(Expose::NONE)`",
        ),
        (
            get("/{id}").annotations(crate::action::Annotations::default()),
            "GET is for what changes nothing",
        ),
    ] {
        let clashes = Registry::new(vec![action]).unwrap_err();
        let told = clashes[0].to_string();
        assert!(told.contains(why), "{why}: {told}");
    }
    let queued = action("a", Method::POST, "/{id}{?background}")
        .input_schema_override(json!({ "type": "object", "properties": {
            "id": { "type": "string" }, "background": { "type": "boolean" }
        } }))
        .expose(Expose::HTTP | Expose::TASK);
    let told = Registry::new(vec![queued]).unwrap_err()[0].to_string();
    assert!(told.contains("says how the action runs"), "{told}");
    assert_eq!(get("/{id}").exposure(), Expose::HTTP);
}

/// Each byte encoded, or not where it need not be.
fn encoded(text: &str, eager: bool) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() && !eager;
    let encode = |b: u8| {
        if plain(b) {
            char::from(b).to_string()
        } else {
            format!("%{b:02X}")
        }
    };
    text.bytes().map(encode).collect()
}

proptest! {
    /// Whatever path, query and body say arrives under its own name and nowhere else.
    #[test]
    fn no_value_gets_into_the_place_of_another(
        name in "[^\\p{C}]{1,20}",
        texts in proptest::collection::vec(any::<String>(), 0..4),
        id in any::<i64>(),
        body in proptest::collection::btree_map("[a-z&=/?%{}\"]{1,6}", any::<String>(), 0..4),
        eager in any::<bool>(),
    ) {
        prop_assume!(name != "." && name != "..");
        let all = registry(&[(Method::POST, "/t/{name}{?texts,id}")]);
        let mut query = vec![format!("id={id}")];
        query.extend(texts.iter().map(|text| format!("texts={}", encoded(text, eager))));
        let path = format!("/t/{}", encoded(&name, eager));
        let reserved = ["name", "texts", "id"];
        let body: Map<_, _> = body
            .into_iter()
            .filter(|(key, _)| !reserved.contains(&key.as_str()))
            .map(|(key, text)| (key, Value::String(text)))
            .collect();
        let text = Value::Object(body.clone()).to_string();
        let input = asked(&all, &Method::POST, &path, &query.join("&"), Some(&text));
        let mut expected = body;
        expected.insert("name".into(), name.into());
        expected.insert("id".into(), id.into());
        if !texts.is_empty() {
            expected.insert("texts".into(), texts.into());
        }
        prop_assert_eq!(input, Ok(Value::Object(expected)));
    }

    /// Nothing a stranger sends makes it panic or mean two things.
    #[test]
    fn whatever_comes_is_read_or_refused(path in ".{0,30}", query in ".{0,60}") {
        if let Ok(read) = segments(&format!("/{path}")) {
            prop_assert!(read.iter().all(|part| !part.is_empty() && part != "." && part != ".."));
        }
        if let Ok(pairs) = query_pairs(&query) {
            let all = registry(&[(Method::GET, "/t/{id}")]);
            if let Ok(input) = entry(&all).routed_input(&["7".into()], &pairs, None) {
                let input: Map<String, Value> = input.read().unwrap();
                prop_assert_eq!(&input["id"], &json!(7));
            }
        }
    }
}
