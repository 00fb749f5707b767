//! What is counted, and how it is written for Prometheus.

mod histogram;
mod requests;
mod text;

pub(crate) use requests::{Requests, Route};
pub(crate) use text::Text;
