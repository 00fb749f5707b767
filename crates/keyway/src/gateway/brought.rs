//! What the tools of agents bring along.

use std::sync::Arc;

use keyway_core::{Action, Agent, App, CredentialDefinition, McpServer};

/// Puts what agents brought along to the rest, each thing once: an action that two agents use, or that
/// the gateway has by itself, is the same one where it was defined in one place.
pub(super) fn take(
    agents: &mut Vec<Agent>,
    actions: &mut Vec<Action>,
    credentials: &mut Vec<Arc<CredentialDefinition>>,
    servers: &mut Vec<McpServer>,
) {
    let mut at = 0;
    while let Some(agent) = agents.get_mut(at) {
        at += 1;
        let brought = agent.take_brought();
        brought
            .actions
            .into_iter()
            .for_each(|one| add(actions, one));
        for app in brought.apps {
            let (credential, of_app) = App::into_parts(app);
            let same = |other: &Arc<CredentialDefinition>| {
                other.key() == credential.key() && other.defined_at() == credential.defined_at()
            };
            if !credentials.iter().any(same) {
                credentials.push(credential);
            }
            of_app.into_iter().for_each(|one| add(actions, one));
        }
        for server in brought.servers {
            let same = |other: &McpServer| {
                other.key() == server.key() && other.defined_at() == server.defined_at()
            };
            if !servers.iter().any(same) {
                servers.push(server);
            }
        }
        for brought in brought.agents {
            let same = |other: &Agent| {
                other.slug() == brought.slug() && other.defined_at() == brought.defined_at()
            };
            if !agents.iter().any(same) {
                agents.push(brought);
            }
        }
    }
}

fn add(actions: &mut Vec<Action>, action: Action) {
    let same =
        |other: &Action| other.slug() == action.slug() && other.defined_at() == action.defined_at();
    if !actions.iter().any(same) {
        actions.push(action);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Gateway;

    #[test]
    fn what_several_bring_along_is_there_once() {
        let search = Action::new("search", |_, (): ()| async { Ok(1) });
        let writer = Agent::new("writer").tool(search.clone());
        let gateway = Gateway::builder()
            .agent(Agent::new("a").tool(search.clone()).tool(writer.clone()))
            .agent(Agent::new("b").tool(writer))
            .action(search)
            .build();
        let slugs: Vec<_> = gateway.agents().iter().map(Agent::slug).collect();
        assert_eq!(slugs, ["a", "b", "writer"]);
        assert_eq!(gateway.actions().len(), 1);
    }
}
