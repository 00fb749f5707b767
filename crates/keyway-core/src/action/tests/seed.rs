//! The examples of the reference documentation, as actions.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::support;
use crate::action::{Action, Expose, PromptMessages, Registry, ResourceBody, render};
use crate::rpc::RawJson;

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct ById {
    user_id: String,
}

#[derive(Serialize, JsonSchema)]
struct User {
    id: String,
}

#[derive(Deserialize, JsonSchema)]
struct Greeting {
    name: Option<String>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Health {
    name: String,
    uptime_seconds: u64,
    healthy: bool,
}

fn registry() -> Registry {
    Registry::new(vec![
        Action::new("user:view", |_, input: ById| async {
            Ok(User { id: input.user_id })
        })
        .description("View a user's profile")
        .expose(Expose::MCP),
        Action::new("internal:cleanup", |_, (): ()| async { Ok(()) }),
        Action::new("user:resource", |_, input: ById| async move {
            Ok(ResourceBody::text(
                json!({ "id": input.user_id }).to_string(),
            ))
        })
        .resource_template("keyway://users/{userId}", Some("application/json")),
        Action::new("greeting:prompt", |_, input: Greeting| async move {
            let name = input.name.unwrap_or_else(|| "world".into());
            Ok(PromptMessages::user(format!("Hello, {name}!")).describe("A personalized greeting"))
        })
        .description("A greeting prompt")
        .prompt(Some("Greeting")),
        Action::new("status", |_, (): ()| async {
            Ok(Health {
                name: "acme".into(),
                uptime_seconds: 61,
                healthy: true,
            })
        })
        .markdown()
        .resource("keyway://status", Some("application/json"))
        .expose(Expose::MCP),
    ])
    .unwrap()
}

fn value(raw: &RawJson) -> Value {
    raw.read().unwrap()
}

#[test]
fn the_slug_names_the_tool_and_nothing_is_exposed_unasked() {
    let registry = registry();
    let view = registry.by_tool_name("user-view").unwrap();
    let tool = value(&view.tool_definition());
    assert_eq!(tool["name"], "user-view");
    assert_eq!(tool["description"], "View a user's profile");
    assert_eq!(
        tool["inputSchema"],
        json!({
            "type": "object",
            "properties": { "userId": { "type": "string" } },
            "required": ["userId"],
        })
    );
    let hidden = registry.get("internal:cleanup").unwrap();
    assert_eq!(hidden.action().exposure(), Expose::NONE);
    let resource = registry.get("user:resource").unwrap();
    assert!(!resource.action().exposure().contains(Expose::MCP));
}

#[tokio::test]
async fn a_template_hands_its_variables_to_the_action() {
    let registry = registry();
    let uri = "keyway://users/J%C3%BCrgen";
    let (entry, variables) = registry.by_uri(uri).unwrap();
    let input = render::resource_input(entry, &variables);
    entry.validate(&input).unwrap();
    let reply = entry.action().run(support::context(), input).await.unwrap();
    assert_eq!(
        value(&render::resource_result(uri, entry, reply).unwrap()),
        json!({ "contents": [
            { "uri": uri, "mimeType": "application/json", "text": "{\"id\":\"Jürgen\"}" },
        ] })
    );
}

#[tokio::test]
async fn a_prompt_has_title_optional_argument_description_and_messages() {
    let registry = registry();
    let entry = registry.by_prompt("greeting-prompt").unwrap();
    assert_eq!(
        value(&entry.prompt_definition().unwrap()),
        json!({
            "name": "greeting-prompt", "title": "Greeting", "description": "A greeting prompt",
            "arguments": [{ "name": "name", "required": false }],
        })
    );
    let input = RawJson::empty_object();
    let reply = entry.action().run(support::context(), input).await.unwrap();
    assert_eq!(
        value(&render::prompt_result(entry, reply).unwrap()),
        json!({
            "description": "A personalized greeting",
            "messages": [
                { "role": "user", "content": { "type": "text", "text": "Hello, world!" } },
            ],
        })
    );
}

#[tokio::test]
async fn one_action_is_a_markdown_tool_and_a_json_resource() {
    let registry = registry();
    let entry = registry.by_tool_name("status").unwrap();
    let run = || {
        entry
            .action()
            .run(support::context(), RawJson::empty_object())
    };
    let told = value(&render::tool_result(entry, run().await));
    assert_eq!(
        told["content"][0]["text"],
        "- **name:** acme\n- **uptimeSeconds:** 61\n- **healthy:** true"
    );
    let (entry, _) = registry.by_uri("keyway://status").unwrap();
    let read = render::resource_result("keyway://status", entry, run().await.unwrap()).unwrap();
    assert_eq!(value(&read)["contents"][0]["mimeType"], "application/json");
    assert_eq!(
        value(&read)["contents"][0]["text"],
        r#"{"name":"acme","uptimeSeconds":61,"healthy":true}"#
    );
}
