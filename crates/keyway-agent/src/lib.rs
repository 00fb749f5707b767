//! An agent's turn loop: a model, tools, a budget, and a transcript that only grows.

mod tools;
pub mod transcript;

pub use tools::{Offer, ToolCall, ToolDefinition, ToolOutcome, ToolStatus, Tools};
