//! Actions: typed operations, declared once, reachable over every transport they opt into.

mod content;
mod context;
mod definition;
mod exposure;
mod handler;

pub use content::{Block, Content};
pub use context::Context;
pub use definition::{Action, Annotations, DEFAULT_TIMEOUT, Format};
pub use exposure::{Expose, PromptExposure, ResourceAddress, ResourceExposure};
pub use handler::Reply;
