use std::sync::Arc;

use jiff::Timestamp;

use super::{Entry, Event, Sink, SinkError, StopReason, Usage};
use crate::model::ModelName;
use crate::tools::{ToolCall, ToolOutcome, ToolStatus};

/// A session's entries, and where new ones are kept.
#[derive(Clone)]
pub struct Transcript {
    entries: Vec<Entry>,
    sink: Arc<dyn Sink>,
}

/// Entries that are no transcript.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "entry {at} of the transcript is damaged or missing: cut the file before it to resume from there"
)]
pub struct BadTranscript {
    /// Which entry, counted from 1.
    pub at: u64,
}

impl BadTranscript {
    /// The stable code.
    pub fn code(self) -> &'static str {
        "transcript_damaged"
    }
}

impl Transcript {
    /// Begins a session.
    ///
    /// # Errors
    ///
    /// When the first entry cannot be kept.
    pub async fn begin(
        sink: Arc<dyn Sink>,
        session: &str,
        agent: &str,
        model: &ModelName,
        system: &str,
        at: Timestamp,
    ) -> Result<Self, SinkError> {
        let mut transcript = Self {
            entries: Vec::new(),
            sink,
        };
        let started = Event::SessionStarted {
            session: session.to_owned(),
            agent: agent.to_owned(),
            model: model.to_string(),
            system: system.to_owned(),
        };
        transcript.append(started, at).await?;
        Ok(transcript)
    }

    /// Goes on with what was kept. A turn that did not end is ended by the next
    /// [`Transcript::repair`], which every turn begins with.
    ///
    /// # Errors
    ///
    /// When the entries do not begin with [`Event::SessionStarted`] or do not count from 1
    /// without gaps.
    pub fn resume(entries: Vec<Entry>, sink: Arc<dyn Sink>) -> Result<Self, BadTranscript> {
        if !matches!(
            entries.first().map(|entry| &entry.event),
            Some(Event::SessionStarted { .. })
        ) {
            return Err(BadTranscript { at: 1 });
        }
        for (entry, at) in entries.iter().zip(1..) {
            if entry.seq != at {
                return Err(BadTranscript { at });
            }
        }
        Ok(Self { entries, sink })
    }

    /// Keeps an event: in the sink first, then here.
    ///
    /// # Errors
    ///
    /// When the sink could not keep it; the transcript is as before.
    pub async fn append(&mut self, event: Event, at: Timestamp) -> Result<&Entry, SinkError> {
        let seq = self.entries.last().map_or(1, |last| last.seq + 1);
        let entry = Entry { seq, at, event };
        self.sink.append(&entry).await?;
        self.entries.push(entry);
        self.entries
            .last()
            .ok_or_else(|| SinkError("it is empty".to_owned()))
    }

    /// From here on another model answers.
    ///
    /// # Errors
    ///
    /// When the entry cannot be kept.
    pub async fn change_model(
        &mut self,
        model: &ModelName,
        at: Timestamp,
    ) -> Result<(), SinkError> {
        let model = model.to_string();
        self.append(Event::ModelChanged { model }, at).await?;
        Ok(())
    }

    /// Ends a turn that a crash left open: a call without an end becomes an interrupted one, and
    /// the turn an interrupted turn. Gives back what was added.
    ///
    /// # Errors
    ///
    /// When an entry cannot be kept.
    pub async fn repair(&mut self, at: Timestamp) -> Result<Vec<Entry>, SinkError> {
        let Some(open) = self.open_turn() else {
            return Ok(Vec::new());
        };
        let before = self.entries.len();
        for (call, started) in open.calls {
            let finished = Event::ToolFinished {
                id: call.id,
                outcome: interrupted(started),
                millis: 0,
            };
            self.append(finished, at).await?;
        }
        let ended = Event::TurnEnded {
            reason: StopReason::Interrupted,
            usage: open.usage,
        };
        self.append(ended, at).await?;
        Ok(self.entries.get(before..).unwrap_or_default().to_vec())
    }

    /// All entries, oldest first.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The session's id.
    pub fn session(&self) -> &str {
        match self.entries.first().map(|entry| &entry.event) {
            Some(Event::SessionStarted { session, .. }) => session,
            _ => "",
        }
    }

    /// The system prompt without what tools add.
    pub fn system(&self) -> &str {
        match self.entries.first().map(|entry| &entry.event) {
            Some(Event::SessionStarted { system, .. }) => system,
            _ => "",
        }
    }

    /// The model that answers now, as it was written down.
    pub fn model(&self) -> &str {
        let mut events = self.entries.iter().rev().map(|entry| &entry.event);
        events
            .find_map(|event| match event {
                Event::SessionStarted { model, .. } | Event::ModelChanged { model } => {
                    Some(model.as_str())
                }
                _ => None,
            })
            .unwrap_or_default()
    }

    /// What the whole session cost.
    pub fn usage(&self) -> Usage {
        usage_of(&self.entries)
    }

    /// The turn that has begun and not ended.
    fn open_turn(&self) -> Option<OpenTurn> {
        let ended = |entry: &Entry| matches!(entry.event, Event::TurnEnded { .. });
        let began = |entry: &Entry| matches!(entry.event, Event::UserMessage { .. });
        let after = self.entries.iter().rposition(ended).map_or(0, |at| at + 1);
        let rest = self.entries.get(after..)?;
        let turn = rest.get(rest.iter().position(began)?..)?;
        let mut calls: Vec<(ToolCall, bool)> = Vec::new();
        for entry in turn {
            match &entry.event {
                Event::AssistantMessage { calls: wanted, .. } => {
                    calls = wanted.iter().map(|call| (call.clone(), false)).collect();
                }
                Event::ToolStarted { id, .. } => {
                    for (call, started) in &mut calls {
                        *started |= call.id == *id;
                    }
                }
                Event::ToolFinished { id, .. } => calls.retain(|(call, _)| call.id != *id),
                _ => {}
            }
        }
        Some(OpenTurn {
            calls,
            usage: usage_of(turn),
        })
    }
}

impl std::fmt::Debug for Transcript {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Transcript({} entries)", self.entries.len())
    }
}

struct OpenTurn {
    /// Calls without an end, and whether they were begun.
    calls: Vec<(ToolCall, bool)>,
    usage: Usage,
}

fn usage_of(entries: &[Entry]) -> Usage {
    let usages = entries.iter().filter_map(|entry| match &entry.event {
        Event::AssistantMessage { usage, .. } => Some(*usage),
        _ => None,
    });
    usages.fold(Usage::default(), Usage::plus)
}

/// What a call without an end came to.
pub(crate) fn interrupted(started: bool) -> ToolOutcome {
    let text = if started {
        "interrupted: it is not known whether the call took effect"
    } else {
        "not run: interrupted before the call began"
    };
    ToolOutcome {
        text: text.to_owned(),
        status: ToolStatus::Interrupted,
    }
}
