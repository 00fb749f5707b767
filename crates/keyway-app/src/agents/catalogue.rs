use keyway_core::agent::AgentEntry;
use keyway_core::{Error, Principal};

use super::{AgentView, BudgetView, failure};
use crate::App;
use crate::policy::ThingKind;

impl App {
    /// The agents that `who` may use, by slug.
    pub fn agents(&self, who: &Principal) -> Vec<AgentView> {
        let definitions = self.tenant(who).definitions();
        let all = definitions.agents().iter();
        all.filter(|agent| self.sees_agent(who, agent))
            .map(|agent| view(agent))
            .collect()
    }

    /// One of them.
    pub fn agent(&self, who: &Principal, slug: &str) -> Result<AgentView, Error> {
        let definitions = self.tenant(who).definitions();
        let found = definitions.agents().get(slug);
        let seen = found.filter(|agent| self.sees_agent(who, agent));
        seen.map(|agent| view(agent)).ok_or_else(failure::no_agent)
    }

    /// The agents that `who` sees: the name of the tool that each of them is, and its slug.
    pub(crate) fn agents_by_tool(&self, who: &Principal) -> Vec<(String, String)> {
        let definitions = self.tenant(who).definitions();
        let seen = definitions.agents().iter();
        seen.filter(|agent| self.sees_agent(who, agent))
            .filter_map(|agent| {
                let entry = definitions.action(&agent.action_slug())?;
                Some((
                    entry.tool_name().to_owned(),
                    agent.agent().slug().to_owned(),
                ))
            })
            .collect()
    }

    fn sees_agent(&self, who: &Principal, agent: &AgentEntry) -> bool {
        let tenant = self.tenant(who);
        let slug = agent.action_slug();
        let definitions = tenant.definitions();
        definitions.action(&slug).is_some_and(|entry| {
            let facts = tenant.facts();
            let thing = facts.action(ThingKind::Tool, entry, entry.tool_name());
            self.view(who).sees(&thing)
        })
    }
}

fn view(entry: &AgentEntry) -> AgentView {
    let agent = entry.agent();
    let budget = agent.get_budget();
    let millis = |time: std::time::Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    AgentView {
        slug: agent.slug().to_owned(),
        name: agent.get_name().to_owned(),
        description: agent.get_description().to_owned(),
        model: entry.model().to_string(),
        tools: entry.tools().iter().map(ToString::to_string).collect(),
        budget: BudgetView {
            rounds: budget.rounds,
            tokens: budget.tokens,
            time_ms: budget.time.map(millis),
            cost_micros: budget.cost_micros,
        },
        output_schema: agent.get_output().cloned(),
    }
}
