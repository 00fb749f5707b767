//! What running actions call in their turn.

use std::sync::Arc;

use keyway_core::Error;
use keyway_core::action::Reply;
use keyway_core::agent::{AgentAnswer, AgentMessage};
use keyway_core::ports::{BoxFuture, CallFrom, Calls};
use keyway_core::rpc::RawJson;

use super::Follower;
use super::follow::Following;
use crate::app::Inner;
use crate::credentials::CredentialChoice;
use crate::invoke::Within;
use crate::{App, Invocation, Surface};

impl App {
    /// Runs an action because of one that runs: as the same principal, through the one way.
    pub(super) async fn call_within(
        &self,
        from: &CallFrom,
        slug: &str,
        input: RawJson,
    ) -> Result<Reply, Error> {
        // What calls itself would wait for itself; the chain with it is made again once it calls.
        from.chain.with(slug)?;
        let invocation = Invocation {
            who: &from.principal,
            slug,
            input,
            surface: Surface::Inside,
            caller: Arc::clone(&from.caller),
            cancel: &from.cancel,
            request: &from.request,
            credentials: CredentialChoice::default(),
        };
        let within = Within {
            above: from.chain.clone(),
            ..Within::default()
        };
        // Boxed: what runs may call again.
        Box::pin(self.invoke_within(invocation, within)).await
    }
}

impl Calls for Inner {
    fn call(
        self: Arc<Self>,
        from: CallFrom,
        slug: String,
        input: RawJson,
    ) -> BoxFuture<'static, Result<Reply, Error>> {
        let app = App { inner: self };
        Box::pin(async move { app.call_within(&from, &slug, input).await })
    }

    fn turn(
        self: Arc<Self>,
        from: CallFrom,
        agent: String,
        message: AgentMessage,
    ) -> BoxFuture<'static, Result<AgentAnswer, Error>> {
        let app = App { inner: self };
        Box::pin(async move { app.turn(from, &agent, message, None).await })
    }
}

/// The calls of an agent's action that somebody follows.
pub(super) struct Followed {
    pub(super) app: App,
    pub(super) following: Arc<Following>,
}

impl Calls for Followed {
    fn call(
        self: Arc<Self>,
        from: CallFrom,
        slug: String,
        input: RawJson,
    ) -> BoxFuture<'static, Result<Reply, Error>> {
        Arc::clone(&self.app.inner).call(from, slug, input)
    }

    fn turn(
        self: Arc<Self>,
        from: CallFrom,
        agent: String,
        message: AgentMessage,
    ) -> BoxFuture<'static, Result<AgentAnswer, Error>> {
        Box::pin(async move {
            let follower: Arc<dyn Follower> = Arc::clone(&self.following) as _;
            self.app.turn(from, &agent, message, Some(follower)).await
        })
    }
}
