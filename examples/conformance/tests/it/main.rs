//! The fixture itself, without a transport: its actions register, and asking works with any caller.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail the test")]

use std::sync::Arc;

use keyway_core::action::{Context, Registry, Reply, render};
use keyway_core::ports::{
    AskError, BoxFuture, Caller, ClientCapabilities, Clock, InputRequests, InputResponses, LogLevel,
};
use keyway_core::rpc::RawJson;
use keyway_core::{OrgId, Principal, RequestId, Subject};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

const ID: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

struct FixedClock;

impl Clock for FixedClock {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::UNIX_EPOCH
    }
}

/// A client that fills in every form with Alice and samples Paris.
struct Willing;

impl Caller for Willing {
    fn capabilities(&self) -> ClientCapabilities {
        ClientCapabilities {
            elicitation_form: true,
            sampling: true,
            ..ClientCapabilities::default()
        }
    }

    fn wants_progress(&self) -> bool {
        true
    }

    fn log_level(&self) -> Option<LogLevel> {
        None
    }

    fn notify(&self, _method: &str, _params: Box<RawValue>) {}

    fn ask(&self, requests: InputRequests) -> BoxFuture<'_, Result<InputResponses, AskError>> {
        let answer = |method: &str| match method {
            "elicitation/create" => {
                json!({ "action": "accept", "content": { "name": "Alice", "color": "blue" } })
            }
            "sampling/createMessage" => json!({ "content": { "type": "text", "text": "Paris" } }),
            _ => json!({ "roots": [{ "uri": "file:///here" }] }),
        };
        let answers = requests
            .into_iter()
            .map(|(key, request)| {
                (
                    key,
                    RawValue::from_string(answer(&request.method).to_string()).unwrap(),
                )
            })
            .collect();
        Box::pin(std::future::ready(Ok(answers)))
    }

    fn takes_input_required(&self) -> bool {
        true
    }
}

fn registry() -> Registry {
    Registry::new(keyway_conformance::actions()).unwrap()
}

async fn call(tool: &str, arguments: Value) -> Value {
    let registry = registry();
    let entry = registry.by_tool_name(tool).unwrap();
    let input = RawJson::of(&arguments).unwrap();
    entry.validate(&input).unwrap();
    let organization: OrgId = format!("org_{ID}").parse().unwrap();
    let request: RequestId = format!("req_{ID}").parse().unwrap();
    let context = Context::new(
        Principal::new(organization, Subject::Anonymous),
        request,
        CancellationToken::new(),
        Arc::new(Willing),
        Arc::new(FixedClock),
    );
    let outcome: Result<Reply, _> = entry.action().run(context, input).await;
    render::tool_result(entry, outcome).read().unwrap()
}

fn text(result: &Value) -> &str {
    result.pointer("/content/0/text").unwrap().as_str().unwrap()
}

#[test]
fn every_name_the_suites_look_for_is_there() {
    let registry = registry();
    for tool in [
        "test_simple_text",
        "test_image_content",
        "test_audio_content",
        "test_embedded_resource",
        "test_multiple_content_types",
        "test_tool_with_logging",
        "test_error_handling",
        "test_tool_with_progress",
        "test_sampling",
        "test_elicitation",
        "test_elicitation_sep1034_defaults",
        "test_elicitation_sep1330_enums",
        "test_reconnection",
        "json_schema_2020_12_tool",
        "test_missing_capability",
        "test_streaming_elicitation",
        "test_logging_tool",
        "test_trigger_tool_change",
        "test_trigger_prompt_change",
        "test_input_required_result_elicitation",
        "test_input_required_result_sampling",
        "test_input_required_result_list_roots",
        "test_input_required_result_request_state",
        "test_input_required_result_multiple_inputs",
        "test_input_required_result_multi_round",
        "test_input_required_result_tampered_state",
        "test_input_required_result_capabilities",
    ] {
        assert!(registry.by_tool_name(tool).is_some(), "{tool}");
    }
    for prompt in [
        "test_simple_prompt",
        "test_prompt_with_arguments",
        "test_prompt_with_embedded_resource",
        "test_prompt_with_image",
        "test_input_required_result_prompt",
    ] {
        assert!(registry.by_prompt(prompt).is_some(), "{prompt}");
    }
    for uri in [
        "test://static-text",
        "test://static-binary",
        "test://template/123/data",
        "test://watched-resource",
    ] {
        assert!(registry.by_uri(uri).is_some(), "{uri}");
    }
}

#[tokio::test]
async fn asking_reaches_the_caller_and_its_answers_come_back() {
    let multi = call("test_input_required_result_multi_round", json!({})).await;
    assert_eq!(text(&multi), "Alice likes blue");
    let many = call("test_input_required_result_multiple_inputs", json!({})).await;
    assert_eq!(text(&many), "Alice; Paris; roots: file:///here");
    let declared = call("test_input_required_result_capabilities", json!({})).await;
    assert_eq!(text(&declared), "2 answers");
    let sampled = call("test_sampling", json!({ "prompt": "hi" })).await;
    assert_eq!(text(&sampled), "LLM response: Paris");
}

#[tokio::test]
async fn an_intended_failure_is_told_to_the_model() {
    let failed = call("test_error_handling", json!({})).await;
    assert_eq!(failed["isError"], true);
    assert!(text(&failed).contains("This tool intentionally returns an error for testing"));
}
