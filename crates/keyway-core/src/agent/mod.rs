//! Agents: a prompt, a model, and what the model may use. Declared once; a turn of one runs as
//! whoever asks it something.

mod action;
mod answer;
mod book;
mod budget;
mod cycles;
mod definition;
mod model_name;
#[cfg(test)]
mod tests;
mod tool;

pub use action::{action_slug, slug_of_action, tool_name};
pub use answer::{AgentAnswer, AgentMessage, AgentUsage};
pub use book::{AgentBook, AgentEntry};
pub use budget::Budget;
pub use definition::{Agent, Brought};
pub use model_name::{BadModelName, ModelName};
pub use tool::{AgentTool, BadAgentTool, ToolTarget};
