//! An authorization server and an MCP server behind it, on real sockets: strict towards clients,
//! and able to do the wrong thing in every way clients have to withstand.
//!
//! ```
//! # tokio_test();
//! # fn tokio_test() {
//! use keyway_testkit::authorization::{AuthorizationServer, Misbehaviour, Options, ProtectedPeer};
//! use keyway_testkit::peers::Script;
//!
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! let server = AuthorizationServer::start(Options::default()).await;
//! let peer = ProtectedPeer::start(&server, Script::default(), Default::default()).await;
//! server.misbehave(Misbehaviour::WrongIssuer);
//! // ... a client signs in to peer.url(), and fails ...
//! assert!(server.violations().is_empty());
//! # let _ = peer.url();
//! # });
//! # }
//! ```

mod authorize;
mod browser;
mod client;
mod metadata;
mod misbehaviour;
mod options;
mod register;
mod reply;
mod resource;
mod revoke;
mod server;
mod state;
mod token;
mod visit;

pub use browser::browse;
pub use misbehaviour::Misbehaviour;
pub use options::{Consent, Discovery, Options, ResourceOptions};
pub use resource::ProtectedPeer;
pub use server::AuthorizationServer;
pub use visit::{Endpoint, Visit};
