//! Servers behind HTTP: streamable HTTP of every revision, and HTTP+SSE of 2024-11-05.

mod again;
mod announce;
mod call;
mod challenge;
mod endpoint;
mod events;
mod link;
mod sse;

pub(super) use call::Sending;
pub(super) use endpoint::{Credentials, Endpoint, Manners};
pub(super) use link::HttpLink;
pub(super) use sse::open_sse;
