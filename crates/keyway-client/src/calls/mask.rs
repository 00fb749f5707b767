//! Arguments as they are shown before a call: secrets hidden, long texts shortened, nothing that a
//! terminal would obey.

use serde_json::{Map, Value};

use crate::text::{block, line};
use keyway_core::secrets::{is_secret_value, looks_secret};

/// The most characters of one text.
const MOST_OF_TEXT: usize = 4_000;

/// The most items of an array, or members of an object.
const MOST_ITEMS: usize = 60;

/// The most characters in all.
const MOST_IN_ALL: usize = 16_000;

/// Arguments as indented JSON to be shown.
pub(super) fn shown_arguments(arguments: &Value) -> String {
    let masked = masked(arguments, Hidden::No);
    let text = serde_json::to_string_pretty(&masked).unwrap_or_default();
    // Quoting has dealt with line breaks inside texts: those that are left are the layout's own.
    block(&text, MOST_IN_ALL)
}

/// Whether what is shown stands under a name that says it is secret.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hidden {
    Yes,
    No,
}

fn masked(value: &Value, hidden: Hidden) -> Value {
    match value {
        Value::String(text) if hidden == Hidden::Yes || is_secret_value(text) => {
            Value::String(format!("[hidden, {} characters]", text.chars().count()))
        }
        Value::String(text) => Value::String(line_inside(text)),
        Value::Array(items) => {
            let mut shown: Vec<_> = items
                .iter()
                .take(MOST_ITEMS)
                .map(|item| masked(item, hidden))
                .collect();
            if items.len() > MOST_ITEMS {
                shown.push(format!("… ({} items)", items.len()).into());
            }
            Value::Array(shown)
        }
        Value::Object(members) => {
            let mut shown = Map::new();
            for (name, value) in members.iter().take(MOST_ITEMS) {
                let hidden = if looks_secret(name) {
                    Hidden::Yes
                } else {
                    hidden
                };
                shown.insert(own_name(&shown, name), masked(value, hidden));
            }
            if members.len() > MOST_ITEMS {
                let more = format!("{} members", members.len());
                shown.insert(own_name(&shown, "…"), more.into());
            }
            Value::Object(shown)
        }
        plain => plain.clone(),
    }
}

/// A name as it is shown, told apart from those that look the same: no member takes the place of
/// another one, which would be sent and not seen.
fn own_name(shown: &Map<String, Value>, name: &str) -> String {
    let first = line(name, 128);
    let mut own = first.clone();
    let mut count = 1;
    while shown.contains_key(&own) {
        count += 1;
        own = format!("{first} ({count})");
    }
    own
}

/// A text that keeps its line breaks: JSON writes them as `\n`.
fn line_inside(text: &str) -> String {
    block(text, MOST_OF_TEXT)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_are_hidden_wherever_they_stand() {
        let shown = shown_arguments(&json!({
            "path": "/srv/a.txt",
            "password": "canary-1",
            "headers": { "Authorization": "canary-2", "x-api-key": ["canary-3"] },
            "note": "ghp_canary4canary4canary4",
            "auth": { "user": "canary-5" },
            "max_tokens": 100,
        }));
        assert!(!shown.contains("canary"), "{shown}");
        assert!(
            shown.contains("/srv/a.txt") && shown.contains("100"),
            "{shown}"
        );
        assert!(shown.contains("[hidden, 8 characters]"), "{shown}");
    }

    #[test]
    fn nothing_moves_the_cursor_or_hides_text() {
        let shown = shown_arguments(&json!({
            "a\u{1b}[2J": "b\u{9b}1A\u{202e}c\u{7f}",
            "lines": "one\ntwo\u{0}",
        }));
        assert!(
            !shown
                .chars()
                .any(|c| c != '\n' && crate::text::is_hidden(c)),
            "{shown}"
        );
        assert!(shown.contains(r"one\ntwo"), "{shown}");
    }

    #[test]
    fn much_is_shortened_and_says_so() {
        let shown = shown_arguments(&json!({
            "text": "x".repeat(5_000_000),
            "many": vec![1; 1_000],
        }));
        assert!(shown.chars().count() < 20_000);
        assert!(shown.contains("… (5000000 characters)"), "{shown}");
        assert!(shown.contains("… (1000 items)"), "{shown}");
    }

    #[test]
    fn no_argument_takes_the_place_of_another() {
        let long = "x".repeat(128);
        let mut sent = Map::new();
        // Shown alike: cut at the same place, of the same length, or written out.
        for (name, value) in [
            (format!("{long}1"), "rm one"),
            (format!("{long}2"), "two"),
            ("a\u{200b}".to_owned(), "rm three"),
            ("a\\u{200b}".to_owned(), "four"),
        ] {
            sent.insert(name, value.into());
        }
        let shown = shown_arguments(&Value::Object(sent));
        for value in ["rm one", "two", "rm three", "four"] {
            assert!(shown.contains(value), "{value}: {shown}");
        }
    }

    #[test]
    fn a_command_is_not_hidden_because_it_begins_like_a_key() {
        let shown = shown_arguments(&json!({ "command": "kw_=1; rm -rf /srv/me" }));
        assert!(shown.contains("rm -rf /srv/me"), "{shown}");
    }
}
