use std::sync::Arc;

use keyway_core::action::Entry;
use keyway_core::rpc::RawJson;
use keyway_core::scopes::Scope;
use keyway_core::{Error, Principal, Scopes, Subject};
use keyway_policy::{Act, Decision, Policies, Thing, ThingKind, Verdict};

use super::in_force::in_scope;
use super::view::{act_on, allows};
use super::{InForce, View};
use crate::approvals::Held;
use crate::{App, Definitions};

/// The proof that policy lets a call through. Only [`App::admit`] and an approval make one, and
/// nothing runs without it.
#[derive(Debug, Clone)]
pub(crate) struct Admitted {
    pub(crate) decision: Arc<Decision>,
    /// The approval it runs under, where that was wanted.
    pub(crate) approved: Option<Arc<Held>>,
}

impl Admitted {
    /// To sign in. Nobody is known yet whom policy could permit anything.
    pub(crate) fn to_sign_in() -> Self {
        let decision = Decision {
            verdict: Verdict::Allow,
            policies: Vec::new(),
            failure: None,
        };
        Self {
            decision: Arc::new(decision),
            approved: None,
        }
    }
}

/// What policy says to a call.
#[derive(Debug)]
pub(crate) enum Admission {
    /// It may run.
    Now(Admitted),
    /// It may run once a person approved it.
    Once(Arc<Decision>),
}

/// Why a call is not let through.
#[derive(Debug)]
pub(crate) enum Refused {
    /// To the one who asks there is no such thing.
    Unseen,
    /// With wider scopes, or with an approval, it would be.
    Error(Error),
    /// The client is to be shown this result, and asks again. Only where a request of a client is
    /// answered.
    Asks(RawJson),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl Refused {
    /// The refusal as an error, where `unseen` says that there is no such thing.
    pub(crate) fn or(self, unseen: impl FnOnce() -> Error) -> Error {
        match self {
            Self::Unseen | Self::Asks(_) => unseen(),
            Self::Error(error) => error,
        }
    }
}

impl App {
    /// Replaces the policies. Once this returned, nobody gets an answer of the old ones, and whoever
    /// sees something else now is told so.
    pub fn set_policies(&self, policies: Policies) {
        let new = InForce::new(policies);
        let old = self.inner.policy.swap(Arc::clone(&new));
        let now = self.inner.clock.now();
        for tenant in self.tenants() {
            tenant.policies_changed(&old, &new, now);
        }
    }

    /// What `who` sees now.
    pub(crate) fn view(&self, who: &Principal) -> Arc<View> {
        let in_force = self.inner.policy.load_full();
        self.tenant(who)
            .view(who, &in_force, self.inner.clock.now())
    }

    /// Someone who came in, as far as policy lets them go: without the scope `admin` where it forbids
    /// them to administer. Whoever lets people in asks this; every administrative use-case then
    /// refuses them.
    pub fn governed(&self, who: Principal) -> Principal {
        if !who.scopes().admin() || *who.subject() == Subject::Local || self.may_administer(&who) {
            return who;
        }
        who.barred()
    }

    /// Like [`App::governed`], where administrative use-cases are: who comes without the scope
    /// `admin` is not told to ask for it if policy would forbid them to use it.
    pub fn governed_to_administer(&self, who: Principal) -> Principal {
        if who.scopes().admin() || *who.subject() == Subject::Local {
            return self.governed(who);
        }
        let scopes = who.scopes().union(&Scopes::of([Scope::Admin]));
        if self.may_administer(&who.with_scopes(scopes)) {
            return who;
        }
        who.barred()
    }

    fn may_administer(&self, who: &Principal) -> bool {
        let organization = Thing::organization(who.organization().as_str());
        allows(&self.view(who).decide(Act::Administer, &organization))
    }

    /// Of the actions that are defined those that `who` may call, wherever they are exposed.
    pub fn actions<'a>(&self, definitions: &'a Definitions, who: &Principal) -> Vec<&'a Entry> {
        let (tenant, view) = (self.tenant(who), self.view(who));
        let own = tenant.definitions();
        let seen = |entry: &&Entry| {
            let thing = tenant
                .facts()
                .action(ThingKind::Tool, entry, entry.tool_name());
            own.action(entry.action().slug()).is_some() && view.sees(&thing)
        };
        definitions.registry().iter().filter(seen).collect()
    }

    /// Whether `who` may use a thing: the one decision behind lists and calls.
    pub(crate) fn admit(&self, who: &Principal, thing: &Thing) -> Result<Admission, Refused> {
        let (act, view) = (act_on(thing), self.view(who));
        if !view.is_there(thing) {
            return Err(Refused::Unseen);
        }
        if !in_scope(who, thing) {
            let wider = view.in_force.wider(who, act, thing, self.inner.clock.now());
            return Err(wider.map_or(Refused::Unseen, |scopes| {
                Refused::Error(Error::insufficient_scope(scopes))
            }));
        }
        let decision = view.decide(act, thing);
        match decision.verdict {
            Verdict::Allow => Ok(Admission::Now(Admitted {
                decision,
                approved: None,
            })),
            Verdict::NeedsApproval => Ok(Admission::Once(decision)),
            Verdict::Deny => Err(Refused::Unseen),
        }
    }

    /// Like [`App::admit`], for what nobody is ever asked to approve: reading, prompts, completions.
    /// What needs an approval then is denied.
    pub(crate) fn admit_now(&self, who: &Principal, thing: &Thing) -> Result<Admitted, Refused> {
        match self.admit(who, thing)? {
            Admission::Now(admitted) => Ok(admitted),
            Admission::Once(_) => Err(Refused::Unseen),
        }
    }
}
