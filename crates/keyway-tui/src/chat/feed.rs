use keyway_agent::transcript::{Entry, Event, StopReason, Usage};
use keyway_agent::{ToolOutcome, ToolStatus};

use crate::event::Names;

use super::block::{Block, Card, CardState, Tone};

/// The conversation as blocks: made from a transcript's entries, whether they happen now or are
/// read from a file, and from what passes in between.
#[derive(Debug, Default)]
pub(crate) struct Feed {
    blocks: Vec<Block>,
    /// Where the model's answer grows.
    streaming: Option<usize>,
    /// What the session cost so far.
    pub(crate) usage: Usage,
    /// The model that answers.
    pub(crate) model: Option<String>,
    names: Names,
}

impl Feed {
    pub(crate) fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    pub(crate) fn block_mut(&mut self, index: usize) -> Option<&mut Block> {
        self.blocks.get_mut(index)
    }

    pub(crate) fn note(&mut self, tone: Tone, text: impl Into<String>) {
        self.blocks.push(Block::Note(tone, text.into()));
    }

    pub(crate) fn push(&mut self, block: Block) {
        self.blocks.push(block);
    }

    /// Learns what names of tools stand for. Cards that were there before are told as well.
    pub(crate) fn learn(&mut self, names: Names) {
        // A server that is gone leaves what its names stood for.
        self.names.extend(names);
        for block in &mut self.blocks {
            if let Block::Card(card) = block
                && card.server.is_none()
                && let Some((server, tool)) = self.names.get(&card.tool)
            {
                card.server = Some(server.clone());
                card.tool.clone_from(tool);
            }
        }
    }

    /// The model wrote a little more.
    pub(crate) fn delta(&mut self, text: &str) {
        if let Some(Block::Model(growing)) = self.streaming.and_then(|at| self.blocks.get_mut(at)) {
            growing.push_str(text);
            return;
        }
        self.streaming = Some(self.blocks.len());
        self.blocks.push(Block::Model(text.to_owned()));
    }

    /// The answer that grew is given up: another one begins.
    pub(crate) fn forget_delta(&mut self) {
        if let Some(at) = self.streaming.take()
            && at < self.blocks.len()
        {
            self.blocks.remove(at);
        }
    }

    pub(crate) fn entry(&mut self, entry: &Entry) {
        match &entry.event {
            Event::SessionStarted { model, .. } => self.model = Some(model.clone()),
            Event::ModelChanged { model } => {
                self.model = Some(model.clone());
                self.note(Tone::Quiet, format!("{model} answers from here on"));
            }
            Event::UserMessage { text } => self.push(Block::User(text.clone())),
            Event::AssistantMessage {
                text, calls, usage, ..
            } => {
                self.forget_delta();
                if !text.trim().is_empty() {
                    self.push(Block::Model(text.clone()));
                }
                for call in calls {
                    self.push(Block::Card(Card::new(call, entry.at, &self.names)));
                }
                self.usage = self.usage.plus(*usage);
            }
            Event::ToolStarted { id, .. } => {
                if let Some(card) = self.card(id) {
                    card.since = entry.at;
                }
            }
            Event::ToolFinished {
                id,
                outcome,
                millis,
            } => self.finish(id, outcome, *millis),
            Event::TurnEnded { reason, .. } => self.end(reason),
        }
    }

    fn finish(&mut self, id: &str, outcome: &ToolOutcome, millis: u64) {
        if let Some(card) = self.card(id) {
            card.state = CardState::Ended(outcome.status);
            card.result.clone_from(&outcome.text);
            card.millis = Some(millis);
            card.progress = None;
        }
    }

    fn end(&mut self, reason: &StopReason) {
        // What was said before the end stays, as far as it came.
        self.streaming = None;
        for block in &mut self.blocks {
            if let Block::Card(card) = block
                && card.runs()
            {
                card.state = CardState::Ended(ToolStatus::Interrupted);
            }
        }
        match reason {
            StopReason::Finished => {}
            StopReason::Interrupted => self.note(Tone::Quiet, "interrupted"),
            StopReason::Budget { which } => {
                self.note(
                    Tone::Bad,
                    format!("stopped: the budget of {which} is used up"),
                );
            }
            StopReason::Failed { message, .. } => self.note(Tone::Bad, message.clone()),
        }
    }

    /// The calls that run, newest first.
    pub(crate) fn running(&mut self) -> impl Iterator<Item = &mut Card> {
        self.blocks
            .iter_mut()
            .rev()
            .filter_map(|block| match block {
                Block::Card(card) if card.runs() => Some(card),
                _ => None,
            })
    }

    fn card(&mut self, id: &str) -> Option<&mut Card> {
        self.blocks.iter_mut().rev().find_map(|block| match block {
            Block::Card(card) if card.id == id => Some(card),
            _ => None,
        })
    }
}
