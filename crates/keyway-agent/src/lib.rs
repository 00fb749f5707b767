//! An agent's turn loop: a model, tools, a budget, and a transcript that only grows.
//!
//! Nothing here knows a terminal, a file or a clock of its own: what an agent needs comes in
//! through [`Model`], [`Tools`], [`transcript::Sink`] and [`Observer`], so that the same loop
//! serves a chat at a terminal and the sessions of a gateway.

mod agent;
pub mod model;
mod tools;
pub mod transcript;
pub mod turn;

pub use agent::{Agent, BadAgent, Budget, Price, ToolRules};
pub use model::{Model, ModelError, ModelName};
pub use tools::{Offer, ToolCall, ToolDefinition, ToolOutcome, ToolStatus, Tools};
pub use transcript::Transcript;
pub use turn::{Observer, TurnLoop, Update};
