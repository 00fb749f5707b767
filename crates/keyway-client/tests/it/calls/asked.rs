use std::sync::Arc;

use keyway_client::calls::{Sample, Sampled, Sampler};
use keyway_client::text::is_hidden;
use keyway_client::{Decision, Filled, Subject};
use keyway_core::ports::{BoxFuture, InputRequest};
use keyway_core::rpc::{RawJson, RpcError};
use serde_json::{Value, json};

use super::world::{World, deny};

const TOOL: &str = r#"{"name":"ask","inputSchema":{"type":"object"}}"#;

fn question(method: &str, params: &Value) -> (String, InputRequest) {
    let request = InputRequest {
        method: method.into(),
        params: Some(serde_json::value::to_raw_value(params).unwrap()),
    };
    ("q".into(), request)
}

fn form(properties: &Value, required: &Value) -> (String, InputRequest) {
    let schema = json!({ "type": "object", "properties": properties, "required": required });
    let params = json!({ "mode": "form", "message": "who\u{1b}[2J?", "requestedSchema": schema });
    question("elicitation/create", &params)
}

#[tokio::test]
async fn a_form_is_asked_again_until_its_answers_fit() {
    let world = World::new();
    let server = world.fake("s", &[TOOL]);
    let properties =
        json!({ "age": { "type": "integer", "minimum": 1 }, "name": { "type": "string" } });
    *server.asks.lock() = vec![form(&properties, &json!(["name"]))];
    world.person.will([Decision::Once]);
    world.person.fills([
        Filled::Accepted(json!({ "age": 0 })),
        Filled::Accepted(json!({ "age": 3, "name": "Ada" })),
    ]);
    world.call("s", "ask", "{}").await.unwrap();
    let forms = world.person.forms.lock();
    assert!(forms[0].problems.is_empty() && !forms[0].message.contains('\u{1b}'));
    let fields: Vec<_> = forms[1]
        .problems
        .iter()
        .map(|(field, _)| field.as_str())
        .collect();
    assert_eq!(fields, ["age", "name"]);
    assert_eq!(
        server.answered.lock()[0],
        json!({ "action": "accept", "content": { "age": 3, "name": "Ada" } })
    );
}

#[tokio::test]
async fn forms_are_declined_cancelled_and_given_up() {
    let world = World::new();
    let server = world.fake("s", &[TOOL]);
    let properties = json!({ "name": { "type": "string", "minLength": 3 } });
    let ask = form(&properties, &json!(["name"]));
    *server.asks.lock() = vec![ask];
    let bad = Filled::Accepted(json!({ "name": "x" }));
    for (answers, action) in [
        (vec![Filled::Declined], "decline"),
        (vec![Filled::Cancelled], "cancel"),
        (vec![bad; 10], "cancel"),
    ] {
        world.person.will([Decision::Once]);
        world.person.fills(answers);
        world.call("s", "ask", "{}").await.unwrap();
        let answer = server.answered.lock().pop().unwrap();
        assert_eq!(answer, json!({ "action": action }));
    }
}

#[tokio::test]
async fn a_form_that_is_no_form_is_refused_without_a_question() {
    let world = World::new();
    let server = world.fake("s", &[TOOL]);
    for bad in [
        form(&json!({ "a": { "type": "object" } }), &json!([])),
        question("elicitation/create", &json!({ "message": "m" })),
        question(
            "elicitation/create",
            &json!({ "mode": "hologram", "message": "m" }),
        ),
        question("elicitation/create", &json!(null)),
        question("something/else", &json!({})),
    ] {
        *server.asks.lock() = vec![bad];
        world.person.will([Decision::Once]);
        assert!(world.call("s", "ask", "{}").await.is_err());
    }
    assert!(world.person.forms.lock().is_empty());
}

#[tokio::test]
async fn a_form_that_asks_for_a_secret_says_so() {
    let world = World::new();
    let server = world.fake("s", &[TOOL]);
    *server.asks.lock() = vec![form(
        &json!({ "api_key": { "type": "string" } }),
        &json!(["api_key"]),
    )];
    world.person.will([Decision::Once]);
    world.call("s", "ask", "{}").await.unwrap();
    assert!(world.person.forms.lock()[0].warnings[0].contains("looks like a secret"));
}

#[tokio::test]
async fn pages_are_opened_when_they_are_pages() {
    let world = World::new();
    let server = world.fake("s", &[TOOL]);
    let page = |url: &str| {
        let params = json!({ "mode": "url", "elicitationId": "1", "message": "m", "url": url });
        question("elicitation/create", &params)
    };
    *server.asks.lock() = vec![page("https://a.example/x"), page("file:///etc/passwd")];
    world.person.will([Decision::Once]);
    world.person.fills([Filled::Accepted(Value::Null)]);
    world.call("s", "ask", "{}").await.unwrap();
    let pages = world.person.pages.lock();
    assert_eq!(
        (pages.len(), pages[0].url.as_str()),
        (1, "https://a.example/x")
    );
    assert_eq!(
        *server.answered.lock(),
        [
            json!({ "action": "accept" }),
            json!({ "action": "decline" })
        ]
    );
    assert!(world.person.lines()[0].contains("only http: and https:"));
}

#[tokio::test]
async fn a_call_that_wants_pages_opened_first_is_repeated_once_they_were() {
    let world = World::new();
    let server = world.fake("s", &[TOOL]);
    let wants = || {
        let mut error = RpcError::new(-32042, "open this first");
        let raw = json!({ "code": -32042, "message": "open this first", "data": { "elicitations": [
            { "mode": "url", "elicitationId": "1", "message": "m", "url": "https://a.example/1" },
        ] } });
        error.raw = Some(RawJson::of(&raw).unwrap());
        error
    };
    server.errors.lock().push_back(wants());
    world
        .person
        .will([Decision::Once, Decision::Once, Decision::Once]);
    world.person.fills([Filled::Accepted(Value::Null)]);
    assert_eq!(world.call("s", "ask", "{}").await.unwrap().text(), "done");
    assert_eq!(server.sent(), 2);
    // Not when it was not opened, and not for ever.
    server.errors.lock().push_back(wants());
    world.person.fills([Filled::Declined]);
    assert!(world.call("s", "ask", "{}").await.is_err());
    server.errors.lock().extend([wants(), wants()]);
    world.person.fills([Filled::Accepted(Value::Null)]);
    assert!(world.call("s", "ask", "{}").await.is_err());
    assert_eq!(server.sent(), 5);
}

#[tokio::test]
async fn a_tool_that_changes_while_the_person_is_at_a_page_is_not_called_again() {
    let world = World::new();
    let server = world.fake("s", &[TOOL]);
    let mut error = RpcError::new(-32042, "open this first");
    let raw = json!({ "code": -32042, "message": "open this first", "data": { "elicitations": [
        { "mode": "url", "elicitationId": "1", "message": "m", "url": "https://a.example/1" },
    ] } });
    error.raw = Some(RawJson::of(&raw).unwrap());
    server.errors.lock().push_back(error);
    world.person.will([Decision::Once]);
    world.person.fills([Filled::Accepted(Value::Null)]);
    let (changing, person) = (server.clone(), world.person.clone());
    let pages = move || !person.pages.lock().is_empty();
    *world.person.meanwhile.lock() = Some(Box::new(move || {
        if pages() {
            changing.define(&[&TOOL.replacen('{', r#"{"title":"other","#, 1)]);
        }
    }));
    let error = world.call("s", "ask", "{}").await.unwrap_err();
    assert_eq!(
        (error.code.as_str(), server.sent()),
        ("definition_changed", 1)
    );
}

struct Parrot;

impl Sampler for Parrot {
    fn sample<'a>(&'a self, wanted: &'a Sample) -> BoxFuture<'a, Result<Sampled, String>> {
        let text = wanted
            .messages
            .iter()
            .map(|(_, text)| text.as_str())
            .collect();
        Box::pin(std::future::ready(Ok(Sampled {
            text,
            model: "parrot/1".into(),
            cut: false,
        })))
    }
}

#[tokio::test]
async fn a_model_answers_a_server_only_if_the_person_agrees() {
    let world = World::with(tempfile::tempdir().unwrap(), Some(Arc::new(Parrot)));
    let server = world.fake("s", &[TOOL]);
    let params = json!({
        "messages": [{ "role": "user", "content": { "type": "text", "text": "say hi\u{1b}[2J" } }],
        "systemPrompt": "be nice", "maxTokens": 50,
    });
    *server.asks.lock() = vec![question("sampling/createMessage", &params)];
    world.person.will([Decision::Once, deny("no")]);
    assert!(world.call("s", "ask", "{}").await.is_err());
    world.person.will([Decision::Once, Decision::Once]);
    world.call("s", "ask", "{}").await.unwrap();
    assert_eq!(
        server.answered.lock()[0]["content"]["text"],
        "say hi\u{1b}[2J"
    );
    let asked = world.person.asked.lock();
    let Subject::Sampling {
        preview,
        max_tokens,
    } = &asked[1].subject
    else {
        panic!("{:?}", asked[1]);
    };
    assert_eq!(
        (*max_tokens, preview.as_str()),
        (50, "system: be nice\nuser: say hi\\u{1b}[2J")
    );
    assert!(!asked[1].can_remember);
}

#[tokio::test]
async fn without_a_model_sampling_is_refused_without_a_question() {
    let world = World::new();
    let server = world.fake("s", &[TOOL]);
    let params =
        json!({ "messages": [{ "role": "user", "content": { "type": "text", "text": "x" } }] });
    *server.asks.lock() = vec![question("sampling/createMessage", &params)];
    world.person.will([Decision::Once]);
    assert!(world.call("s", "ask", "{}").await.is_err());
    assert_eq!(world.person.asked.lock().len(), 1);
}

#[tokio::test]
async fn the_folders_are_told_once_the_person_agreed_and_asked_about_once() {
    let world = World::new();
    let server = world.fake("s", &[TOOL]);
    let other = world.fake("other", &[TOOL]);
    for server in [&server, &other] {
        *server.asks.lock() = vec![question("roots/list", &json!({}))];
    }
    world.person.will([Decision::Session, Decision::Once]);
    world.call("s", "ask", "{}").await.unwrap();
    world.call("s", "ask", "{}").await.unwrap();
    let told = json!({ "roots": [{ "uri": "file:///work/project" }] });
    assert_eq!(*server.answered.lock(), [told.clone(), told]);
    // Another server is asked about for itself; a no is no folders.
    world.person.will([Decision::Session, deny("no")]);
    world.call("other", "ask", "{}").await.unwrap();
    world.call("other", "ask", "{}").await.unwrap();
    let none = json!({ "roots": [] });
    assert_eq!(*other.answered.lock(), [none.clone(), none]);
    assert_eq!(world.person.asked.lock().len(), 4);
}

#[tokio::test]
async fn what_a_server_asks_outside_any_call_goes_to_the_person_as_inside_one() {
    let world = World::new();
    world.fake("s", &[TOOL]);
    let outside = world.calls.outside();
    assert!(outside.caller("nobody").is_none());
    world.person.will([Decision::Once]);
    for _ in 0..2 {
        let caller = outside.caller("s").unwrap();
        let asked = vec![question("roots/list", &json!({}))];
        let answers = caller.ask(asked).await.unwrap();
        let told: Value = serde_json::from_str(answers[0].1.get()).unwrap();
        assert_eq!(
            told,
            json!({ "roots": [{ "uri": "file:///work/project" }] })
        );
    }
    assert_eq!(world.person.asked.lock().len(), 1);
    // Nobody is there to ask any more.
    drop(world);
    assert!(outside.caller("s").is_none());
}

#[tokio::test]
async fn what_a_server_refuses_is_told_without_anything_a_terminal_obeys() {
    let world = World::new();
    let server = world.fake("s", &[TOOL]);
    server
        .errors
        .lock()
        .push_back(RpcError::new(-32000, "no\u{1b}[2J\u{202e}"));
    world.person.will([Decision::Once]);
    let error = world.call("s", "ask", "{}").await.unwrap_err();
    assert_eq!(error.code, "server_error");
    assert!(error.message.contains("(-32000)") && !error.message.chars().any(is_hidden));
}
