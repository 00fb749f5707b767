//! HTTP in: the MCP endpoint, `/v1`, OpenAPI, health and metrics.

mod bearer;
mod body;
mod front;
mod guard;
mod mcp;
mod media;
mod metrics;
pub mod openapi;
mod refusal;
mod reply;
mod router;
mod routes;
mod server;
pub mod settings;
mod shared;

pub use front::{Front, FrontParts};
pub use mcp::backend;
pub use server::{Drained, ListenError, Workers, bind, serve};
pub use settings::Settings;
pub use shared::About;
