use std::collections::BTreeMap;
use std::sync::Arc;

use super::cycles::cycle;
use super::{Agent, ModelName, ToolTarget, action_slug};
use crate::action::{Clash, Registry, Schema};
use crate::names::AGENT_SLUG;

/// Every agent of a gateway, checked, by its slug.
#[derive(Debug, Clone, Default)]
pub struct AgentBook {
    all: BTreeMap<String, Arc<AgentEntry>>,
}

/// An agent that has been checked: its model read, its output schema compiled.
#[derive(Debug)]
pub struct AgentEntry {
    agent: Agent,
    model: ModelName,
    tools: Vec<ToolTarget>,
    output: Option<Schema>,
}

impl AgentBook {
    /// Checks agents, each by itself, against each other, and what they name against the gateway's
    /// actions and the keys of its MCP servers. Tells everything that is wrong.
    ///
    /// # Errors
    ///
    /// A slug that is none or taken, a model without a vendor, a schema that cannot be used, a tool
    /// that is not there, agents that would ask each other in a circle.
    pub fn new<'a>(
        agents: impl IntoIterator<Item = Agent>,
        actions: &Registry,
        servers: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, Vec<Clash>> {
        let servers: Vec<_> = servers.into_iter().collect();
        let mut book = Self::default();
        let mut clashes = Vec::new();
        for agent in agents {
            if let Some(first) = book.all.get(agent.slug()) {
                clashes.push(Clash::Both {
                    what: "slug of an agent",
                    name: agent.slug().to_owned(),
                    first: first.agent.defined_at().to_string(),
                    second: agent.defined_at().to_string(),
                });
                continue;
            }
            let entry = AgentEntry::of(agent, &mut clashes);
            book.all
                .insert(entry.agent.slug().to_owned(), Arc::new(entry));
        }
        for entry in book.all.values() {
            for tool in &entry.tools {
                if let Some(reason) = book.absent(tool, actions, &servers) {
                    let owner = owner(&entry.agent);
                    clashes.push(Clash::Action { owner, reason });
                }
            }
        }
        if let Some(path) = cycle(&book) {
            let first = path.first().and_then(|slug| book.get(slug));
            let path: Vec<_> = path.iter().map(|slug| format!("`{slug}`")).collect();
            clashes.push(Clash::Action {
                owner: first.map_or_else(String::new, |entry| owner(&entry.agent)),
                reason: format!("agents use each other in a circle: {}", path.join(" → ")),
            });
        }
        if clashes.is_empty() {
            Ok(book)
        } else {
            Err(clashes)
        }
    }

    /// An agent by its slug.
    pub fn get(&self, slug: &str) -> Option<&Arc<AgentEntry>> {
        self.all.get(slug)
    }

    /// Every agent, by slug.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<AgentEntry>> {
        self.all.values()
    }

    /// What is said of a tool that is not there.
    fn absent(&self, tool: &ToolTarget, actions: &Registry, servers: &[&str]) -> Option<String> {
        let (there, noun) = match tool {
            ToolTarget::Action(slug) => (actions.get(slug).is_some(), "action"),
            ToolTarget::App(app) => (has_app(actions, app), "app"),
            ToolTarget::Server(key) => (servers.contains(&key.as_str()), "MCP server"),
            ToolTarget::Agent(slug) => (self.all.contains_key(slug), "agent"),
            ToolTarget::Pattern(_) => return None,
        };
        (!there).then(|| format!("it has the tool `{tool}`, and there is no such {noun}"))
    }
}

impl AgentEntry {
    fn of(agent: Agent, clashes: &mut Vec<Clash>) -> Self {
        let mut wrong = |reason: String| {
            let owner = owner(&agent);
            clashes.push(Clash::Action { owner, reason });
        };
        if !AGENT_SLUG.allows(agent.slug()) {
            wrong(format!("its slug is not {}", AGENT_SLUG.expectation()));
        }
        let model = match agent.get_model() {
            "" => Err("it has no model: say which one answers, as `vendor/model`".to_owned()),
            text => text.parse().map_err(|_| {
                "its model is not named `vendor/model`, such as `anthropic/claude-sonnet-4.6`"
                    .to_owned()
            }),
        };
        let model = model.unwrap_or_else(|reason| {
            wrong(reason);
            ModelName::unknown()
        });
        let mut tools = Vec::new();
        for tool in agent.tools() {
            match tool {
                Ok(tool) if tools.contains(tool) => {}
                Ok(tool) => tools.push(tool.clone()),
                Err(text) => wrong(format!("it has the tool `{text}`: {}", super::BadAgentTool)),
            }
        }
        let output = agent.get_output().map(Schema::compile).transpose();
        let output = output.unwrap_or_else(|error| {
            wrong(format!("its output schema cannot be used: {error}"));
            None
        });
        if agent.get_budget().rounds == 0 {
            wrong("its budget has no rounds: a turn asks the model at least once".to_owned());
        }
        Self {
            agent,
            model,
            tools,
            output,
        }
    }

    /// The agent.
    pub fn agent(&self) -> &Agent {
        &self.agent
    }

    /// The model that answers.
    pub fn model(&self) -> &ModelName {
        &self.model
    }

    /// What it may use, each once.
    pub fn tools(&self) -> &[ToolTarget] {
        &self.tools
    }

    /// The schema of its last word, if that is JSON.
    pub fn output(&self) -> Option<&Schema> {
        self.output.as_ref()
    }

    /// The slug of the action it is.
    pub fn action_slug(&self) -> String {
        action_slug(self.agent.slug())
    }
}

/// An app is there where an action belongs to it.
fn has_app(actions: &Registry, app: &str) -> bool {
    actions.iter().any(|entry| entry.action().belongs_to(app))
}

fn owner(agent: &Agent) -> String {
    format!("agent \"{}\" ({})", agent.slug(), agent.defined_at())
}
