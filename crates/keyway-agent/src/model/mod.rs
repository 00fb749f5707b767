//! Language models: the port, and its implementation over the vendors' HTTP interfaces.

mod error;
mod port;
mod vendor;
mod vendors;

pub use error::{ModelError, ModelErrorKind};
pub use keyway_core::agent::{BadModelName, ModelName};
pub use port::{
    Answer, CallResult, Message, Model, ModelChunk, ModelRequest, ModelStream, Stop, complete,
};
pub use vendor::{Vendor, VendorKind};
pub use vendors::{ClientBuilder, GenaiModel, HttpClients, Patience};
