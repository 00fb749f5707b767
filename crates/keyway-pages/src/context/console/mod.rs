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
mod how_to_connect;
mod input;
mod moment;
mod my_sessions;
mod overview;
mod pager;
mod plot;
mod session;
mod sessions;
mod took;
mod tool;
mod tools;

pub use activity::{Activity, EventKindLine, EventLine};
pub use activity_event::{ActivityEvent, Fact, Lent};
pub use activity_log::ActivityLog;
pub use agents::{Agent, AgentLine, Agents};
pub use app::{App, AppConfirm, AppInstance, PlaceOption, SecretField};
pub use apps::{Apps, DefinitionLine, InstanceLine};
pub use confirm::Confirm;
pub use filled::{Changed, Filled};
pub use frame::{Frame, Notice, Place, PlaceGroup};
pub use how_to_connect::{ClientHelp, HowToConnect, Snippet};
pub use input::{Input, InputKind, arguments, inputs};
pub use moment::Moment;
pub use my_sessions::{BrowserLine, MySessions};
pub use overview::{Available, CallsLine, Overview, ServerLine, ToolCalls};
pub use pager::Pager;
pub use plot::{Bar, Plot};
pub use session::{Session, TranscriptLine};
pub use sessions::{SessionLine, Sessions};
pub use took::Took;
pub use tool::{AnswerPart, Reason, ToolAnswer, ToolPage, Verdict};
pub use tools::{ToolLine, Tools};

/// Text from outside, as samples have it: none of it may be markup in a page.
pub const SAMPLE_OUTSIDE: &str = "Sample <i>client</i> \u{202e}dekcirt";
