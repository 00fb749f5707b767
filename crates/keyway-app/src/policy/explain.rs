use keyway_core::Principal;
use keyway_policy::{Act, Decision, Shown, Tags, Thing, ThingKind};

use super::in_force::in_scope;
use crate::App;

/// What is decided about a tool, and why.
#[derive(Debug, Clone)]
pub struct Explained {
    /// The tool as policies see it.
    pub tool: Thing,
    /// True for a tool that is there; false for one that is taken to be.
    pub known: bool,
    /// False where the scopes of the one who asks are not good for it, whatever policy says.
    pub in_scope: bool,
    /// What policy says.
    pub decision: Decision,
    /// The policies behind it.
    pub policies: Vec<Shown>,
}

impl Explained {
    /// What becomes of the call, in one word: the verdict, or `insufficient_scope`.
    pub fn outcome(&self) -> &'static str {
        if self.in_scope {
            self.decision.verdict.as_str()
        } else {
            "insufficient_scope"
        }
    }
}

impl App {
    /// What is decided when `who` calls a tool, by the name clients know or an action's slug. One
    /// that is not known here is taken for a tool of which `tags` are claimed.
    pub fn explain(&self, who: &Principal, tool: &str, tags: Tags) -> Explained {
        let in_force = self.inner.policy.load_full();
        let found = self.known_tool(who, tool);
        let known = found.is_some();
        let tool = found.unwrap_or_else(|| {
            let server = tool
                .strip_prefix("mcp__")
                .and_then(|rest| rest.split_once("__"));
            let named = Thing::named(ThingKind::Tool, who.organization().as_str(), tool);
            match server {
                Some((server, own)) => Thing {
                    server: Some(server.into()),
                    own: own.into(),
                    tags,
                    ..named
                },
                None => Thing { tags, ..named },
            }
        });
        let decision = in_force.decide(who, Act::Call, &tool, self.inner.clock.now());
        let found = decision.policies.iter();
        let found = found.filter_map(|id| in_force.policies.find(id).cloned());
        Explained {
            in_scope: in_scope(who, &tool),
            policies: found.collect(),
            decision,
            known,
            tool,
        }
    }

    fn known_tool(&self, who: &Principal, tool: &str) -> Option<Thing> {
        let tenant = self.tenant(who);
        if let Some(route) = self.catalogue_with(who, &self.bound(who)).tool(tool) {
            return Some(Thing::clone(&route.thing));
        }
        let definitions = tenant.definitions();
        let entry = definitions.action(tool)?;
        Some(
            tenant
                .facts()
                .action(ThingKind::Tool, entry, entry.tool_name()),
        )
    }
}
