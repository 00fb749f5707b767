//! Actions: typed operations, declared once, reachable over every transport they opt into.

mod around;
mod calling;
mod chain;
mod coerce;
mod content;
mod context;
mod definition;
mod derive;
mod entry;
mod exposure;
mod handler;
mod header;
mod job;
mod listing;
pub mod markdown;
mod needs;
mod origin;
mod problem;
mod registry;
pub mod render;
mod route;
mod schedule;
mod schema;
mod task;
mod template;
#[cfg(test)]
mod tests;

pub(crate) use derive::input_schema;

pub use around::{Calling, Next, Ran, Surrounding};
pub use chain::{CallChain, MAX_CALL_DEPTH};
pub use coerce::input_from_text;
pub use content::{Block, Content, Message, PromptMessages, ResourceBody, Role};
pub use context::{Announcement, Context};
pub use definition::{
    Action, Annotations, DEFAULT_MARKDOWN_DEPTH, DEFAULT_TIMEOUT, Format, SignInAction,
};
pub use entry::Entry;
pub use exposure::{Expose, PromptExposure, ResourceAddress, ResourceExposure};
pub use handler::Reply;
pub use header::{BadHeaderParameter, HeaderParameter, header_parameters};
pub use job::JobRun;
pub use origin::Origin;
pub use registry::{Clash, Registry};
pub use route::{ROUTES, Routed, query_pairs, segments};
pub use schedule::{BadSchedule, Schedule};
pub use schema::{BadSchema, MAX_PROBLEMS, Schema};
pub use task::DEFAULT_ATTEMPTS;
pub use template::{BadTemplate, MAX_URI, UriTemplate, Variables};
