//! What administrators decided about MCP servers and their tools, and what becomes of definitions that
//! a server changes (ADR 0040).

mod changes;
mod curate;
mod curated;
mod difference;
mod error;
mod hash;
mod keeper;
mod lens;
mod observe;
mod phrases;
mod risk;
mod rules;
mod servers;
mod suspicious;
mod table;
#[cfg(test)]
mod tests;
mod tools;
mod view;
mod widened;

pub use changes::{Answer, Looked};
pub use difference::{Difference, DifferenceKind, difference};
pub use hash::definition_hash;
pub(crate) use keeper::keep;
pub use keyway_store::{NewTools, Pinning};
pub(crate) use lens::Lens;
pub use risk::{Finding, Risk, risks};
pub use rules::Usual;
pub use servers::McpServers;
pub use suspicious::{Odd, OddKind, suspicious};
pub(crate) use table::Trust;
pub use view::{ChangeView, ServerPatch, ServerView, ToolPatch, ToolState, ToolView};
