use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::{BoxFuture, Caller};
use crate::action::{CallChain, Reply};
use crate::agent::{AgentAnswer, AgentMessage};
use crate::rpc::RawJson;
use crate::{Error, Principal, RequestId};

/// What an action calls in its turn: other actions and agents, as whoever called it.
pub trait Calls: Send + Sync {
    /// Runs an action by its slug.
    fn call(
        self: Arc<Self>,
        from: CallFrom,
        slug: String,
        input: RawJson,
    ) -> BoxFuture<'static, Result<Reply, Error>>;

    /// Runs a turn of the agent whose action asks for it, and which was let through as that.
    fn turn(
        self: Arc<Self>,
        from: CallFrom,
        agent: String,
        message: AgentMessage,
    ) -> BoxFuture<'static, Result<AgentAnswer, Error>>;
}

/// The running action that calls something.
#[derive(Clone)]
#[expect(
    missing_debug_implementations,
    reason = "holds the caller, which is never printed"
)]
pub struct CallFrom {
    /// Who asks.
    pub principal: Principal,
    /// The request's id in logs.
    pub request: RequestId,
    /// Cancelled when the running action is.
    pub cancel: CancellationToken,
    /// The side that asked for it.
    pub caller: Arc<dyn Caller>,
    /// The actions that run because of each other, the one that calls last.
    pub chain: CallChain,
}
