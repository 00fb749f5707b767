use std::pin::Pin;

use futures_util::{Stream, StreamExt as _};
use serde_json::Value;

use super::{ModelError, ModelErrorKind, ModelName};
use crate::tools::{ToolCall, ToolDefinition, ToolStatus};
use crate::transcript::Usage;

/// A language model that can be asked for an answer.
pub trait Model: Send + Sync {
    /// Asks for one answer. Nothing is sent before the stream is polled, and dropping the stream
    /// ends the request. A stream ends with [`ModelChunk::End`] or with an error; one that just
    /// stops was cut off.
    fn stream(&self, request: ModelRequest) -> ModelStream<'_>;
}

/// An answer as it comes.
pub type ModelStream<'a> = Pin<Box<dyn Stream<Item = Result<ModelChunk, ModelError>> + Send + 'a>>;

/// What a model is asked.
#[derive(Debug, Clone)]
pub struct ModelRequest {
    /// Which model.
    pub model: ModelName,
    /// The system prompt; empty for none.
    pub system: String,
    /// The conversation. It begins with the person, and every call is followed by its result.
    pub messages: Vec<Message>,
    /// What the model may call.
    pub tools: Vec<ToolDefinition>,
    /// The most tokens of the answer; `None` leaves it to the vendor.
    pub max_output_tokens: Option<u32>,
}

/// A part of a conversation.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// What the person wrote.
    User {
        /// The text.
        text: String,
    },
    /// What the model wrote.
    Assistant {
        /// The text; may be empty beside calls.
        text: String,
        /// What it wanted called.
        calls: Vec<ToolCall>,
        /// See [`Answer::carry`].
        carry: Option<Value>,
    },
    /// What the calls of the message before came to, in their order.
    Results(Vec<CallResult>),
}

/// What a call came to, as the model is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallResult {
    /// The call's id.
    pub id: String,
    /// The tool.
    pub name: String,
    /// What the model reads.
    pub text: String,
    /// How it went.
    pub status: ToolStatus,
}

/// A piece of an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum ModelChunk {
    /// More of the text.
    Text(String),
    /// More of what the model thinks, where the vendor shows it.
    Reasoning(String),
    /// A call, whole. Arguments that are no JSON come as a string.
    Call(ToolCall),
    /// The answer is complete.
    End(Answer),
}

/// What is known of an answer once it is complete.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Why it ended.
    pub stop: Stop,
    /// What it cost in tokens. The price is not the model's to know.
    pub usage: Usage,
    /// What the vendor wants to get back unchanged with this answer, such as signed reasoning.
    /// Only the model it came from is given it.
    pub carry: Option<Value>,
}

/// Why an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// The model had nothing more to say, or waits for results of calls.
    Finished,
    /// The answer reached the most tokens one answer may have.
    OutputLimit,
    /// The conversation filled the model's context while it answered.
    ContextLimit,
    /// The vendor held the answer back.
    Filtered,
}

/// Asks for one answer and waits for its end: its text, its calls and what it cost.
///
/// # Errors
///
/// What the model could not be asked for, and [`ModelErrorKind::Broken`] for an answer without end.
pub async fn complete(
    model: &dyn Model,
    request: ModelRequest,
) -> Result<(String, Vec<ToolCall>, Answer), ModelError> {
    let mut stream = model.stream(request);
    let mut text = String::new();
    let mut calls = Vec::new();
    while let Some(chunk) = stream.next().await {
        match chunk? {
            ModelChunk::Text(more) => text.push_str(&more),
            ModelChunk::Reasoning(_) => {}
            ModelChunk::Call(call) => calls.push(call),
            ModelChunk::End(answer) => return Ok((text, calls, answer)),
        }
    }
    Err(ModelErrorKind::Broken.into())
}
