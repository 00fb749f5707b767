//! Anthropic's Messages: <https://docs.anthropic.com/en/api/messages>.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::conversation::{Conversation, check_tools, text_of};
use super::frames::{Frame, around, piece, pieces_of};
use super::script::Turn;

/// What overload looks like in the middle of a stream.
pub(super) const OVERLOADED: &str = "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n";

/// Reads a request as strictly as the vendor does.
pub(super) fn read(
    headers: &BTreeMap<String, String>,
    body: &Value,
) -> Result<Conversation, String> {
    if headers.get("anthropic-version").map(String::as_str) != Some("2023-06-01") {
        return Err("anthropic-version: header is required".to_owned());
    }
    if body["model"].as_str().unwrap_or_default().is_empty() {
        return Err("model: field required".to_owned());
    }
    if body["max_tokens"].as_u64().unwrap_or(0) == 0 {
        return Err("max_tokens: field required".to_owned());
    }
    check_tools(&body["tools"], |tool| tool, "input_schema")?;
    let messages = body["messages"]
        .as_array()
        .ok_or("messages: field required")?;
    if messages.first().is_none_or(|first| first["role"] != "user") {
        return Err("messages: first message must use the \"user\" role".to_owned());
    }
    let mut conversation = Conversation {
        streams: body["stream"] == true,
        tells_usage: true,
        ..Conversation::default()
    };
    let mut open: Vec<String> = Vec::new();
    for (at, message) in messages.iter().enumerate() {
        let content = &message["content"];
        let parts = match content {
            Value::String(text) => vec![json!({ "type": "text", "text": text })],
            Value::Array(parts) if !parts.is_empty() => parts.clone(),
            _ => return Err(format!("messages.{at}: content must not be empty")),
        };
        let of_type = |kind: &str, key: &str| -> Vec<String> {
            let of_kind = parts.iter().filter(|part| part["type"] == kind);
            of_kind
                .map(|part| part[key].as_str().unwrap_or_default().to_owned())
                .collect()
        };
        if of_type("text", "text")
            .iter()
            .any(|text| text.trim().is_empty())
        {
            return Err(format!(
                "messages.{at}: text content blocks must contain non-whitespace text"
            ));
        }
        conversation.results.clear();
        match message["role"].as_str() {
            Some("assistant") => {
                if !open.is_empty() {
                    return Err(format!(
                        "messages.{at}: `tool_use` ids were found without `tool_result` blocks immediately after: {}",
                        open.join(", ")
                    ));
                }
                for part in parts.iter().filter(|part| part["type"] == "tool_use") {
                    if !part["input"].is_object() {
                        return Err(format!(
                            "messages.{at}: tool_use.input: Input should be a valid dictionary"
                        ));
                    }
                }
                open = of_type("tool_use", "id");
            }
            Some("user") => {
                for id in of_type("tool_result", "tool_use_id") {
                    let place = open.iter().position(|known| *known == id);
                    let place = place.ok_or_else(|| format!("messages.{at}: unexpected `tool_use_id` found in `tool_result` blocks: {id}"))?;
                    open.remove(place);
                }
                if !open.is_empty() {
                    return Err(format!(
                        "messages.{at}: `tool_use` ids were found without `tool_result` blocks immediately after: {}",
                        open.join(", ")
                    ));
                }
                let results = parts.iter().filter(|part| part["type"] == "tool_result");
                conversation.results = results.map(|part| text_of(&part["content"])).collect();
                let words = of_type("text", "text");
                if !words.is_empty() {
                    conversation.last_words = words.join("\n");
                }
            }
            _ => return Err(format!("messages.{at}: role must be user or assistant")),
        }
    }
    let uses_tools = messages
        .iter()
        .any(|message| message["content"].to_string().contains("\"tool_use\""));
    if uses_tools && body["tools"].as_array().is_none_or(Vec::is_empty) {
        return Err(
            "requests which include `tool_use` or `tool_result` blocks must define tools"
                .to_owned(),
        );
    }
    Ok(conversation)
}

/// An error as the vendor words it.
pub(super) fn error(status: u16, message: &str) -> String {
    let kind = match status {
        400 => "invalid_request_error",
        401 => "authentication_error",
        403 => "permission_error",
        404 => "not_found_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        529 => "overloaded_error",
        _ => "api_error",
    };
    json!({ "type": "error", "error": { "type": kind, "message": message } }).to_string()
}

/// What the vendor says of a conversation that is too long.
pub(super) fn too_long() -> String {
    error(400, "prompt is too long: 212042 tokens > 200000 maximum")
}

/// The answer as one document.
pub(super) fn whole(turn: &Turn, model: &str, nth: usize) -> String {
    let mut content = Vec::new();
    if !turn.reasoning.is_empty() {
        content.push(json!({ "type": "thinking", "thinking": turn.reasoning.concat(), "signature": signature(nth) }));
    }
    if !turn.text.is_empty() {
        content.push(json!({ "type": "text", "text": turn.text.concat() }));
    }
    for (at, call) in turn.calls.iter().enumerate() {
        content.push(json!({ "type": "tool_use", "id": id_of(turn, nth, at), "name": call.name, "input": call.arguments }));
    }
    json!({
        "id": format!("msg_{nth}"), "type": "message", "role": "assistant", "model": model,
        "content": content, "stop_reason": stop(turn), "stop_sequence": null,
        "usage": { "input_tokens": turn.usage.input, "output_tokens": turn.usage.output },
    })
    .to_string()
}

/// The answer as an event stream.
pub(super) fn frames(turn: &Turn, model: &str, nth: usize) -> Vec<Frame> {
    let mut frames = vec![
        around(event(&json!({ "type": "message_start", "message": {
            "id": format!("msg_{nth}"), "type": "message", "role": "assistant", "model": model, "content": [],
            "stop_reason": null, "usage": { "input_tokens": turn.usage.input, "output_tokens": 1 },
        }}))),
        around(event(&json!({ "type": "ping" }))),
    ];
    let mut index = 0;
    let mut block = |start: Value, deltas: Vec<Value>, frames: &mut Vec<Frame>| {
        frames.push(around(event(
            &json!({ "type": "content_block_start", "index": index, "content_block": start }),
        )));
        for delta in deltas {
            let delta = json!({ "type": "content_block_delta", "index": index, "delta": delta });
            frames.push(piece(event(&delta)));
        }
        frames.push(around(event(
            &json!({ "type": "content_block_stop", "index": index }),
        )));
        index += 1;
    };
    if !turn.reasoning.is_empty() {
        let start = json!({ "type": "thinking", "thinking": "", "signature": "" });
        let thoughts = turn.reasoning.iter();
        let mut deltas: Vec<Value> = thoughts
            .map(|thought| json!({ "type": "thinking_delta", "thinking": thought }))
            .collect();
        deltas.push(json!({ "type": "signature_delta", "signature": signature(nth) }));
        block(start, deltas, &mut frames);
    }
    if !turn.text.is_empty() {
        let texts = turn.text.iter();
        let deltas = texts
            .map(|text| json!({ "type": "text_delta", "text": text }))
            .collect();
        block(json!({ "type": "text", "text": "" }), deltas, &mut frames);
    }
    for (at, call) in turn.calls.iter().enumerate() {
        let arguments = call
            .raw
            .clone()
            .unwrap_or_else(|| call.arguments.to_string());
        let start = json!({ "type": "tool_use", "id": id_of(turn, nth, at), "name": call.name, "input": {} });
        let parts = pieces_of(&arguments).into_iter();
        let deltas = parts
            .map(|part| json!({ "type": "input_json_delta", "partial_json": part }))
            .collect();
        block(start, deltas, &mut frames);
    }
    frames.push(around(event(&json!({
        "type": "message_delta", "delta": { "stop_reason": stop(turn), "stop_sequence": null },
        "usage": { "output_tokens": turn.usage.output },
    }))));
    frames.push(around(event(&json!({ "type": "message_stop" }))));
    frames
}

fn event(data: &Value) -> String {
    format!(
        "event: {}\ndata: {data}\n\n",
        data["type"].as_str().unwrap_or_default()
    )
}

fn stop(turn: &Turn) -> &str {
    match (turn.stop.as_str(), turn.calls.is_empty()) {
        ("", true) => "end_turn",
        ("", false) => "tool_use",
        (stop, _) => stop,
    }
}

fn id_of(turn: &Turn, nth: usize, at: usize) -> String {
    match turn.calls[at].id.as_str() {
        "" => format!("toolu_{nth}_{at}"),
        id => id.to_owned(),
    }
}

fn signature(nth: usize) -> String {
    format!("signature-{nth}")
}
