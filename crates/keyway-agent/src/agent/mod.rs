//! What makes an agent: its prompt, its model, its tools, its budget.

mod definition;
mod file;
mod front_matter;
mod price;
mod rules;
#[cfg(test)]
mod tests;

pub use definition::Agent;
pub use file::BadAgent;
pub use keyway_core::agent::Budget;
pub use price::Price;
pub use rules::ToolRules;
