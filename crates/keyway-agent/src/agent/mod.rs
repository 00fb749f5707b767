//! What makes an agent: its prompt, its model, its tools, its budget.

mod budget;
mod definition;
mod file;
mod front_matter;
mod rules;
#[cfg(test)]
mod tests;

pub use budget::{Budget, Price};
pub use definition::Agent;
pub use file::BadAgent;
pub use rules::ToolRules;
