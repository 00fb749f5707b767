//! The contexts of the console: one file a page, and what its pages share.

mod activity;
mod activity_event;
mod activity_log;
mod agents;
mod app;
mod apps;
mod confirm;
mod filled;
mod frame;
mod moment;
mod my_sessions;
mod overview;
mod pager;
mod session;
mod sessions;

pub use activity::{Activity, EventKindLine, EventLine};
pub use activity_event::{ActivityEvent, Fact, Lent};
pub use activity_log::ActivityLog;
pub use agents::{Agent, AgentLine, Agents};
pub use app::{App, AppConfirm, AppInstance, SecretField};
pub use apps::{Apps, DefinitionLine, InstanceLine};
pub use confirm::Confirm;
pub use filled::{Changed, Filled};
pub use frame::{Frame, Notice, Place, PlaceGroup};
pub use moment::Moment;
pub use my_sessions::{BrowserLine, MySessions};
pub use overview::{Overview, ServerLine};
pub use pager::Pager;
pub use session::{Session, TranscriptLine};
pub use sessions::{SessionLine, Sessions};

/// Text from outside, as samples have it: none of it may be markup in a page.
pub const SAMPLE_OUTSIDE: &str = "Sample <i>client</i> \u{202e}dekcirt";
