//! Vendors' HTTP interfaces, spoken by `genai` over a client that is given to it.

mod carry;
mod failure;
mod genai_model;
mod quiet;
mod request;
mod target;

pub use genai::ClientBuilder;
pub use genai_model::{GenaiModel, HttpClients, Patience};
