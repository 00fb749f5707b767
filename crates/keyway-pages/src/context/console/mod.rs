//! The contexts of the console: one file a page, and what its pages share.

mod confirm;
mod connector;
mod connector_form;
mod filled;
mod frame;
mod integrations;
mod moment;
mod overview;
mod pager;
mod probe;

pub use confirm::Confirm;
pub use connector::Connector;
pub use connector_form::ConnectorForm;
pub use filled::{Changed, Filled};
pub use frame::{Frame, Notice, Place, PlaceGroup};
pub use integrations::{ConfiguredLine, ConnectorLine, Integrations, ScopeShown, Standing};
pub use moment::Moment;
pub use overview::{Overview, ServerLine};
pub use pager::Pager;
pub use probe::ProbeShown;

/// Text from outside, as samples have it: none of it may be markup in a page.
pub const SAMPLE_OUTSIDE: &str = "Sample <i>client</i> \u{202e}dekcirt";
