use crossterm::event::{Event as Terminal, KeyCode, KeyEvent, KeyModifiers};
use jiff::{SignedDuration, Timestamp};
use keyway_agent::transcript::{Entry, Event as Happened, StopReason, Usage};
use keyway_agent::{ToolCall, ToolOutcome, ToolStatus};
use keyway_client::{Decision, DefinitionChange, Filled, Form, Notice, Page, Request, Subject};
use ratatui::backend::TestBackend;
use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr as _;

use super::{Chat, Settings};
use crate::event::{Answer, Asked, Effect, Event, Prompt, Question, Reply, Server, World};
use crate::slash::Command;
use crate::theme::Theme;

mod completing;
mod conversation;
mod editing;
mod panels;
mod safety;

/// A chat in front of a screen that is not there.
struct Stage {
    chat: Chat,
    terminal: ratatui::Terminal<TestBackend>,
    now: Timestamp,
    seq: u64,
}

impl Stage {
    fn new(columns: u16, rows: u16) -> Self {
        let settings = Settings {
            theme: Theme::colour(),
            agent: "Keyway".into(),
            model: "acme/large-1".into(),
        };
        let now = Timestamp::UNIX_EPOCH;
        Self {
            chat: Chat::new(settings, now),
            terminal: ratatui::Terminal::new(TestBackend::new(columns, rows)).unwrap(),
            now,
            seq: 0,
        }
    }

    fn take(&mut self, event: Event) -> Vec<Effect> {
        self.chat.update(event, self.now)
    }

    fn wait(&mut self, millis: i64) {
        self.now += SignedDuration::from_millis(millis);
        self.take(Event::Tick);
    }

    fn key_with(&mut self, code: KeyCode, modifiers: KeyModifiers) -> Vec<Effect> {
        let key = KeyEvent::new(code, modifiers);
        self.take(Event::Terminal(Terminal::Key(key)))
    }

    fn key(&mut self, code: KeyCode) -> Vec<Effect> {
        self.key_with(code, KeyModifiers::NONE)
    }

    fn ctrl(&mut self, char: char) -> Vec<Effect> {
        self.key_with(KeyCode::Char(char), KeyModifiers::CONTROL)
    }

    fn write(&mut self, text: &str) {
        for char in text.chars() {
            self.key(KeyCode::Char(char));
        }
    }

    fn enter(&mut self, text: &str) -> Vec<Effect> {
        self.write(text);
        self.key(KeyCode::Enter)
    }

    fn entry(&mut self, event: Happened) {
        self.seq += 1;
        let entry = Entry {
            seq: self.seq,
            at: self.now,
            event,
        };
        self.take(Event::Entry(entry));
    }

    fn user(&mut self, text: &str) {
        self.entry(Happened::UserMessage { text: text.into() });
    }

    fn answer(&mut self, text: &str, calls: Vec<ToolCall>) {
        let usage = Usage {
            input_tokens: 1_200,
            output_tokens: 80,
            cost_micros: None,
        };
        self.entry(Happened::AssistantMessage {
            text: text.into(),
            calls,
            usage,
            cut: false,
            carry: None,
        });
    }

    fn finish(&mut self, id: &str, status: ToolStatus, text: &str, millis: u64) {
        let outcome = ToolOutcome {
            text: text.into(),
            status,
        };
        self.entry(Happened::ToolFinished {
            id: id.into(),
            outcome,
            millis,
        });
    }

    fn end(&mut self, reason: StopReason) {
        let usage = Usage::default();
        self.entry(Happened::TurnEnded { reason, usage });
        self.take(Event::Idle);
    }

    fn ask(&mut self, id: u64, question: Question) {
        self.take(Event::Asked(Asked { id, question }));
    }

    fn resize(&mut self, columns: u16, rows: u16) {
        self.terminal.backend_mut().resize(columns, rows);
        self.take(Event::Terminal(Terminal::Resize(columns, rows)));
    }

    /// What is seen, line by line.
    fn screen(&mut self) -> String {
        self.terminal.draw(|frame| self.chat.draw(frame)).unwrap();
        let buffer = self.terminal.backend().buffer();
        let mut lines = Vec::new();
        for row in 0..buffer.area.height {
            let mut line = String::new();
            let mut column = 0;
            while column < buffer.area.width {
                let symbol = buffer[(column, row)].symbol();
                line.push_str(symbol);
                column += u16::try_from(symbol.width()).unwrap().max(1);
            }
            lines.push(line.trim_end().to_owned());
        }
        lines.join("\n")
    }
}

fn call(id: &str, server: &str, tool: &str, arguments: &Value) -> ToolCall {
    ToolCall {
        id: id.into(),
        name: "call_mcp_tool".into(),
        arguments: json!({ "server": server, "tool": tool, "arguments": arguments }),
    }
}

fn server(name: &str, state: &str) -> Server {
    Server {
        name: name.into(),
        state: state.into(),
        ..Server::default()
    }
}

fn world() -> World {
    let mut git = server("git", "connected");
    git.tools = vec!["diff".into(), "log".into()];
    git.resources = vec![("file:///readme".into(), "The readme".into())];
    git.prompts = vec![Prompt {
        name: "review".into(),
        description: "Review a change".into(),
        arguments: vec!["branch".into()],
    }];
    git.templates = vec!["file:///{path}".into()];
    git.completes = true;
    World {
        model: "acme/large-1".into(),
        servers: vec![
            git,
            server("issues", "connected"),
            server("notes", "auth_required"),
            server("slow", "connecting"),
        ],
        models: vec!["acme/large-1".into(), "acme/small-1".into()],
    }
}

fn approval() -> Request {
    Request {
        server: "issues".into(),
        subject: Subject::Tool {
            tool: "create_issue".into(),
            title: Some("Create an issue".into()),
            arguments:
                "{\n  \"title\": \"The build is red\",\n  \"labels\": [\n    \"bug\"\n  ]\n}".into(),
            annotations: vec!["the server says it changes things".into()],
            changed: None,
        },
        can_remember: true,
    }
}
