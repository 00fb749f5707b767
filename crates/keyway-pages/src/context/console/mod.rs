//! The contexts of the console: one file a page, and what its pages share.

mod confirm;
mod filled;
mod frame;
mod how_to_connect;
mod input;
mod moment;
mod overview;
mod pager;
mod plot;
mod took;
mod tool;
mod tools;

pub use confirm::Confirm;
pub use filled::{Changed, Filled};
pub use frame::{Frame, Notice, Place, PlaceGroup};
pub use how_to_connect::{ClientHelp, HowToConnect, Snippet};
pub use input::{Input, InputKind, arguments, inputs};
pub use moment::Moment;
pub use overview::{Available, CallsLine, Overview, ServerLine, ToolCalls};
pub use pager::Pager;
pub use plot::{Bar, Plot};
pub use took::Took;
pub use tool::{AnswerPart, Reason, ToolAnswer, ToolPage, Verdict};
pub use tools::{ToolLine, Tools};

/// Text from outside, as samples have it: none of it may be markup in a page.
pub const SAMPLE_OUTSIDE: &str = "Sample <i>client</i> \u{202e}dekcirt";
