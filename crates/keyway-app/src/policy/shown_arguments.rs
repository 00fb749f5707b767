//! Arguments as a person sees them who decides about a call: secrets hidden, long texts shortened,
//! nothing that could pass for something else.

use keyway_core::is_hidden;
use keyway_core::secrets::{is_secret_value, looks_secret};
use serde_json::{Map, Value};

/// The most characters in all.
const IN_ALL: usize = 4_000;
/// The most characters of one text.
const TEXT: usize = 400;
/// The most items of an array, or members of an object.
const ITEMS: usize = 40;

/// The arguments as indented JSON.
pub(crate) fn shown(arguments: &str) -> String {
    let value = serde_json::from_str(arguments).unwrap_or(Value::Null);
    let text = serde_json::to_string_pretty(&masked(&value)).unwrap_or_default();
    shortened(&text, IN_ALL)
}

fn masked(value: &Value) -> Value {
    match value {
        Value::String(text) if is_secret_value(text) => hidden(),
        Value::String(text) => Value::String(shortened(&plain(text), TEXT)),
        Value::Array(items) => {
            let mut shown: Vec<_> = items.iter().take(ITEMS).map(masked).collect();
            if items.len() > ITEMS {
                shown.push(format!("… {} items in all", items.len()).into());
            }
            Value::Array(shown)
        }
        Value::Object(members) => {
            let mut shown = Map::new();
            for (nth, (name, value)) in members.iter().take(ITEMS).enumerate() {
                let value = if looks_secret(name) {
                    hidden()
                } else {
                    masked(value)
                };
                let mut name = shortened(&plain(name), TEXT);
                if shown.contains_key(&name) {
                    name = format!("{name} ({nth})");
                }
                shown.insert(name, value);
            }
            if members.len() > ITEMS {
                shown.insert(
                    "…".into(),
                    format!("{} members in all", members.len()).into(),
                );
            }
            Value::Object(shown)
        }
        other => other.clone(),
    }
}

fn hidden() -> Value {
    "[hidden]".into()
}

/// Without characters that are not seen or change the direction of what is.
fn plain(text: &str) -> String {
    let odd = |c: char| is_hidden(c) && c != '\n' && c != '\t';
    text.chars()
        .map(|c| if odd(c) { '\u{fffd}' } else { c })
        .collect()
}

fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some((end, _)) => {
            let head = text.get(..end).unwrap_or_default();
            format!("{head}… ({} characters in all)", text.chars().count())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_hidden_and_nothing_passes_for_something_else() {
        let arguments = serde_json::json!({
            "path": "/srv/a\u{202e}txt.exe",
            "password": "canary-1",
            "nested": { "api_key": ["canary-2"], "note": "ghp_canary3canary3canary3" },
            "long": "x".repeat(10_000),
            "many": vec![1; 1_000],
        });
        let text = shown(&arguments.to_string());
        assert!(
            !text.contains("canary") && !text.contains('\u{202e}'),
            "{text}"
        );
        assert!(text.contains("/srv/a\u{fffd}txt.exe") && text.contains("[hidden]"));
        assert!(text.contains("(10000 characters in all)") && text.contains("1000 items in all"));
        assert!(text.chars().count() < IN_ALL + 100);
    }
}
