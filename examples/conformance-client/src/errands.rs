use std::time::Duration;

use keyway_client::calls::CallError;
use keyway_core::ports::UpstreamState;
use keyway_core::rpc::RawJson;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio_util::sync::CancellationToken;

use crate::context::{Context, ToolCall};
use crate::home::{Home, SERVER};

/// Connects, signing in where that is asked for, and uses what the server has.
pub(crate) async fn run(home: &Home, context: &Context) -> Result<(), String> {
    connect(home).await?;
    let lists = home.server.lists();
    if context.scenario == "json-schema-ref-no-deref" {
        // There is nothing to call.
        return Ok(());
    }
    for call in calls(home, context) {
        use_tool(home, &call).await?;
    }
    let cancel = CancellationToken::new();
    if let Some(resource) = lists.resources.first() {
        let read = home.calls.read_resource(SERVER, &resource.key, &cancel);
        read.await.map_err(|error| error.told())?;
    }
    if let Some(prompt) = lists.prompts.first() {
        let got = home.calls.get_prompt(SERVER, &prompt.key, &[], &cancel);
        got.await.map_err(|error| error.told())?;
    }
    Ok(())
}

/// A tool as its server describes it.
#[derive(Deserialize)]
struct Tool {
    name: String,
    #[serde(rename = "inputSchema")]
    schema: Value,
}

/// The calls the scenario names, or one of every tool.
fn calls(home: &Home, context: &Context) -> Vec<ToolCall> {
    let lists = home.server.lists();
    let tools = || {
        let tools = lists.tools.iter();
        tools.filter_map(|tool| tool.json.read::<Tool>().ok())
    };
    if context.scenario == "json-schema-2020-12-preservation" {
        return tools()
            .filter(|tool| tool.name == "json_schema_2020_12_tool")
            .map(|tool| ToolCall {
                name: "json_schema_echo".into(),
                arguments: Map::from_iter([("schema".into(), tool.schema)]),
            })
            .collect();
    }
    if context.given.tool_calls.is_empty() {
        return tools()
            .map(|tool| ToolCall {
                arguments: sample(&tool.schema),
                name: tool.name,
            })
            .collect();
    }
    let given = context.given.tool_calls.iter();
    given
        .map(|call| {
            let arguments = call.arguments.iter();
            ToolCall {
                name: call.name.clone(),
                // A schema without null says "nothing" by leaving the member out.
                arguments: arguments
                    .filter(|(_, value)| !value.is_null())
                    .map(|(name, value)| (name.clone(), value.clone()))
                    .collect(),
            }
        })
        .collect()
}

/// Arguments that fit a flat schema: one of each required property.
fn sample(schema: &Value) -> Map<String, Value> {
    let required = schema.get("required").and_then(Value::as_array);
    let kind = |name: &str| {
        let property = schema.get("properties")?.get(name)?;
        property.get("type")?.as_str()
    };
    required
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(|name| {
            let value = match kind(name) {
                Some("number" | "integer") => json!(2),
                Some("boolean") => json!(true),
                Some("array") => json!([]),
                Some("object") => json!({}),
                _ => json!("text"),
            };
            (name.to_owned(), value)
        })
        .collect()
}

/// Waits until the server is connected, signing in where it asks for that, and again where it does
/// not take what came of it. Who has agreed to everything has no more to give.
async fn connect(home: &Home) -> Result<(), String> {
    let mut state = settled(home).await;
    if matches!(
        state,
        UpstreamState::AuthRequired | UpstreamState::AuthFailed
    ) {
        sign_in(home).await?;
        state = settled(home).await;
    }
    if state == UpstreamState::AuthFailed {
        sign_in(home).await?;
        state = settled(home).await;
    }
    if state == UpstreamState::Connected {
        return Ok(());
    }
    let reason = home.server.status().reason.unwrap_or_default();
    Err(format!("not connected: {reason}"))
}

/// The state once it is none in passing.
async fn settled(home: &Home) -> UpstreamState {
    loop {
        let state = home.server.status().state;
        if !matches!(state, UpstreamState::Configured | UpstreamState::Connecting) {
            return state;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// What `keyway mcp connect` does.
async fn sign_in(home: &Home) -> Result<(), String> {
    let signed_in = home
        .oauth
        .connect(SERVER, &home.resource, home.sign_in.as_ref())
        .await;
    signed_in.map_err(|error| format!("{}: {error}", error.code()))?;
    let before = home.server.status().since;
    home.pool.reconnect(SERVER);
    // Until the connection has begun, the state is still that of the last attempt.
    for _ in 0..500 {
        let now = home.server.status();
        if now.since != before || now.state == UpstreamState::Connected {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Ok(())
}

/// Calls a tool; once more after signing in, when the server asks for that in the middle.
async fn use_tool(home: &Home, call: &ToolCall) -> Result<(), String> {
    let arguments = RawJson::of(&call.arguments).map_err(|error| error.to_string())?;
    let cancel = CancellationToken::new();
    let once = async || {
        let called = home
            .calls
            .call_tool(SERVER, &call.name, &arguments, &cancel);
        called.await.map(drop)
    };
    match once().await {
        Err(error) if needs_sign_in(&error) => {
            connect(home).await?;
            once().await.map_err(|error| error.told())
        }
        Err(error) => Err(format!("{}: {}", error.code, error.told())),
        Ok(()) => Ok(()),
    }
}

fn needs_sign_in(error: &CallError) -> bool {
    matches!(
        error.code.as_str(),
        "auth_required" | "auth_failed" | "upstream_auth_failed" | "upstream_auth_required"
    )
}
