//! The tools somebody may call, for people who look for one and try it.

mod find;
mod places;
mod view;

pub use find::{ToolFilter, ToolList};
pub use places::ToolPlace;
pub use view::{ToolKind, ToolView, UnknownToolKind};
