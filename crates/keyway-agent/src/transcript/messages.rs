//! From a transcript to what a model is asked.

use serde_json::Value;

use super::transcript::interrupted;
use super::{Entry, Event};
use crate::model::{CallResult, Message, ModelName};
use crate::tools::{ToolCall, ToolOutcome};

/// The conversation that a transcript, or any beginning of one, stands for.
///
/// It begins with the person, the person and the model take turns, and every call is followed by
/// its result, in the order of the calls: what has no result was interrupted. What a model
/// wanted back unchanged is only given to that model, which is the one `now` names.
pub fn messages(entries: &[Entry], now: &ModelName) -> Vec<Message> {
    let mut conversation = Conversation::default();
    let mut then = "";
    for entry in entries {
        match &entry.event {
            Event::SessionStarted { model, .. } | Event::ModelChanged { model } => {
                then = model;
            }
            Event::UserMessage { text } => conversation.person(text),
            Event::AssistantMessage {
                text, calls, carry, ..
            } => {
                let carry = carry.as_ref().filter(|_| then == now.as_str());
                conversation.model(text, calls, carry);
            }
            Event::ToolStarted { id, .. } => conversation.started(id),
            Event::ToolFinished { id, outcome, .. } => conversation.finished(id, outcome),
            Event::TurnEnded { .. } => conversation.settle(),
        }
    }
    conversation.settle();
    conversation.messages
}

#[derive(Default)]
struct Conversation {
    messages: Vec<Message>,
    /// The calls of the message before, whether they began, and what they came to.
    calls: Vec<(ToolCall, bool, Option<ToolOutcome>)>,
}

impl Conversation {
    fn person(&mut self, text: &str) {
        self.settle();
        if let Some(Message::User { text: before }) = self.messages.last_mut() {
            // The turn before came to nothing.
            before.push_str("\n\n");
            before.push_str(text);
        } else {
            let text = text.to_owned();
            self.messages.push(Message::User { text });
        }
    }

    fn model(&mut self, text: &str, calls: &[ToolCall], carry: Option<&Value>) {
        self.settle();
        let says_nothing = text.trim().is_empty() && calls.is_empty();
        if says_nothing || self.messages.is_empty() {
            return;
        }
        self.calls = calls
            .iter()
            .map(|call| (call.clone(), false, None))
            .collect();
        if let Some(Message::Assistant {
            text: before,
            calls: wanted,
            carry: kept,
        }) = self.messages.last_mut()
        {
            before.push_str(text);
            wanted.extend_from_slice(calls);
            *kept = carry.cloned();
        } else {
            self.messages.push(Message::Assistant {
                text: text.to_owned(),
                calls: calls.to_vec(),
                carry: carry.cloned(),
            });
        }
    }

    fn started(&mut self, id: &str) {
        for (call, started, _) in &mut self.calls {
            *started |= call.id == id;
        }
    }

    fn finished(&mut self, id: &str, outcome: &ToolOutcome) {
        let open = self
            .calls
            .iter_mut()
            .find(|(call, _, came_to)| call.id == id && came_to.is_none());
        if let Some((_, _, came_to)) = open {
            *came_to = Some(outcome.clone());
        }
    }

    /// Writes down what the calls came to.
    fn settle(&mut self) {
        if self.calls.is_empty() {
            return;
        }
        let results = self.calls.drain(..).map(|(call, started, came_to)| {
            let outcome = came_to.unwrap_or_else(|| interrupted(started));
            CallResult {
                id: call.id,
                name: call.name,
                text: outcome.text,
                status: outcome.status,
            }
        });
        self.messages.push(Message::Results(results.collect()));
    }
}
