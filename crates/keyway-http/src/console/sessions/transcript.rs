use std::collections::HashMap;

use jiff::Timestamp;
use keyway_app::agents::EventView;
use keyway_pages::console_context::TranscriptLine;
use serde_json::Value;

use crate::console::show::moment;
use crate::console::took::took;
use crate::shared::Shared;

/// What happened, as lines: a call of a tool and what it came to are one.
pub(super) fn lines(shared: &Shared, events: &[EventView]) -> Vec<TranscriptLine> {
    let mut lines = Vec::new();
    let mut wanted: HashMap<String, String> = HashMap::new();
    let mut calls: HashMap<String, usize> = HashMap::new();
    for event in events {
        let value = event.value();
        let text = |pointer: &str| {
            let found = value.pointer(pointer).and_then(Value::as_str);
            found.unwrap_or_default().to_owned()
        };
        let number = |pointer: &str| value.pointer(pointer).and_then(Value::as_u64);
        let at = text("/at").parse::<Timestamp>().unwrap_or_default();
        let line =
            |kind, words: String| TranscriptLine::new(event.seq(), moment(shared, at), kind, words);
        let tokens = || {
            let of = |name: &str| number(&format!("/usage/{name}")).unwrap_or(0);
            Some(of("input_tokens").saturating_add(of("output_tokens"))).filter(|all| *all > 0)
        };
        match text("/type").as_str() {
            "session_started" => lines.push(line("began", text("/model"))),
            "model_changed" => lines.push(line("model", text("/model"))),
            "user_message" => lines.push(line("user", text("/text"))),
            "assistant_message" => {
                for call in value
                    .pointer("/calls")
                    .and_then(Value::as_array)
                    .into_iter()
                    .flatten()
                {
                    let id = call.get("id").and_then(Value::as_str).unwrap_or_default();
                    let arguments = call.get("arguments").map(pretty).unwrap_or_default();
                    wanted.insert(id.to_owned(), arguments);
                }
                if !text("/text").trim().is_empty() {
                    lines.push(TranscriptLine {
                        cut: value.pointer("/cut") == Some(&Value::Bool(true)),
                        tokens: tokens(),
                        ..line("assistant", text("/text"))
                    });
                }
            }
            "tool_started" => {
                let id = text("/id");
                let arguments = wanted.remove(&id);
                calls.insert(id, lines.len());
                lines.push(TranscriptLine {
                    arguments,
                    status: Some("running".into()),
                    ..line("tool", text("/name"))
                });
            }
            "tool_finished" => {
                let begun = calls.remove(&text("/id"));
                let Some(begun) = begun.and_then(|place| lines.get_mut(place)) else {
                    continue;
                };
                begun.result = Some(text("/outcome/text"));
                begun.status = Some(text("/outcome/status"));
                let micros = number("/millis").map(|millis| millis.saturating_mul(1_000));
                begun.took = micros.map(took);
            }
            "turn_ended" => {
                for place in calls.drain().map(|(_, place)| place) {
                    if let Some(line) = lines.get_mut(place) {
                        line.status = Some("interrupted".into());
                    }
                }
                let why = [text("/reason/which"), text("/reason/message")].concat();
                let code = Some(text("/reason/code")).filter(|code| !code.is_empty());
                lines.push(TranscriptLine {
                    status: Some(ended(&text("/reason/kind")).into()),
                    tokens: tokens(),
                    cost: number("/usage/cost_micros").and_then(super::dollars),
                    code,
                    ..line("ended", why)
                });
            }
            other => lines.push(line("other", other.to_owned())),
        }
    }
    lines
}

/// How a turn ended, as texts name it.
fn ended(kind: &str) -> &'static str {
    match kind {
        "finished" => "finished",
        "interrupted" => "interrupted",
        "budget" => "budget",
        _ => "failed",
    }
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}
