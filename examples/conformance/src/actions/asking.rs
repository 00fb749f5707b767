//! Tools that ask the client one thing, and what all asking tools share.

use keyway_core::action::{Action, Content};
use keyway_core::ports::InputRequest;
use keyway_core::{Context, Error, Kind};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::tool;

/// How often a client is asked again for an answer that has not the right form.
const ATTEMPTS: usize = 3;

#[derive(Deserialize, JsonSchema)]
struct Sampling {
    /// The prompt for the client's model.
    prompt: String,
}

#[derive(Deserialize, JsonSchema)]
struct Elicitation {
    /// The message for the person.
    message: String,
}

pub(super) fn actions() -> Vec<Action> {
    vec![
        tool(
            "test_sampling",
            "Asks the client's model",
            |context, input: Sampling| async move {
                let answer =
                    ask(&context, "sample", InputRequest::sample(&input.prompt, 100)).await?;
                Ok(Content::text(format!("LLM response: {}", sampled(&answer))))
            },
        ),
        tool(
            "test_elicitation",
            "Asks the person",
            |context, input: Elicitation| async move {
                let properties = json!({
                    "username": { "type": "string", "description": "User's response" },
                    "email": { "type": "string", "description": "User's email address" },
                });
                let request = form(&input.message, &properties, &["username", "email"]);
                let answer = ask(&context, "form", request).await?;
                Ok(Content::text(format!(
                    "User response: {}",
                    elicited(&answer)
                )))
            },
        ),
        tool(
            "test_missing_capability",
            "Needs a client that can sample",
            |context, (): ()| async move {
                let request = InputRequest::sample("What is the capital of France?", 50);
                ask(&context, "capital_question", request).await?;
                Ok(Content::text("Success"))
            },
        ),
        tool(
            "test_streaming_elicitation",
            "Tells progress, then asks the person",
            |context, (): ()| async move {
                context.progress(1.0, Some(2.0), None);
                let request = form(
                    "Continue?",
                    &json!({ "ok": { "type": "boolean" } }),
                    &["ok"],
                );
                let answer = ask(&context, "continue", request).await?;
                Ok(Content::text(elicited(&answer)))
            },
        ),
    ]
}

/// A form with these properties.
pub(super) fn form(message: &str, properties: &Value, required: &[&str]) -> InputRequest {
    let schema = json!({ "type": "object", "properties": properties, "required": required });
    InputRequest::elicit(message, &schema)
}

/// Asks one thing.
pub(super) async fn ask(
    context: &Context,
    key: &str,
    request: InputRequest,
) -> Result<Value, Error> {
    let answers = ask_all(context, vec![(key.to_owned(), request)]).await?;
    Ok(answers.into_iter().next().unwrap_or_default())
}

/// Asks several things at once. An answer that has not the form of its request is asked for again.
pub(super) async fn ask_all(
    context: &Context,
    requests: Vec<(String, InputRequest)>,
) -> Result<Vec<Value>, Error> {
    for _ in 0..ATTEMPTS {
        let answers = context.ask(requests.clone()).await?;
        let read: Option<Vec<Value>> = requests
            .iter()
            .map(|(key, request)| {
                let (_, raw) = answers.iter().find(|(answered, _)| answered == key)?;
                let answer: Value = serde_json::from_str(raw.get()).ok()?;
                fits(&request.method, &answer).then_some(answer)
            })
            .collect();
        if let Some(read) = read {
            return Ok(read);
        }
    }
    Err(Error::new(
        Kind::Conflict,
        "unusable_answer",
        "the client's answer has not the form it was asked for",
    ))
}

/// What the client's model said.
pub(super) fn sampled(answer: &Value) -> &str {
    let text = answer.pointer("/content/text").and_then(Value::as_str);
    text.unwrap_or("no text")
}

/// What the person did and filled in.
pub(super) fn elicited(answer: &Value) -> String {
    let action = answer
        .get("action")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let content = answer.get("content").cloned().unwrap_or_else(|| json!({}));
    format!("action={action}, content={content}")
}

/// One text of a filled in form.
pub(super) fn filled<'a>(answer: &'a Value, field: &str) -> &'a str {
    let text = answer.get("content").and_then(|content| content.get(field));
    text.and_then(Value::as_str).unwrap_or("unknown")
}

fn fits(method: &str, answer: &Value) -> bool {
    match method {
        "elicitation/create" => answer.get("action").is_some_and(Value::is_string),
        "sampling/createMessage" => answer.get("content").is_some(),
        "roots/list" => answer.get("roots").is_some_and(Value::is_array),
        _ => false,
    }
}
