use std::collections::HashMap;

use keyway_agent::ToolStatus;
use keyway_agent::transcript::{Entry, Event as Happened, StopReason};
use keyway_client::{Decision, Filled, Notice, Subject};
use serde_json::{Value, json};

use crate::chat::meant;
use crate::draw::duration;
use crate::event::{Answer, Asked, Effect, Event, Names, Question, Reply};
use crate::text::{clean, clean_line};

/// What nobody could be asked for.
const NOBODY: &str = "there is no terminal to ask for approval";

/// The chat line by line, for pipes and for a single question. Nobody can be asked anything: what
/// needs an answer gets a no, and it is said.
#[derive(Debug)]
pub struct Lines {
    form: Form,
    /// Calls that run, as they are told.
    calls: HashMap<String, (Option<String>, String)>,
    names: Names,
    /// The model's last words of the turn.
    text: String,
    denied: Vec<Value>,
    /// What the last turn came to.
    pub ended: Option<StopReason>,
    /// True when something was denied because nobody could be asked.
    pub refused: bool,
    session: String,
}

/// How results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// For people: the model's words, cleaned.
    Text,
    /// For programs: each entry of the transcript as one line of JSON, then a line of type
    /// `result`.
    Json,
}

/// What comes of an event.
#[derive(Debug, Default, PartialEq)]
pub struct Step {
    /// What is written, in order.
    pub outputs: Vec<Output>,
    /// What is to be done.
    pub effects: Vec<Effect>,
    /// The line is dealt with: the next one can be read.
    pub done: bool,
}

/// A line that is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// A part of the result.
    Result(String),
    /// Something about it.
    Remark(String),
}

impl Lines {
    /// A face that writes like this.
    pub fn new(form: Form) -> Self {
        Self {
            form,
            calls: HashMap::new(),
            names: Names::new(),
            text: String::new(),
            denied: Vec::new(),
            ended: None,
            refused: false,
            session: String::new(),
        }
    }

    /// Takes in what happened.
    pub fn update(&mut self, event: Event) -> Step {
        let mut step = Step::default();
        match event {
            Event::Entry(entry) => self.entry(&entry, &mut step),
            Event::Asked(asked) => self.refuse(&asked, &mut step),
            Event::Reply(reply) => self.reply(&reply, &mut step),
            Event::Retrying { reason, wait } => {
                let wait = duration(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
                step.remark(format!("{}; trying again in {wait}", clean_line(&reason)));
            }
            Event::Told(Notice::Line(text)) => step.remark(clean(&text)),
            Event::Idle => {
                if self.form == Form::Json {
                    step.result(self.result().to_string());
                }
                self.text.clear();
                step.done = true;
            }
            Event::World(world) => self.names.extend(world.names()),
            Event::Done => step.done = true,
            _ => {}
        }
        step
    }

    fn entry(&mut self, entry: &Entry, step: &mut Step) {
        if self.form == Form::Json {
            step.result(serde_json::to_string(entry).unwrap_or_default());
        }
        match &entry.event {
            Happened::SessionStarted { session, .. } => self.session.clone_from(session),
            Happened::AssistantMessage { text, calls, .. } => {
                for call in calls {
                    let (server, tool, _) = meant(call, &self.names);
                    self.calls.insert(call.id.clone(), (server, tool));
                }
                if !text.trim().is_empty() {
                    self.text.clone_from(text);
                    if self.form == Form::Text {
                        step.result(clean(text.trim_end()));
                    }
                }
            }
            Happened::ToolFinished {
                id,
                outcome,
                millis,
            } if self.form == Form::Text => {
                let Some((server, tool)) = self.calls.remove(id) else {
                    return;
                };
                let how = match outcome.status {
                    ToolStatus::Done => "done",
                    ToolStatus::Failed => "failed",
                    ToolStatus::Denied => "denied",
                    ToolStatus::Interrupted => "interrupted",
                };
                let time = duration(*millis);
                step.remark(format!("{}: {how}, {time}", name(server.as_deref(), &tool)));
            }
            Happened::TurnEnded { reason, .. } => {
                if self.form == Form::Text
                    && let Some(why) = why(reason)
                {
                    step.remark(why);
                }
                self.ended = Some(reason.clone());
            }
            _ => {}
        }
    }

    /// Answers with no.
    fn refuse(&mut self, asked: &Asked, step: &mut Step) {
        let answer = match &asked.question {
            Question::Decide(request) => {
                // A server that wants to know the folders does without them.
                self.refused |= !matches!(request.subject, Subject::Roots { .. });
                let server = clean_line(&request.server);
                let what = match &request.subject {
                    Subject::Tool { tool, .. } => {
                        let tool = clean_line(tool);
                        self.denied.push(json!({ "server": server, "tool": tool }));
                        format!(
                            "{server}/{tool} was denied: {NOBODY}; allow it with --approve {server}/{tool}"
                        )
                    }
                    Subject::Sampling { .. } => {
                        format!("{server} may not ask the model: {NOBODY}")
                    }
                    Subject::Roots { .. } => {
                        format!("{server} is not told your folders: {NOBODY}")
                    }
                };
                step.remark(what);
                let reason = Some(NOBODY.to_owned());
                Answer::Decision(Decision::Deny { reason })
            }
            Question::FillIn(form) => {
                let server = clean_line(&form.server);
                step.remark(format!(
                    "{server} asks for a form: there is no terminal to fill it in"
                ));
                Answer::Filled(Filled::Cancelled)
            }
            Question::Visit(page) => {
                let server = clean_line(&page.server);
                step.remark(format!(
                    "{server} asks to open a page: there is no terminal to ask"
                ));
                Answer::Filled(Filled::Cancelled)
            }
        };
        step.effects.push(Effect::Answer(asked.id, answer));
    }

    fn reply(&self, reply: &Reply, step: &mut Step) {
        match (self.form, reply) {
            (Form::Json, Reply::Text(text)) => {
                step.result(json!({ "type": "reply", "text": text }).to_string());
            }
            (Form::Json, Reply::Table { head, rows }) => {
                let table = json!({ "type": "reply", "head": head, "rows": rows });
                step.result(table.to_string());
            }
            (Form::Json, Reply::Problem(text)) => {
                step.result(json!({ "type": "problem", "text": text }).to_string());
            }
            (Form::Text, Reply::Text(text)) => step.result(clean(text)),
            (Form::Text, Reply::Problem(text)) => step.remark(clean(text)),
            (Form::Text, Reply::Table { head, rows }) => {
                for line in table(head, rows) {
                    step.result(line);
                }
            }
        }
    }

    fn result(&self) -> Value {
        json!({
            "type": "result",
            "session": self.session,
            "reason": self.ended,
            "text": self.text,
            "denied": self.denied,
        })
    }
}

impl Step {
    fn result(&mut self, text: String) {
        self.outputs.push(Output::Result(text));
    }

    fn remark(&mut self, text: String) {
        self.outputs.push(Output::Remark(text));
    }
}

fn name(server: Option<&str>, tool: &str) -> String {
    match server {
        Some(server) => format!("{}/{}", clean_line(server), clean_line(tool)),
        None => clean_line(tool),
    }
}

fn why(reason: &StopReason) -> Option<String> {
    match reason {
        StopReason::Finished => None,
        StopReason::Interrupted => Some("interrupted".to_owned()),
        StopReason::Budget { which } => Some(format!(
            "stopped: the budget of {} is used up",
            clean_line(which)
        )),
        StopReason::Failed { message, .. } => Some(clean(message)),
    }
}

/// Columns as wide as they need to be.
fn table(head: &[String], rows: &[Vec<String>]) -> Vec<String> {
    let all: Vec<Vec<String>> = std::iter::once(head)
        .chain(rows.iter().map(Vec::as_slice))
        .map(|row| row.iter().map(|cell| clean_line(cell)).collect())
        .collect();
    let wide = |column: usize| {
        let cells = all.iter().filter_map(|row: &Vec<String>| row.get(column));
        cells
            .map(|cell| crate::text::width(cell))
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<_> = (0..head.len()).map(wide).collect();
    let line = |row: &Vec<String>| {
        let cells: Vec<_> = row
            .iter()
            .zip(&widths)
            .map(|(cell, wide)| {
                let pad = wide.saturating_sub(crate::text::width(cell));
                format!("{cell}{}", " ".repeat(pad))
            })
            .collect();
        cells.join("  ").trim_end().to_owned()
    };
    all.iter().map(line).collect()
}
