//! `OpenAI`'s Chat Completions: <https://platform.openai.com/docs/api-reference/chat>.

use serde_json::{Value, json};

use super::conversation::{Conversation, check_tools, text_of};
use super::frames::{Frame, around, piece, pieces_of};
use super::script::Turn;

/// What overload looks like in the middle of a stream.
pub(super) const OVERLOADED: &str = "data: {\"error\":{\"message\":\"The server is overloaded\",\"type\":\"server_error\",\"param\":null,\"code\":null}}\n\n";

/// Reads a request as strictly as the vendor does.
pub(super) fn read(body: &Value) -> Result<Conversation, String> {
    if body["model"].as_str().unwrap_or_default().is_empty() {
        return Err("you must provide a model parameter".to_owned());
    }
    check_tools(&body["tools"], |tool| &tool["function"], "parameters")?;
    let messages = body["messages"]
        .as_array()
        .ok_or("'messages' is a required property")?;
    let mut conversation = Conversation {
        streams: body["stream"] == true,
        tells_usage: body["stream_options"]["include_usage"] == true,
        ..Conversation::default()
    };
    if messages.iter().all(|message| message["role"] != "user") {
        return Err("expected a message of the user".to_owned());
    }
    let mut open: Vec<String> = Vec::new();
    for (at, message) in messages.iter().enumerate() {
        let role = message["role"].as_str().unwrap_or_default();
        if role == "tool" {
            let id = message["tool_call_id"].as_str().unwrap_or_default();
            let place = open.iter().position(|known| known == id);
            let place = place.ok_or_else(|| format!("messages[{at}]: messages with role 'tool' must be a response to a preceding message with 'tool_calls'"))?;
            open.remove(place);
            conversation.results.push(text_of(&message["content"]));
            continue;
        }
        if !open.is_empty() {
            return Err(format!(
                "messages[{at}]: an assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id': {}",
                open.join(", ")
            ));
        }
        conversation.results.clear();
        match role {
            "system" | "developer" => {}
            "user" => conversation.last_words = text_of(&message["content"]),
            "assistant" => {
                for call in message["tool_calls"].as_array().into_iter().flatten() {
                    let arguments = call["function"]["arguments"].as_str().unwrap_or_default();
                    if !serde_json::from_str::<Value>(arguments)
                        .is_ok_and(|value| value.is_object())
                    {
                        return Err(format!(
                            "messages[{at}]: arguments must be JSON of an object"
                        ));
                    }
                    open.push(call["id"].as_str().unwrap_or_default().to_owned());
                }
            }
            _ => return Err(format!("messages[{at}]: unknown role")),
        }
    }
    if open.is_empty() {
        Ok(conversation)
    } else {
        Err(format!(
            "tool_call_ids did not have response messages: {}",
            open.join(", ")
        ))
    }
}

/// An error as the vendor words it.
pub(super) fn error(status: u16, message: &str) -> String {
    let (kind, code) = match status {
        401 => ("invalid_request_error", json!("invalid_api_key")),
        429 => ("tokens", json!("rate_limit_exceeded")),
        500.. => ("server_error", Value::Null),
        _ => ("invalid_request_error", Value::Null),
    };
    json!({ "error": { "message": message, "type": kind, "param": null, "code": code } })
        .to_string()
}

/// What the vendor says of a conversation that is too long.
pub(super) fn too_long() -> String {
    json!({ "error": {
        "message": "This model's maximum context length is 128000 tokens. However, your messages resulted in 140012 tokens.",
        "type": "invalid_request_error", "param": "messages", "code": "context_length_exceeded",
    }})
    .to_string()
}

/// The answer as one document.
pub(super) fn whole(turn: &Turn, model: &str, nth: usize) -> String {
    let calls: Vec<Value> = (0..turn.calls.len())
        .map(|at| json!({ "id": id_of(turn, nth, at), "type": "function", "function": { "name": turn.calls[at].name, "arguments": arguments(turn, at) } }))
        .collect();
    let mut message = json!({ "role": "assistant", "content": turn.text.concat() });
    if !calls.is_empty() {
        message["tool_calls"] = calls.into();
    }
    if !turn.reasoning.is_empty() {
        message["reasoning_content"] = turn.reasoning.concat().into();
    }
    json!({
        "id": format!("chatcmpl-{nth}"), "object": "chat.completion", "created": 1_700_000_000, "model": model,
        "choices": [{ "index": 0, "message": message, "finish_reason": stop(turn) }],
        "usage": usage(turn),
    })
    .to_string()
}

/// The answer as an event stream.
pub(super) fn frames(turn: &Turn, model: &str, nth: usize, tells_usage: bool) -> Vec<Frame> {
    let chunk = |delta: &Value, finish: Option<&str>| {
        let chunk = json!({
            "id": format!("chatcmpl-{nth}"), "object": "chat.completion.chunk", "created": 1_700_000_000, "model": model,
            "choices": [{ "index": 0, "delta": delta, "finish_reason": finish }],
        });
        format!("data: {chunk}\n\n")
    };
    let mut frames = vec![around(chunk(
        &json!({ "role": "assistant", "content": "" }),
        None,
    ))];
    for thought in &turn.reasoning {
        frames.push(piece(chunk(&json!({ "reasoning_content": thought }), None)));
    }
    for text in &turn.text {
        frames.push(piece(chunk(&json!({ "content": text }), None)));
    }
    for at in 0..turn.calls.len() {
        let start = json!({ "tool_calls": [{ "index": at, "id": id_of(turn, nth, at), "type": "function", "function": { "name": turn.calls[at].name, "arguments": "" } }] });
        frames.push(around(chunk(&start, None)));
    }
    // The arguments of parallel calls come mixed.
    let arguments: Vec<Vec<String>> = (0..turn.calls.len())
        .map(|at| pieces_of(&arguments(turn, at)))
        .collect();
    for nth in 0..arguments.iter().map(Vec::len).max().unwrap_or(0) {
        for (at, pieces) in arguments.iter().enumerate() {
            if let Some(part) = pieces.get(nth) {
                let more =
                    json!({ "tool_calls": [{ "index": at, "function": { "arguments": part } }] });
                frames.push(piece(chunk(&more, None)));
            }
        }
    }
    frames.push(around(chunk(&json!({}), Some(stop(turn)))));
    if tells_usage {
        let chunk = json!({
            "id": format!("chatcmpl-{nth}"), "object": "chat.completion.chunk", "created": 1_700_000_000, "model": model,
            "choices": [], "usage": usage(turn),
        });
        frames.push(around(format!("data: {chunk}\n\n")));
    }
    frames.push(around("data: [DONE]\n\n".to_owned()));
    frames
}

fn arguments(turn: &Turn, at: usize) -> String {
    let call = &turn.calls[at];
    call.raw
        .clone()
        .unwrap_or_else(|| call.arguments.to_string())
}

fn usage(turn: &Turn) -> Value {
    let (input, output) = (turn.usage.input, turn.usage.output);
    json!({ "prompt_tokens": input, "completion_tokens": output, "total_tokens": input + output })
}

fn stop(turn: &Turn) -> &str {
    match (turn.stop.as_str(), turn.calls.is_empty()) {
        ("", true) => "stop",
        ("", false) => "tool_calls",
        (stop, _) => stop,
    }
}

fn id_of(turn: &Turn, nth: usize, at: usize) -> String {
    match turn.calls[at].id.as_str() {
        "" => format!("call_{nth}_{at}"),
        id => id.to_owned(),
    }
}
