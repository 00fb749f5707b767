//! The contexts of the console: one file a page, and what its pages share.

mod confirm;
mod filled;
mod frame;
mod moment;
mod overview;
mod pager;

pub use confirm::Confirm;
pub use filled::{Changed, Filled};
pub use frame::{Frame, Notice, Place, PlaceGroup};
pub use moment::Moment;
pub use overview::{Overview, ServerLine};
pub use pager::Pager;

/// Text from outside, as samples have it: none of it may be markup in a page.
pub const SAMPLE_OUTSIDE: &str = "Sample <i>client</i> \u{202e}dekcirt";
