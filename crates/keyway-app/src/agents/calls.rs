//! What running actions call in their turn.

use std::sync::Arc;

use keyway_agent::turn::Meter;
use keyway_core::Error;
use keyway_core::action::Reply;
use keyway_core::agent::{AgentAnswer, AgentMessage};
use keyway_core::ports::{BoxFuture, CallFrom, Calls};
use keyway_core::rpc::RawJson;

use super::follow::Following;
use crate::credentials::CredentialChoice;
use crate::run::Within;
use crate::{App, Invocation, Surface};

/// What holds for everything that runs because of a call, beside who asks.
#[derive(Clone, Default)]
pub(crate) struct Carried {
    /// The instances of credentials and the project that whoever asks chose.
    pub(crate) chosen: Chosen,
    /// How many gateways the call has passed.
    pub(crate) hops: u8,
    /// The turn of an agent that it is part of: what is used is used of its budget.
    pub(crate) meter: Option<Arc<Meter>>,
}

/// A choice, or what it is read from once it is needed.
#[derive(Clone)]
pub(crate) enum Chosen {
    Choice(CredentialChoice),
    /// The `params` of a request.
    Params(RawJson),
}

impl Default for Chosen {
    fn default() -> Self {
        Self::Choice(CredentialChoice::default())
    }
}

impl Chosen {
    pub(crate) fn read(&self) -> CredentialChoice {
        match self {
            Self::Choice(choice) => choice.clone(),
            Self::Params(params) => CredentialChoice::of_params(params),
        }
    }
}

impl App {
    /// Runs an action because of one that runs: as the same principal, through the one way.
    pub(super) async fn call_within(
        &self,
        from: &CallFrom,
        slug: &str,
        input: RawJson,
        carried: &Carried,
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
            credentials: carried.chosen.read(),
        };
        let within = Within {
            above: from.chain.clone(),
            hops: carried.hops,
            meter: carried.meter.clone(),
            ..Within::default()
        };
        // Boxed: what runs may call again.
        Box::pin(self.invoke_within(invocation, within)).await
    }
}

/// What an action may call, and what holds for it.
pub(crate) struct Calling {
    pub(crate) app: App,
    pub(crate) carried: Carried,
    /// Who follows the turn of the agent that the action is, if somebody does.
    pub(crate) following: Option<Arc<Following>>,
}

impl Calls for Calling {
    fn call(
        self: Arc<Self>,
        from: CallFrom,
        slug: String,
        input: RawJson,
    ) -> BoxFuture<'static, Result<Reply, Error>> {
        Box::pin(async move {
            let called = self.app.call_within(&from, &slug, input, &self.carried);
            called.await
        })
    }

    fn turn(
        self: Arc<Self>,
        from: CallFrom,
        agent: String,
        message: AgentMessage,
    ) -> BoxFuture<'static, Result<AgentAnswer, Error>> {
        Box::pin(async move {
            let (carried, following) = (self.carried.clone(), self.following.clone());
            self.app
                .turn(from, &agent, message, carried, following)
                .await
        })
    }
}
