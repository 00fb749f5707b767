//! Looking at a gateway from outside, as any client would.

mod answer;
pub(super) mod call;
mod rpc;
pub(super) mod status;
pub(super) mod tools;

pub(super) use rpc::Remote;
