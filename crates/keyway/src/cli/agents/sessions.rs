use std::process::ExitCode;

use clap::Subcommand;
use keyway_app::agents::{EventView, ListSessions, SessionView};
use keyway_core::SessionId;
use serde_json::{Value, json};

use crate::cli::failure::Failure;
use crate::cli::local::Local;
use crate::cli::people::{id, minute};
use crate::cli::terminal::Terminal;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List the sessions, the last begun first
    List {
        /// Those of this agent
        #[arg(long, value_name = "SLUG")]
        agent: Option<String>,
        /// The most sessions to list [default: 50]
        #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=200))]
        limit: Option<u32>,
        /// Where to go on, as the list before said
        #[arg(long)]
        cursor: Option<String>,
    },
    /// Show a session, and what was said in it
    Show {
        /// Its id, as `list` shows it
        id: String,
    },
}

pub(super) async fn run(
    local: &Local,
    command: Command,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let app = local.app();
    let (sessions, who) = (app.sessions(), app.local());
    match command {
        Command::List {
            agent,
            limit,
            cursor,
        } => {
            let list = ListSessions {
                agent: agent.as_deref(),
                cursor: cursor.as_deref(),
                limit,
                ..ListSessions::default()
            };
            let page = sessions.list(&who, &list).await?;
            if terminal.is_json() {
                terminal.value(&json!(page));
                return Ok(ExitCode::SUCCESS);
            }
            let rows: Vec<_> = page.sessions.iter().map(row).collect();
            terminal.table(&["ID", "AGENT", "STATUS", "TURNS", "BEGAN", "TITLE"], &rows);
            if let Some(next) = &page.next_cursor {
                terminal.note(format!("there are more: --cursor {next}"));
            }
        }
        Command::Show { id: text } => {
            let id: SessionId = id(&text, "keyway agents sessions list")?;
            let session = sessions.show(&who, &id).await?;
            let mut events: Vec<EventView> = Vec::new();
            loop {
                let after = events.last().map_or(0, seq);
                let page = sessions.events(&who, &id, after).await?;
                if page.is_empty() {
                    break;
                }
                events.extend(page);
            }
            show(&session, &events, terminal);
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn row(of: &SessionView) -> Vec<String> {
    vec![
        of.id.to_string(),
        of.agent.clone(),
        of.status.to_owned(),
        of.turns.to_string(),
        minute(of.created_at),
        of.title.clone(),
    ]
}

fn seq(event: &EventView) -> u64 {
    let seq = event.value().get("seq").and_then(Value::as_u64);
    seq.unwrap_or(u64::MAX)
}

fn show(session: &SessionView, events: &[EventView], terminal: &mut Terminal) {
    if terminal.is_json() {
        let mut value = json!(session);
        if let Some(fields) = value.as_object_mut() {
            let events = events.iter().map(|event| event.value().clone());
            fields.insert("events".into(), events.collect());
        }
        terminal.value(&value);
        return;
    }
    terminal.line(format!(
        "{} {}: {}, {} turns, {} tokens",
        session.id,
        session.agent,
        session.status,
        session.turns,
        session.usage.input_tokens + session.usage.output_tokens
    ));
    if let Some(error) = &session.last_error {
        terminal.line(format!("last error: {error}"));
    }
    for event in events {
        if let Some(line) = line(event.value()) {
            terminal.line(line);
        }
    }
}

/// What happened, in a line or several; nothing for what says nothing to people.
fn line(event: &Value) -> Option<String> {
    let of = |key: &str| event.get(key).and_then(Value::as_str).unwrap_or_default();
    Some(match of("type") {
        "user_message" => format!("> {}", of("text")),
        "assistant_message" if !of("text").trim().is_empty() => of("text").to_owned(),
        "tool_started" => format!("→ {}", of("name")),
        "tool_finished" => {
            let status = event.pointer("/outcome/status").and_then(Value::as_str);
            format!("← {}", status.unwrap_or_default())
        }
        _ => return None,
    })
}
