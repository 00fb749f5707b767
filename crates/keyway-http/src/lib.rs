//! HTTP in: the MCP endpoint, `/v1`, OpenAPI, health and metrics, and the pages people see.

mod address;
mod bearer;
mod body;
mod challenge;
mod console;
mod cookies;
mod csrf;
mod front;
mod guard;
mod mcp;
mod media;
mod metrics;
mod mounts;
mod oauth;
pub mod openapi;
mod page;
mod pages;
#[doc(hidden)]
pub mod parsers;
mod rate_limit;
mod refusal;
mod reply;
mod router;
mod routes;
mod server;
pub mod settings;
mod shared;
mod sites;

pub use axum;
pub use console::{Audience, ConsolePath, console_paths};
pub use front::{Front, FrontParts};
pub use mcp::backend;
pub use mounts::{BadMount, Mount};
pub use pages::{BadSignIn, Forms};
pub use server::{Drained, ListenError, Workers, bind, serve};
pub use settings::Settings;
pub use shared::About;
