//! The servers Keyway is a client of.

mod auth;
mod settings;
mod spec;

pub use auth::HeaderProblem;
pub use settings::PoolSettings;
pub use spec::{Auth, Http, HttpKind, ServerSpec, Stdio, Timeouts, ToolFilter, Transport};
