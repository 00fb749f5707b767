use std::sync::Arc;

use keyway_agent::turn::Meter;
use keyway_core::action::{CallChain, Entry, JobRun};
use keyway_core::ports::Caller;
use keyway_core::rpc::RawJson;
use keyway_core::{Error, Principal, RequestId};
use tokio_util::sync::CancellationToken;

use crate::agents::{Carried, Chosen, Following};
use crate::credentials::CredentialChoice;
use crate::invoke::no_action;
use crate::policy::Admitted;
use crate::{Call, Definitions};

/// An action about to run: who asks, with what, and how to reach them.
pub(crate) struct Run<'a> {
    pub(crate) who: &'a Principal,
    /// What the action is of.
    pub(crate) definitions: &'a Definitions,
    pub(crate) input: RawJson,
    pub(crate) caller: &'a Arc<dyn Caller>,
    pub(crate) cancel: &'a CancellationToken,
    pub(crate) request: &'a RequestId,
    /// The proof that it may.
    pub(crate) admitted: Admitted,
    /// The client's request, where one brought it here.
    pub(crate) through: Option<Call<'a>>,
    /// Which instances of credentials it is to use, where no request says so.
    pub(crate) credentials: Option<&'a CredentialChoice>,
    /// What it is part of.
    pub(crate) within: Within<'a>,
}

/// What an invocation is part of.
#[derive(Default)]
pub(crate) struct Within<'a> {
    /// The job it is, where it runs in the background.
    pub(crate) job: Option<&'a JobRun>,
    /// The actions that run, and of which this one is called.
    pub(crate) above: CallChain,
    /// How many gateways the call has passed.
    pub(crate) hops: u8,
    /// The turn of an agent that it runs because of.
    pub(crate) meter: Option<Arc<Meter>>,
    /// Who follows the turn of the agent that it is.
    pub(crate) following: Option<Arc<Following>>,
}

impl<'a> Run<'a> {
    pub(crate) fn of(
        call: &Call<'a>,
        definitions: &'a Definitions,
        admitted: Admitted,
        input: RawJson,
    ) -> Self {
        Self {
            definitions,
            admitted,
            who: call.who,
            input,
            caller: call.caller,
            cancel: call.cancel,
            request: call.request,
            through: Some(*call),
            credentials: None,
            within: Within {
                hops: call.hops,
                ..Within::default()
            },
        }
    }
}

impl Run<'_> {
    /// Whether the organization of who asks has an action. That policy permits it was proved before
    /// ([`Run::admitted`]).
    pub(crate) fn authorize(&self, entry: &Entry) -> Result<(), Error> {
        let has = self.definitions.action(entry.action().slug()).is_some();
        if has { Ok(()) } else { Err(no_action()) }
    }

    pub(crate) fn choice(&self) -> CredentialChoice {
        match (&self.credentials, &self.through) {
            (Some(choice), _) => CredentialChoice::clone(choice),
            (None, Some(call)) => CredentialChoice::of_params(call.params),
            (None, None) => CredentialChoice::default(),
        }
    }

    /// What holds for whatever it calls.
    pub(crate) fn carried(&self) -> Carried {
        let chosen = match (&self.credentials, &self.through) {
            (Some(choice), _) => Chosen::Choice(CredentialChoice::clone(choice)),
            (None, Some(call)) => Chosen::Params(call.params.clone()),
            (None, None) => Chosen::default(),
        };
        Carried {
            chosen,
            hops: self.within.hops,
            meter: self.within.meter.clone(),
        }
    }
}
