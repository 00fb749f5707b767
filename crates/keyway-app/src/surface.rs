use std::sync::Arc;

use keyway_core::ports::Caller;
use keyway_core::rpc::RawJson;
use keyway_core::{Principal, RequestId};
use tokio_util::sync::CancellationToken;

use crate::credentials::CredentialChoice;

pub use keyway_core::ports::{CacheScope, Call, List, Notice, Page};

/// A call of an action by its slug.
#[derive(Clone)]
#[expect(
    missing_debug_implementations,
    reason = "holds payloads, which are never printed"
)]
pub struct Invocation<'a> {
    /// Who asks.
    pub who: &'a Principal,
    /// The action's slug.
    pub slug: &'a str,
    /// The input: one JSON object.
    pub input: RawJson,
    /// Where the call came in.
    pub surface: Surface,
    /// The side that asks; [`keyway_core::ports::NoCaller`] where nobody listens.
    pub caller: Arc<dyn Caller>,
    /// Cancelled when the caller goes away.
    pub cancel: &'a CancellationToken,
    /// The request's id in logs.
    pub request: &'a RequestId,
    /// Which instances of credentials it is to use.
    pub credentials: CredentialChoice,
}

/// Where a call of an action came in. An action is only there where it is exposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Surface {
    /// As an MCP tool.
    Mcp,
    /// Over plain HTTP.
    Http,
    /// From the command line.
    Cli,
    /// In the background, because someone asked for it before.
    Task,
    /// In the background, by the clock.
    Schedule,
    /// From another action, or an agent, that runs: it needs no exposure.
    Inside,
}
