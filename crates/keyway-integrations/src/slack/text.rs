use std::fmt::Write as _;

use keyway_core::provider::Workspace;
use serde_json::Value;

/// The most files that are named.
const FILES: usize = 20;

/// What a message says, for who does not know Slack's markup: links are written out, the agent is called
/// by its name, and files are named. Empty where it says nothing.
pub(super) fn readable(message: &Value, workspace: &Workspace) -> String {
    let text = message.get("text").and_then(Value::as_str);
    let mut readable = plain(text.unwrap_or_default(), workspace);
    let files = message.get("files").and_then(Value::as_array);
    for file in files.into_iter().flatten().take(FILES) {
        let member = |name| file.get(name).and_then(Value::as_str).unwrap_or("?");
        let _ = write!(readable, "\n[file {}: {}]", member("id"), member("name"));
    }
    readable.trim().to_owned()
}

/// Slack's markup, written out (<https://docs.slack.dev/messaging/formatting-message-text>).
fn plain(text: &str, workspace: &Workspace) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        plain.push_str(before);
        let Some((inside, behind)) = after.split_once('>') else {
            plain.push('<');
            rest = after;
            continue;
        };
        reference(inside, workspace, &mut plain);
        rest = behind;
    }
    plain.push_str(rest);
    // What was escaped is unescaped last, so that it is never read as markup.
    plain
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

/// What stands between `<` and `>`.
fn reference(inside: &str, workspace: &Workspace, plain: &mut String) {
    let (target, label) = match inside.split_once('|') {
        Some((target, label)) => (target, Some(label)),
        None => (inside, None),
    };
    if let Some(user) = target.strip_prefix('@') {
        let own = workspace.bot_id.as_deref() == Some(user);
        let name = own.then_some(workspace.bot_name.as_deref()).flatten();
        match name {
            Some(name) => plain.extend(["@", name]),
            // An id is what tools take.
            None => plain.extend(["<@", user, ">"]),
        }
    } else if let Some(channel) = target.strip_prefix('#') {
        match label.filter(|label| !label.is_empty()) {
            Some(label) => plain.extend(["#", label, " (", channel, ")"]),
            None => plain.extend(["<#", channel, ">"]),
        }
    } else if let Some(special) = target.strip_prefix('!') {
        plain.extend(["@", label.unwrap_or(special).trim_start_matches('@')]);
    } else {
        match label.filter(|label| *label != target) {
            Some(label) => plain.extend([label, " (", target, ")"]),
            None => plain.push_str(target),
        }
    }
}

/// Whether a text mentions a person.
pub(super) fn mentions(text: &str, user: &str) -> bool {
    let mentions = text.split("<@").skip(1);
    mentions.into_iter().any(|mention| {
        let end = mention.strip_prefix(user);
        end.is_some_and(|end| end.starts_with(['>', '|']))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(text: &str) -> String {
        let workspace = Workspace {
            bot_id: Some("U0BOT".into()),
            bot_name: Some("keeper".into()),
            ..Workspace::new("T0HOME", "Home")
        };
        readable(&json!({ "text": text }), &workspace)
    }

    #[test]
    fn markup_is_written_out_and_what_was_escaped_is_no_markup() {
        for (text, expected) in [
            ("<@U0BOT> look at <@U0ADA>", "@keeper look at <@U0ADA>"),
            (
                "<#C0ONE|ops> <!here> <!subteam^S1|@crew>",
                "#ops (C0ONE) @here @crew",
            ),
            (
                "<https://a.example/x|the log> <https://b.example>",
                "the log (https://a.example/x) https://b.example",
            ),
            ("1 &lt; 2 &amp;&amp; &lt;@U0BOT&gt;", "1 < 2 && <@U0BOT>"),
            ("&amp;lt;", "&lt;"),
            ("a < b", "a < b"),
            ("  ", ""),
        ] {
            assert_eq!(read(text), expected);
        }
    }

    #[test]
    fn files_are_named() {
        let message = json!({ "text": "", "files": [{ "id": "F1", "name": "build.log" }] });
        let text = readable(&message, &Workspace::new("T0HOME", "Home"));
        assert_eq!(text, "[file F1: build.log]");
    }

    #[test]
    fn a_mention_is_of_the_whole_id() {
        assert!(mentions("hi <@U0BOT>", "U0BOT") && mentions("<@U1> <@U0BOT|keeper>", "U0BOT"));
        assert!(!mentions("<@U0BOTTLE>", "U0BOT") && !mentions("U0BOT @U0BOT", "U0BOT"));
    }
}
