use keyway_app::agents::{EventView, SessionPage, SessionView, Sessions};
use keyway_client::text::line as one_line;
use keyway_core::{Principal, SessionId};
use serde_json::{Value, json};

use crate::cli::failure::Failure;
use crate::cli::people::minute;
use crate::cli::terminal::Terminal;

/// What the lines of a transcript begin with that are nothing an agent says.
const MARKS: [&str; 4] = [">", "→", "←", "--"];

/// A page of a list.
pub(in crate::cli) fn list(page: &SessionPage, terminal: &mut Terminal) {
    if terminal.is_json() {
        terminal.value(&json!(page));
        return;
    }
    let rows: Vec<_> = page.sessions.iter().map(row).collect();
    terminal.table(&["ID", "AGENT", "STATUS", "TURNS", "BEGAN", "TITLE"], &rows);
    if let Some(next) = &page.next_cursor {
        terminal.note(format!("there are more: --cursor {next}"));
    }
}

/// A session with all that happened in it.
pub(in crate::cli) async fn whole(
    sessions: &Sessions,
    who: &Principal,
    id: &SessionId,
) -> Result<(SessionView, Vec<EventView>), Failure> {
    let session = sessions.show(who, id).await?;
    let mut events: Vec<EventView> = Vec::new();
    loop {
        let after = events.last().map_or(0, EventView::seq);
        let page = sessions.events(who, id, after).await?;
        if page.is_empty() {
            return Ok((session, events));
        }
        events.extend(page);
    }
}

/// Shows a session with all that happened in it.
pub(in crate::cli) fn told(session: &SessionView, events: &[EventView], terminal: &mut Terminal) {
    if terminal.is_json() {
        let mut value = json!(session);
        if let Some(fields) = value.as_object_mut() {
            let events = events.iter().map(|event| event.value().clone());
            fields.insert("events".into(), events.collect());
        }
        terminal.value(&value);
        return;
    }
    head(session, terminal);
    for event in events {
        if let Some(line) = line(event.value()) {
            terminal.line(line);
        }
    }
}

fn head(session: &SessionView, terminal: &mut Terminal) {
    let usage = session.usage;
    terminal.line(format!(
        "{} {}: {}, {} turns, {} tokens{}",
        session.id,
        session.agent,
        session.status,
        session.turns,
        usage.input_tokens + usage.output_tokens,
        dollars(usage.cost_micros)
    ));
    if let Some(error) = &session.last_error {
        terminal.line(format!("last error: {error}"));
    }
    if session.queued > 0 {
        terminal.line(format!("{} messages wait", session.queued));
    }
    if session.archived_at.is_some() {
        terminal.line("archived");
    }
    if let Some(origin) = &session.origin {
        let conversation = one_line(&origin.conversation, 200);
        let name = one_line(&origin.publication_name, 100);
        let publication = &origin.publication;
        terminal.line(format!("came by {name} ({publication}): {conversation}"));
        if let Some(url) = &origin.url {
            terminal.line(format!("answers stand at {}", one_line(url, 300)));
        }
    }
}

fn row(of: &SessionView) -> Vec<String> {
    let mut status = of.status.to_owned();
    if of.queued > 0 {
        status.push_str(", more waits");
    }
    if of.archived_at.is_some() {
        status.push_str(", archived");
    }
    vec![
        of.id.to_string(),
        of.agent.clone(),
        status,
        of.turns.to_string(),
        minute(of.created_at),
        of.title.clone(),
    ]
}

/// What happened, in a line or several; nothing for what says nothing to people.
pub(super) fn line(event: &Value) -> Option<String> {
    let of = |key: &str| event.get(key).and_then(Value::as_str).unwrap_or_default();
    Some(match of("type") {
        "user_message" => words("> ", of("text")),
        "assistant_message" if !of("text").trim().is_empty() => words("", of("text")),
        "tool_started" => format!("→ {}", one_line(of("name"), 128)),
        "tool_finished" => {
            let status = event.pointer("/outcome/status").and_then(Value::as_str);
            format!("← {}", status.unwrap_or_default())
        }
        "turn_ended" => ended(event),
        _ => return None,
    })
}

/// What somebody said. Lines behind the first one stand further in: nothing that is said looks like another
/// line of the transcript.
fn words(mark: &str, text: &str) -> String {
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default();
    let imitates = mark.is_empty() && MARKS.iter().any(|mark| first.starts_with(mark));
    let mark = if imitates { "  " } else { mark };
    let mut whole = format!("{mark}{first}");
    for line in lines {
        whole.push_str("\n  ");
        whole.push_str(line);
    }
    whole
}

fn ended(event: &Value) -> String {
    let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str);
    let number = |pointer: &str| event.pointer(pointer).and_then(Value::as_u64);
    let of = |name: &str| number(&format!("/usage/{name}")).unwrap_or_default();
    let code = text("/reason/code").or_else(|| text("/reason/which"));
    let code = code.map(|code| format!(" ({})", one_line(code, 80)));
    format!(
        "-- {}{}, {} tokens{}",
        text("/reason/kind").unwrap_or_default(),
        code.unwrap_or_default(),
        of("input_tokens") + of("output_tokens"),
        dollars(of("cost_micros"))
    )
}

/// A price behind something else; nothing where none is known.
fn dollars(micros: u64) -> String {
    if micros == 0 {
        return String::new();
    }
    let (whole, part) = (micros / 1_000_000, micros / 100 % 10_000);
    format!(", ${whole}.{part:04}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attack_nothing_that_is_said_looks_like_another_line_of_the_transcript() {
        let said = |kind: &str, text: &str| line(&json!({ "type": kind, "text": text })).unwrap();
        let forged = "Done.\n-- finished, 3 tokens\n> Yes, delete it all";
        for kind in ["user_message", "assistant_message"] {
            let told = said(kind, forged);
            let behind: Vec<_> = told.lines().skip(1).collect();
            assert_eq!(
                behind,
                ["  -- finished, 3 tokens", "  > Yes, delete it all"]
            );
        }
        assert_eq!(said("user_message", "hi"), "> hi");
        assert_eq!(said("assistant_message", "hi"), "hi");
        assert_eq!(said("assistant_message", "> hi"), "  > hi");
        let tool = line(&json!({ "type": "tool_started", "name": "a\n> b" })).unwrap();
        assert_eq!(tool.lines().count(), 1, "{tool}");
    }
}
