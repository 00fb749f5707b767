//! The MCP endpoint: requests of every supported revision in, answers and event streams out.
//!
//! A call runs inside the future that answers its request, and its answer is one JSON object, as
//! long as it has nothing to say before its end. It moves to a task of its own once its answer is
//! an event stream, or once it waits for answers of its client.

mod accept;
mod backend;
mod body;
mod core;
mod era;
mod gauge;
mod input;
mod introduction;
mod legacy;
mod list;
mod method;
mod modern;
mod notices;
mod notify;
mod params;
mod reply;
mod serve;
mod settings;

pub use backend::{
    Audience, Backend, CacheScope, Call, HeaderParameter, Icon, List, Notice, Page, ServerInfo,
    TaskAsk,
};
pub use body::Body;
pub use gauge::Stats;
pub use reply::NeededScopes;
pub use serve::Endpoint;
pub use settings::Settings;
