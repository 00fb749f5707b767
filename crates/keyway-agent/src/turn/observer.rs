use std::time::Duration;

use crate::tools::{ToolCall, ToolOutcome};
use crate::transcript::{Entry, StopReason, Usage};

/// Who is told what goes on in a turn.
pub trait Observer: Send + Sync {
    /// Told in the order in which things happen. Must not wait.
    fn update(&self, update: Update);
}

/// Nobody is told.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nobody;

impl Observer for Nobody {
    fn update(&self, _: Update) {}
}

/// What goes on in a turn.
#[derive(Debug, Clone, PartialEq)]
pub enum Update {
    /// The model is asked, for the nth time in this turn.
    RoundStarted {
        /// Counts from 1.
        round: u32,
    },
    /// More of the answer's text.
    TextDelta(String),
    /// More of what the model thinks.
    ReasoningDelta(String),
    /// The text and the reasoning since [`Update::RoundStarted`] are void: the answer broke off
    /// and is asked for again. Take them off the screen.
    Discarded,
    /// The model is asked again after a failure that may pass.
    Retrying {
        /// Which attempt comes next, counted from 2.
        attempt: u32,
        /// The most attempts.
        of: u32,
        /// How long is waited before.
        after: Duration,
        /// Stable code of the failure.
        code: &'static str,
        /// The failure in words.
        message: String,
    },
    /// A call begins.
    ToolStarted(ToolCall),
    /// A call ended.
    ToolFinished {
        /// The call's id.
        id: String,
        /// The tool.
        name: String,
        /// What it came to, as the model will read it.
        outcome: ToolOutcome,
        /// How long it took, approvals included, in milliseconds.
        millis: u64,
    },
    /// An entry is in the transcript and kept.
    EntryWritten(Entry),
    /// The turn ended: the last update.
    TurnEnded {
        /// Why.
        reason: StopReason,
        /// What the turn cost.
        usage: Usage,
    },
}
