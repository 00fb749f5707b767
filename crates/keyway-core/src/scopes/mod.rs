//! What a token or an API key is good for: a closed list of scopes, and sets of them.

mod pattern;
mod scope;
mod set;
#[cfg(test)]
mod tests;

pub use pattern::{BadPattern, ToolPattern};
pub use scope::{Scope, UnknownScope};
pub use set::Scopes;
