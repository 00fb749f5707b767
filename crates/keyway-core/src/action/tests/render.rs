use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::action::{Action, Block, Content, Entry, Expose, Registry, Reply, render};
use crate::ports::NoCaller;
use crate::rpc::{RawJson, RpcError};
use crate::{Error, Kind};

fn entry(action: Action) -> Registry {
    Registry::new(vec![action]).unwrap()
}

fn first(registry: &Registry) -> &Entry {
    registry.iter().next().unwrap()
}

fn value(raw: &RawJson) -> Value {
    raw.read().unwrap()
}

fn data(value: &Value) -> Reply {
    Reply::Data(RawJson::of(value).unwrap())
}

#[derive(Deserialize, JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct Greet {
    /// Whom to greet.
    name: Option<String>,
    times: u32,
}

#[derive(Serialize, JsonSchema)]
struct Greeting {
    text: String,
}

fn greet() -> Action {
    Action::new("greet:person", |_, _: Greet| async {
        Ok(Greeting { text: "hi".into() })
    })
    .title("Greet")
    .description("Greets somebody")
    .read_only()
    .expose(Expose::MCP)
}

#[test]
fn a_tool_shows_name_schemas_and_hints() {
    let registry = entry(greet());
    assert_eq!(
        value(&first(&registry).tool_definition()),
        json!({
            "name": "greet-person", "title": "Greet", "description": "Greets somebody",
            "inputSchema": {
                "type": "object",
                "properties": {
                    "name": { "description": "Whom to greet.", "type": ["string", "null"] },
                    "times": { "type": "integer", "minimum": 0, "maximum": 4_294_967_295_u32 },
                },
                "required": ["times"],
            },
            "outputSchema": {
                "type": "object",
                "properties": { "text": { "type": "string" } },
                "required": ["text"],
            },
            "annotations": { "readOnlyHint": true },
        })
    );
}

#[test]
fn an_output_schema_is_told_only_for_objects_and_only_for_data() {
    let list = Action::new("list", |_, (): ()| async { Ok(vec![1]) });
    for action in [list, greet().markdown()] {
        let registry = entry(action);
        assert_eq!(
            value(&first(&registry).tool_definition()).get("outputSchema"),
            None
        );
    }
}

#[test]
fn a_prompt_shows_its_arguments_and_reads_them_as_its_schema_wants() {
    let registry = entry(greet().prompt(Some("Greeting")));
    let entry = first(&registry);
    assert_eq!(
        value(&entry.prompt_definition().unwrap()),
        json!({
            "name": "greet-person", "title": "Greeting", "description": "Greets somebody",
            "arguments": [
                { "name": "name", "description": "Whom to greet.", "required": false },
                { "name": "times", "required": true },
            ],
        })
    );
    let params = RawJson::of(&json!({ "arguments": { "name": "7", "times": "7" } })).unwrap();
    let input = render::prompt_input(entry, &params);
    assert_eq!(value(&input), json!({ "name": "7", "times": 7 }));
    assert!(entry.validate(&input).is_ok());
    assert_eq!(
        render::prompt_input(entry, &RawJson::empty_object()).as_str(),
        "{}"
    );
}

#[test]
fn a_number_in_a_text_keeps_every_digit() {
    #[derive(Deserialize, JsonSchema)]
    struct Large {
        n: u128,
    }
    let action = Action::new("large", |_, input: Large| async move { Ok(input.n) }).prompt(None);
    let registry = entry(action);
    let text = u128::MAX.to_string();
    let params = RawJson::of(&json!({ "arguments": { "n": text, "n": text } })).unwrap();
    let input = render::prompt_input(first(&registry), &params);
    assert_eq!(input.as_str(), format!("{{\"n\":{text}}}"));
    assert!(first(&registry).validate(&input).is_ok());
    let twice = first(&registry).input_from_text([("n", "1"), ("n", "x\"y")]);
    assert_eq!(twice.as_str(), r#"{"n":"x\"y"}"#);
}

#[test]
fn data_becomes_text_and_objects_become_structured_content_too() {
    let registry = entry(greet());
    let entry = first(&registry);
    let raw =
        RawJson::parse(r#"{"n": 1.50e3, "big": 123456789012345678901234567890}"#.into()).unwrap();
    let result = render::tool_result(entry, Ok(Reply::Data(raw.clone())));
    assert!(
        result
            .as_str()
            .contains(&format!("\"structuredContent\":{}", raw.as_str()))
    );
    let list = render::tool_result(entry, Ok(data(&json!([1]))));
    assert_eq!(
        value(&list),
        json!({ "content": [{ "type": "text", "text": "[1]" }] })
    );
    let blocks = Content::text("oops").as_error();
    assert_eq!(
        value(&render::tool_result(entry, Ok(Reply::Content(blocks)))),
        json!({ "content": [{ "type": "text", "text": "oops" }], "isError": true })
    );
}

#[test]
fn errors_are_json_whatever_the_format() {
    let registry = entry(greet().markdown());
    let error = Error::new(Kind::NotFound, "no_person", "there is nobody").with_hint("try again");
    let result = value(&render::tool_result(first(&registry), Err(error)));
    assert_eq!(result["isError"], true);
    let told: Value = serde_json::from_str(result["content"][0]["text"].as_str().unwrap()).unwrap();
    assert_eq!(
        told,
        json!({ "code": "no_person", "message": "there is nobody", "hint": "try again" })
    );
}

#[test]
fn a_missing_capability_has_its_own_code_where_the_revision_has_one() {
    let registry = entry(greet());
    let error: RpcError = Error::missing_client_capability("elicitation.url").into();
    assert_eq!(error.code, RpcError::MISSING_CLIENT_CAPABILITY);
    assert_eq!(
        value(&error.data.unwrap()),
        json!({ "requiredCapabilities": { "elicitation": { "url": {} } } })
    );
    let outcome = Err(Error::missing_client_capability("sampling"));
    assert!(render::tool_answer(first(&registry), outcome, &NoCaller).is_ok());
}

#[test]
fn resources_answer_text_bytes_or_json() {
    let registry = entry(greet().resource("x://r", Some("text/css")));
    let entry = first(&registry);
    let read = |reply| {
        render::resource_result("x://r", entry, reply).map(|raw| value(&raw)["contents"][0].clone())
    };
    assert_eq!(
        read(data(&json!({ "text": "a{}" }))).unwrap(),
        json!({ "uri": "x://r", "mimeType": "text/css", "text": "a{}" })
    );
    assert_eq!(
        read(data(&json!({ "blob": "AAE=", "mimeType": "image/png" }))).unwrap(),
        json!({ "uri": "x://r", "mimeType": "image/png", "blob": "AAE=" })
    );
    assert_eq!(read(data(&json!({ "a": 1 }))).unwrap()["text"], "{\"a\":1}");
    for bad in ["AAE", "A A=", "%%%%", "AA_-"] {
        let error = read(data(&json!({ "blob": bad }))).unwrap_err();
        assert_eq!(error.code, RpcError::INTERNAL_ERROR);
        assert!(!error.message.contains(bad));
    }
    let picture = Content::default().with(Block::Image {
        data: "AAE=".into(),
        mime_type: "image/png".into(),
    });
    assert_eq!(read(Reply::Content(picture)).unwrap()["blob"], "AAE=");
}

#[test]
fn prompts_answer_messages_or_fail() {
    let registry = entry(greet().prompt(None));
    let entry = first(&registry);
    let got = render::prompt_result(entry, data(&json!({ "messages": [], "description": null })));
    assert_eq!(
        value(&got.unwrap()),
        json!({ "messages": [], "description": "Greets somebody" })
    );
    assert!(render::prompt_result(entry, data(&json!({ "text": "hi" }))).is_err());
}

#[test]
fn completions_are_cut_at_a_hundred() {
    let many: Vec<_> = (0..120).map(|n| n.to_string()).collect();
    let result = value(&render::completion_result(&many));
    assert_eq!(
        result["completion"]["values"].as_array().unwrap().len(),
        100
    );
    assert_eq!(result["completion"]["total"], 120);
    assert_eq!(result["completion"]["hasMore"], true);
}
