use std::sync::Arc;

use jiff::Timestamp;
use keyway_core::{Principal, Scopes};
use keyway_policy::{Act, Asker, Decision, Policies, Thing, ThingKind, Verdict};

/// Stands in the place of a policy where the settings of a tool want an approval.
pub(crate) const TOOL_SETTINGS: &str = "keyway.tool-settings";

/// The policies that hold now.
#[derive(Debug)]
pub(crate) struct InForce {
    pub(crate) policies: Policies,
}

impl InForce {
    pub(crate) fn new(policies: Policies) -> Arc<Self> {
        Arc::new(Self { policies })
    }

    /// Decides, and tells the operator what could not be decided.
    pub(crate) fn decide(
        &self,
        who: &Principal,
        act: Act,
        thing: &Thing,
        now: Timestamp,
    ) -> Decision {
        let mut decision = self.policies.decide(&Asker::of(who), act, thing, now);
        if let Some(failure) = &decision.failure {
            let (act, thing) = (act.as_str(), &*thing.name);
            tracing::error!(
                act,
                thing,
                failure,
                "denied, because policy could not be evaluated"
            );
        }
        // What an administrator said of the tool comes on top: no policy takes it back.
        if act == Act::Call && thing.tags.needs_approval && decision.verdict == Verdict::Allow {
            decision.verdict = Verdict::NeedsApproval;
            decision.policies = vec![TOOL_SETTINGS.to_owned()];
        }
        decision
    }

    /// The scopes a principal has to have to be let through to a thing that policy then permits:
    /// all it has, and what is missing. `None` where wider scopes would not help.
    pub(crate) fn wider(
        &self,
        who: &Principal,
        act: Act,
        thing: &Thing,
        now: Timestamp,
    ) -> Option<Scopes> {
        let needed = needed(who.scopes(), thing)?;
        let scopes = who.scopes().union(&needed);
        let wider = who.with_scopes(scopes.clone());
        let decision = self.decide(&wider, act, thing, now);
        (decision.verdict != Verdict::Deny).then_some(scopes)
    }
}

/// True when a principal's scopes are good for a thing, whatever policy says.
pub(crate) fn in_scope(who: &Principal, thing: &Thing) -> bool {
    let scopes = who.scopes();
    match thing.kind {
        ThingKind::Tool => scopes.allows_tool(&thing.name),
        ThingKind::Resource => scopes.resources(),
        ThingKind::Prompt => scopes.prompts(),
        ThingKind::Server => {
            scopes.some_tools() || scopes.resources() || scopes.prompts() || scopes.admin()
        }
        ThingKind::Organization => scopes.admin(),
    }
}

/// What is missing for a thing: one tool more for whoever has some tools, else the scope of its
/// kind.
fn needed(has: &Scopes, thing: &Thing) -> Option<Scopes> {
    let text = match thing.kind {
        ThingKind::Tool if has.some_tools() => format!("tools:{}", thing.name),
        ThingKind::Tool => "mcp:tools".to_owned(),
        ThingKind::Resource => "mcp:resources".to_owned(),
        ThingKind::Prompt => "mcp:prompts".to_owned(),
        ThingKind::Server | ThingKind::Organization => return None,
    };
    // A name that no pattern can have.
    Some(
        text.parse()
            .unwrap_or_else(|_| Scopes::of([keyway_core::scopes::Scope::McpTools])),
    )
}
