//! Revisions 2025-03-26 to 2025-11-25: requests belong to an MCP session.

mod batch;
mod call;
mod get;
mod log;
mod request;
mod session;
mod sessions;
mod side;
mod table;

pub(super) use batch::batch;
pub(super) use get::{delete, get};
pub(super) use request::{notification, request, response};
pub(super) use table::Sessions;
