//! Arguments as a person sees them who decides about a call: secrets hidden, long texts shortened,
//! nothing that could pass for something else.

use std::fmt::Write as _;

use keyway_core::secrets::{is_secret_value, looks_secret};
use keyway_core::{is_hidden, json, shortened};

/// The most characters in all.
const IN_ALL: usize = 4_000;
/// The most characters of one text.
const TEXT: usize = 400;
/// The most items of an array, or members of an object.
const ITEMS: usize = 40;
/// What stands for a secret.
const HIDDEN: &str = "\"[hidden]\"";

/// The arguments as indented JSON. All that stands in them is shown as it stands there: numbers as they
/// are written, and a member that is there twice, twice. The text is valid JSON within its bounds.
pub(crate) fn shown(arguments: &str) -> String {
    let mut out = String::new();
    write(arguments.trim(), 0, &mut out);
    shortened(&out, IN_ALL)
}

fn write(value: &str, depth: usize, out: &mut String) {
    match value.as_bytes().first() {
        Some(b'{') => {
            let mut members = json::members(value);
            let shown = members.by_ref().take(ITEMS).map(|member| {
                let name = value.get(member.key_range).unwrap_or_default();
                let mut line = format!("{}: ", text(name));
                if looks_secret(&member.key) {
                    line.push_str(HIDDEN);
                } else {
                    write(member.value.trim(), depth + 1, &mut line);
                }
                line
            });
            let mut lines: Vec<_> = shown.collect();
            let more = members.count();
            if more > 0 {
                lines.push(format!("\"…\": \"{} members in all\"", ITEMS + more));
            }
            block(['{', '}'], &lines, depth, out);
        }
        Some(b'[') => {
            let mut items = json::items(value);
            let shown = items.by_ref().take(ITEMS).map(|item| {
                let mut line = String::new();
                write(item.trim(), depth + 1, &mut line);
                line
            });
            let mut lines: Vec<_> = shown.collect();
            let more = items.count();
            if more > 0 {
                lines.push(format!("\"… {} items in all\"", ITEMS + more));
            }
            block(['[', ']'], &lines, depth, out);
        }
        Some(b'"') if is_secret_value(&json::unquote(value)) => out.push_str(HIDDEN),
        Some(b'"') => out.push_str(&text(value)),
        _ => out.push_str(&shortened(value, TEXT)),
    }
}

fn block([open, close]: [char; 2], lines: &[String], depth: usize, out: &mut String) {
    out.push(open);
    for (index, line) in lines.iter().enumerate() {
        let comma = if index > 0 { "," } else { "" };
        // Writing to a string does not fail.
        let _ = write!(out, "{comma}\n{:1$}{line}", "", 2 * depth + 2);
    }
    if !lines.is_empty() {
        let _ = write!(out, "\n{:1$}", "", 2 * depth);
    }
    out.push(close);
}

/// A text in quotes. What no text can hold, half of a pair of surrogates, stays as it was written.
fn text(quoted: &str) -> String {
    if let Ok(text) = serde_json::from_str::<String>(quoted) {
        return json::quote(&shortened(&plain(&text), TEXT));
    }
    let written = quoted.get(1..quoted.len().saturating_sub(1));
    format!(
        "\"{}\"",
        shortened(&plain(written.unwrap_or_default()), TEXT)
    )
}

/// Without characters that are not seen or change the direction of what is.
fn plain(text: &str) -> String {
    let odd = |c: char| is_hidden(c) && c != '\n' && c != '\t';
    text.chars()
        .map(|c| if odd(c) { '\u{fffd}' } else { c })
        .collect()
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

    #[test]
    fn json_is_shown_as_it_was_written() {
        let value = serde_json::json!({ "a": [1, { "b": null }], "c": {}, "d": [], "é": "x\ny" });
        let pretty = serde_json::to_string_pretty(&value).unwrap();
        assert_eq!(shown(&value.to_string()), pretty);
    }

    #[test]
    fn attack_nothing_that_some_reader_takes_otherwise_is_left_out() {
        for (arguments, wanted) in [
            (r#"{"path":"/srv/a","note":"\ud800"}"#, r#""/srv/a""#),
            (r#"{"path":"/srv/a","note":"\ud800"}"#, r#""\ud800""#),
            (r#"{"path":"/srv/a","n":1e999}"#, r#""/srv/a""#),
            (r#"{"path":"/srv/a","n":1e999}"#, "1e999"),
            (r#"{"path":"/","path":"/srv/a"}"#, r#""path": "/","#),
            (
                r#"{"to":12345678901234567890123}"#,
                "12345678901234567890123",
            ),
            (r#"{"\ud800":"/srv/a"}"#, r#""\ud800": "/srv/a""#),
        ] {
            let text = shown(arguments);
            assert!(text.contains(wanted), "{arguments}: {text}");
        }
        assert!(!shown(r#"{"password":"canary","x":"\ud800"}"#).contains("canary"));
    }
}
