//! MCP servers to be clients of: real ones, on real sockets and in real processes, of every era and
//! transport, that misbehave on demand and remember what they were sent.
//!
//! All of them offer the same things; see [`Script`].

mod answer;
mod asks;
mod gate;
mod http;
mod keyed;
mod lists;
mod outlet;
mod peer;
mod raw;
mod script;
mod sse;
mod stdio;

pub use gate::Gate;
pub use http::HttpPeer;
pub(crate) use http::{listen, run};
pub use keyed::KeyedPeer;
pub use peer::Seen;
pub(crate) use peer::wait_for;
pub use raw::RawPeer;
pub use script::{Era, Script};
pub use sse::SsePeer;
pub use stdio::{StdioPeer, run_if_asked};
