//! The servers Keyway is a client of.
//!
//! A [`Pool`] keeps one connection to every server, shared by all callers. What a server lists is
//! kept and served from memory; calls are handed through byte for byte. Which transport and which
//! revision a server speaks is found out when it is connected to, and nobody outside needs to know.
//!
//! Invariants: no payload is logged; nothing is built from a server's JSON before its bounds are
//! checked; what a server says beside its answers reaches the caller it belongs to or nobody.

mod auth;
mod body;
mod caps;
mod connect;
mod connection;
mod failure;
mod flights;
mod handshake;
mod http;
mod inbound;
mod keeper;
mod line;
mod listen;
mod lists;
mod mrtr;
mod params;
mod pool;
mod redact;
mod server;
mod settings;
mod spec;
mod state;
mod stdio;
mod stream;
mod subscriptions;
mod tokens;
mod trial;
mod wait;

pub use auth::HeaderProblem;
pub use pool::Pool;
pub use settings::{CallerOf, PoolSettings};
pub use spec::{Auth, Http, HttpKind, OAuth, ServerSpec, Stdio, Timeouts, ToolFilter, Transport};
pub use trial::{NotTried, Trial, TrialFailure};
