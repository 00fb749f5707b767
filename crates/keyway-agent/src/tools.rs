use keyway_core::ports::BoxFuture;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

/// What a model may use, asked for anew before every round so that it follows what is connected.
pub trait Tools: Send + Sync {
    /// What is offered now.
    fn offer(&self) -> Offer;

    /// Runs one call. A denial, bad arguments and a failed tool are outcomes, not errors: the model
    /// is told. Several calls of one round run at the same time.
    fn call<'a>(
        &'a self,
        call: &'a ToolCall,
        cancel: &'a CancellationToken,
    ) -> BoxFuture<'a, ToolOutcome>;
}

/// Tools, and what the system prompt says of them.
#[derive(Debug, Clone, Default)]
pub struct Offer {
    /// The tools as the model gets them.
    pub definitions: Vec<ToolDefinition>,
    /// Added to the system prompt; empty for nothing.
    pub system: String,
}

/// A tool as a model gets it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToolDefinition {
    /// 1 to 64 letters, digits, `_` and `-`.
    pub name: String,
    /// What it does.
    pub description: String,
    /// JSON Schema of its arguments.
    pub input_schema: Value,
}

/// A call a model wants.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToolCall {
    /// The model's own id of the call.
    pub id: String,
    /// The tool.
    pub name: String,
    /// The arguments, as the model wrote them.
    pub arguments: Value,
}

/// What a call came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolOutcome {
    /// What the model reads.
    pub text: String,
    /// How it went.
    pub status: ToolStatus,
}

/// How a call went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToolStatus {
    /// It answered.
    Done,
    /// It failed.
    Failed,
    /// The person said no.
    Denied,
    /// It was cut short.
    Interrupted,
}
