//! Calls that a person has to approve: the way to `approvals`.

use std::sync::Arc;

use keyway_core::action::JobRun;
use keyway_core::ports::Caller;
use keyway_core::rpc::RawJson;
use keyway_core::{Principal, RequestId};
use keyway_policy::Thing;
use tokio_util::sync::CancellationToken;

use super::admit::{Admission, Admitted, Refused};
use crate::App;
use crate::credentials::CredentialChoice;

/// A call that is about to be made, as far as a person has to know it.
pub(crate) struct Wish<'a> {
    pub(crate) who: &'a Principal,
    pub(crate) thing: &'a Thing,
    pub(crate) arguments: &'a RawJson,
    pub(crate) caller: &'a Arc<dyn Caller>,
    pub(crate) cancel: &'a CancellationToken,
    pub(crate) request: &'a RequestId,
    /// The tool's definition.
    pub(crate) definition: &'a (dyn Fn() -> RawJson + Sync),
    /// The credentials that it is made with.
    pub(crate) chosen: Choosing<'a>,
    /// The client's request, where its answer goes straight to the client.
    pub(crate) params: Option<&'a RawJson>,
    /// The job that it is.
    pub(crate) job: Option<&'a JobRun>,
    /// Whether somebody waits for it.
    pub(crate) waits: bool,
}

/// Where it is said which credentials a call is made with.
#[derive(Clone, Copy)]
pub(crate) enum Choosing<'a> {
    Params(&'a RawJson),
    Choice(&'a CredentialChoice),
}

impl Choosing<'_> {
    pub(crate) fn read(&self) -> CredentialChoice {
        match self {
            Self::Params(params) => CredentialChoice::of_params(params),
            Self::Choice(choice) => CredentialChoice::clone(choice),
        }
    }
}

impl App {
    /// Lets a call through, after it was approved where policy wants that.
    pub(crate) async fn admit_call(&self, wish: &Wish<'_>) -> Result<Admitted, Refused> {
        match self.admit(wish.who, wish.thing)? {
            Admission::Now(admitted) => Ok(admitted),
            // Boxed: nearly no call gets here, and every call would have to have room for it.
            Admission::Once(decision) => Box::pin(self.admit_approved(wish, &decision)).await,
        }
    }
}
