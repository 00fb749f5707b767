//! Google's Gemini: <https://ai.google.dev/api/generate-content>.

use serde_json::{Value, json};

use super::conversation::{Conversation, check_tools};
use super::frames::{Frame, piece};
use super::script::Turn;

/// What overload looks like in the middle of a stream.
pub(super) const OVERLOADED: &str = "data: {\"error\":{\"code\":503,\"message\":\"The model is overloaded.\",\"status\":\"UNAVAILABLE\"}}\n\n";

/// Reads a request as strictly as the vendor does.
pub(super) fn read(model: &str, streams: bool, body: &Value) -> Result<Conversation, String> {
    for tool in body["tools"].as_array().into_iter().flatten() {
        check_tools(
            &tool["functionDeclarations"],
            |tool| tool,
            "parametersJsonSchema",
        )?;
    }
    let contents = body["contents"]
        .as_array()
        .ok_or("contents is not specified")?;
    let mut conversation = Conversation {
        streams,
        tells_usage: true,
        ..Conversation::default()
    };
    let mut open: Vec<String> = Vec::new();
    for (at, content) in contents.iter().enumerate() {
        let parts = content["parts"].as_array().cloned().unwrap_or_default();
        if parts.is_empty() {
            return Err(format!("contents[{at}].parts must not be empty"));
        }
        let names = |kind: &str| -> Vec<String> {
            let names = parts.iter().filter_map(|part| part[kind]["name"].as_str());
            names.map(str::to_owned).collect()
        };
        conversation.results.clear();
        match content["role"].as_str() {
            Some("user") => {
                if names("functionResponse") != open {
                    return Err(format!(
                        "contents[{at}]: the number of function response parts has to equal the number of function call parts of the function call turn"
                    ));
                }
                open.clear();
                let results = parts.iter().filter_map(|part| part.get("functionResponse"));
                conversation.results = results
                    .map(|result| result["response"].to_string())
                    .collect();
                let words: Vec<&str> = parts
                    .iter()
                    .filter_map(|part| part["text"].as_str())
                    .collect();
                if !words.is_empty() {
                    conversation.last_words = words.join("\n");
                }
            }
            Some("model") if at > 0 => {
                open = names("functionCall");
                let first = parts.iter().find(|part| part.get("functionCall").is_some());
                let unsigned = first.is_some_and(|call| call["thoughtSignature"].is_null());
                if unsigned && model.contains("gemini-3") {
                    return Err(format!(
                        "contents[{at}]: function call is missing a thought_signature"
                    ));
                }
            }
            _ => {
                return Err(format!(
                    "contents[{at}]: please use a valid role: user, model"
                ));
            }
        }
    }
    if open.is_empty() {
        Ok(conversation)
    } else {
        Err("a function call without its response".to_owned())
    }
}

/// An error as the vendor words it.
pub(super) fn error(status: u16, message: &str) -> String {
    let name = match status {
        400 => "INVALID_ARGUMENT",
        401 => "UNAUTHENTICATED",
        403 => "PERMISSION_DENIED",
        404 => "NOT_FOUND",
        429 => "RESOURCE_EXHAUSTED",
        503 => "UNAVAILABLE",
        _ => "INTERNAL",
    };
    json!({ "error": { "code": status, "message": message, "status": name } }).to_string()
}

/// What the vendor says of a conversation that is too long.
pub(super) fn too_long() -> String {
    error(
        400,
        "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
    )
}

/// The answer as one document.
pub(super) fn whole(turn: &Turn, model: &str, nth: usize) -> String {
    let mut parts = vec![json!({ "text": turn.text.concat() })];
    parts.extend(calls(turn, nth));
    chunk(turn, model, &parts, true).to_string()
}

/// The answer as an event stream. It has no last event of its own: the last piece has the reason.
pub(super) fn frames(turn: &Turn, model: &str, nth: usize) -> Vec<Frame> {
    let thoughts = turn
        .reasoning
        .iter()
        .map(|thought| json!({ "text": thought, "thought": true }));
    let texts = turn.text.iter().map(|text| json!({ "text": text }));
    let mut pieces: Vec<Vec<Value>> = thoughts.chain(texts).map(|part| vec![part]).collect();
    if !turn.calls.is_empty() {
        pieces.push(calls(turn, nth));
    }
    pieces.push(vec![json!({ "text": "" })]);
    let last = pieces.len() - 1;
    let frame = |(at, parts): (usize, &Vec<Value>)| {
        piece(format!(
            "data: {}\n\n",
            chunk(turn, model, parts, at == last)
        ))
    };
    pieces.iter().enumerate().map(frame).collect()
}

fn calls(turn: &Turn, nth: usize) -> Vec<Value> {
    let call = |(at, call): (usize, &super::Call)| {
        let mut part = json!({ "functionCall": { "name": call.name, "args": call.arguments } });
        // The first of parallel calls is signed.
        if at == 0 {
            part["thoughtSignature"] = format!("signature-{nth}").into();
        }
        part
    };
    turn.calls.iter().enumerate().map(call).collect()
}

fn chunk(turn: &Turn, model: &str, parts: &[Value], last: bool) -> Value {
    let mut candidate = json!({ "index": 0, "content": { "role": "model", "parts": parts } });
    if last {
        candidate["finishReason"] = match turn.stop.as_str() {
            "" => "STOP".into(),
            stop => stop.into(),
        };
    }
    let (input, output) = (turn.usage.input, turn.usage.output);
    json!({
        "candidates": [candidate], "modelVersion": model,
        "usageMetadata": { "promptTokenCount": input, "candidatesTokenCount": output, "totalTokenCount": input + output },
    })
}
