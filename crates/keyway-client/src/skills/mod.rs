//! Tools reach a model as skills: one line a server in the system prompt, a page and schema files
//! read on demand, and one tool to call them all.
//!
//! [`Skills`] writes the folders and keeps them; [`ClientTools`] offers them to a model, or plain
//! definitions where those are few; [`Cost`] tells what either takes.

mod arguments;
mod cost;
mod definition;
mod export;
mod file_name;
mod folder;
mod follow;
mod offer;
mod page;
mod record;
mod scope;
#[expect(clippy::module_inception, reason = "the noun of the module")]
mod skills;
mod tokens;
mod tools;
mod words;

pub use cost::{Cost, Overhead};
pub use definition::model_name;
pub use export::export;
pub use folder::{Foreign, ReadError};
pub use record::Record;
pub use scope::Scope;
pub use skills::{Report, Skills};
pub use tokens::estimate;
pub use tools::{ClientTools, ToolSettings};
