use std::sync::Arc;

use http::{HeaderName, HeaderValue};
use keyway_core::ports::Caller;

use crate::upstream::flights::Side;
use crate::upstream::wait::AskClock;

/// One request on its way to a server behind HTTP.
pub(in crate::upstream) struct Sending<'a> {
    /// The id in the body.
    pub(in crate::upstream) id: u64,
    pub(in crate::upstream) method: &'a str,
    /// What `Mcp-Name` mirrors.
    pub(in crate::upstream) name: Option<&'a str>,
    /// `Mcp-Param-*`
    pub(in crate::upstream) params: Vec<(HeaderName, HeaderValue)>,
    /// How many gateways the request has passed, this one included.
    pub(in crate::upstream) hops: u8,
    pub(in crate::upstream) body: String,
    /// Who is told what the server says on the stream of the answer.
    pub(in crate::upstream) caller: Option<&'a Arc<dyn Caller>>,
    /// The call as the shared part of a legacy connection knows it.
    pub(in crate::upstream) side: Option<Arc<Side>>,
    /// Stands still while a person is asked to sign in for the sake of this call.
    pub(in crate::upstream) clock: Option<&'a AskClock>,
}
