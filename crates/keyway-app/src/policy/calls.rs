//! What policy says to the calls that clients make, in the terms of the protocol.

use keyway_core::json;
use keyway_core::rpc::{RawJson, RpcError};
use keyway_core::{Error, Kind, Principal};
use keyway_policy::{Thing, ThingKind};

use super::{Admitted, Choosing, Refused, Wish};
use crate::approvals::is_approval;
use crate::call::{no_prompt, no_resource, no_tool};
use crate::catalogue::{PromptTarget, ResourceTarget};
use crate::{App, Call, Definitions};

impl App {
    /// Lets a call of a tool through, or answers it. What a token with wider scopes could do, and
    /// what there is not, are errors of the protocol; what was not approved is a failure of the
    /// tool, which a model sees.
    pub(crate) async fn admit_tool(
        &self,
        call: Call<'_>,
        thing: &Thing,
        definition: &(dyn Fn() -> RawJson + Sync),
    ) -> Result<Admitted, NotAdmitted> {
        let arguments = json::member(call.params.as_str(), "arguments")
            .and_then(|found| RawJson::parse(call.params.bytes().slice(found.value_range)).ok());
        let arguments = arguments.unwrap_or_else(RawJson::empty_object);
        let wish = Wish {
            who: call.who,
            thing,
            arguments: &arguments,
            caller: call.caller,
            cancel: call.cancel,
            request: call.request,
            definition,
            chosen: Choosing::Params(call.params),
            // What an agent is answered goes to its model.
            params: call.who.agent().is_none().then_some(call.params),
            job: None,
            waits: true,
        };
        self.admit_call(&wish).await.map_err(NotAdmitted::from)
    }

    /// Lets a reading of a resource through.
    pub(crate) fn admit_resource(
        &self,
        call: Call<'_>,
        definitions: &Definitions,
        target: &ResourceTarget,
    ) -> Result<Admitted, RpcError> {
        let unseen = || no_resource(call.target);
        let thing = self.resource_thing(call.who, definitions, call.target, target);
        let thing = thing.ok_or_else(unseen)?;
        let admitted = self.admit_now(call.who, &thing);
        admitted.map_err(|refused| refused.told(unseen))
    }

    /// Lets a use of a prompt through.
    pub(crate) fn admit_prompt(
        &self,
        call: Call<'_>,
        definitions: &Definitions,
        target: &PromptTarget,
    ) -> Result<Admitted, RpcError> {
        let tenant = self.tenant(call.who);
        let thing = match target {
            PromptTarget::Action(slug) => {
                let entry = definitions.action(slug).ok_or_else(no_prompt)?;
                tenant.facts().action(ThingKind::Prompt, entry, call.target)
            }
            PromptTarget::Upstream { upstream, own } => {
                let (kind, server) = (ThingKind::Prompt, upstream.key().into());
                tenant.facts().other(kind, &server, call.target, own)
            }
        };
        let admitted = self.admit_now(call.who, &thing);
        admitted.map_err(|refused| refused.told(no_prompt))
    }

    /// A resource as policies see it, by the URI clients know.
    pub(crate) fn resource_thing(
        &self,
        who: &Principal,
        definitions: &Definitions,
        exposed: &str,
        target: &ResourceTarget,
    ) -> Option<Thing> {
        let tenant = self.tenant(who);
        Some(match target {
            ResourceTarget::Action(slug) => {
                let entry = definitions.action(slug)?;
                tenant.facts().action(ThingKind::Resource, entry, exposed)
            }
            ResourceTarget::Upstream { upstream, own } => {
                let (kind, server) = (ThingKind::Resource, upstream.key().into());
                tenant.facts().other(kind, &server, exposed, own)
            }
        })
    }
}

impl Refused {
    /// The refusal as an error of the protocol.
    fn told(self, unseen: impl FnOnce() -> RpcError) -> RpcError {
        match self {
            Self::Unseen | Self::Asks(_) => unseen(),
            Self::Error(error) => error.into(),
        }
    }
}

/// How a call of a tool that is not let through is answered.
pub(crate) enum NotAdmitted {
    /// By a failure of the tool, which a model sees.
    Tool(Error),
    /// By an error of the protocol.
    Protocol(RpcError),
    /// By a question; the client asks again.
    Asks(RawJson),
}

impl From<Refused> for NotAdmitted {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Unseen => Self::Protocol(no_tool()),
            Refused::Asks(result) => Self::Asks(result),
            Refused::Error(error) if is_tools_failure(&error) => Self::Tool(error),
            Refused::Error(error) => Self::Protocol(error.into()),
        }
    }
}

fn is_tools_failure(error: &Error) -> bool {
    let refused = error.kind() == Kind::Forbidden && error.needed_scopes().is_none();
    refused || is_approval(error)
}
