use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::{Caller, RelayMethod};
use crate::rpc::RawJson;
use crate::{Principal, RequestId};

/// A call by the names clients know: a tool, a resource, a prompt or a completion. What the endpoint
/// hands on is what the application takes.
#[derive(Clone, Copy)]
#[expect(
    missing_debug_implementations,
    reason = "holds payloads, which are never printed"
)]
pub struct Call<'a> {
    /// Who asks.
    pub who: &'a Principal,
    /// Which request.
    pub method: RelayMethod,
    /// The tool's or prompt's name, the resource's URI, or for completions the name or URI template
    /// of the `ref`, as the client knows it.
    pub target: &'a str,
    /// The whole `params` object.
    pub params: &'a RawJson,
    /// The side that asks, for as long as the call runs.
    pub caller: &'a Arc<dyn Caller>,
    /// Cancelled when the client cancels or goes away.
    pub cancel: &'a CancellationToken,
    /// The request's id in logs.
    pub request: &'a RequestId,
    /// How many gateways the call has passed before this one.
    pub hops: u8,
}
