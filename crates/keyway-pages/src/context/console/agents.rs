use serde::Serialize;

use super::{Filled, PublicationLine, SAMPLE_OUTSIDE, SessionLine};
use crate::Page;

/// The agents one may use: `console/agents.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Agents {
    /// The agents.
    pub agents: Vec<AgentLine>,
}

/// An agent in a list.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AgentLine {
    /// Its slug.
    pub slug: String,
    /// Its name. Text from outside.
    pub name: String,
    /// What it is for. Text from outside.
    pub description: String,
    /// Which model answers. Text from outside.
    pub model: String,
    /// What it may use. Texts from outside.
    pub tools: Vec<String>,
}

/// One agent, and a form to say something to it: `console/agent.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Agent {
    /// The agent.
    pub agent: AgentLine,
    /// What one turn may use: the keys of labels, and what they say.
    pub budget: Vec<(&'static str, String)>,
    /// The schema of its last word, as JSON.
    pub output: Option<String>,
    /// Sessions with it, the last begun first.
    pub sessions: Vec<SessionLine>,
    /// Where it is published, for administrators.
    pub publications: Option<Vec<PublicationLine>>,
    /// What is said to it: `message`.
    pub form: Filled,
}

impl AgentLine {
    fn sample() -> Self {
        Self {
            slug: "helper".into(),
            name: SAMPLE_OUTSIDE.into(),
            description: SAMPLE_OUTSIDE.into(),
            model: "vendor/model".into(),
            tools: vec![SAMPLE_OUTSIDE.into(), "mcp__docs__*".into()],
        }
    }
}

impl Page for Agents {
    const TEMPLATE: &'static str = "console/agents.html";

    fn samples() -> Vec<Self> {
        let full = Self {
            agents: vec![
                AgentLine::sample(),
                AgentLine {
                    description: String::new(),
                    tools: Vec::new(),
                    ..AgentLine::sample()
                },
            ],
        };
        vec![full, Self { agents: Vec::new() }]
    }
}

impl Page for Agent {
    const TEMPLATE: &'static str = "console/agent.html";

    fn samples() -> Vec<Self> {
        let full = Self {
            agent: AgentLine::sample(),
            budget: vec![("agent-rounds", "8".into())],
            output: Some(SAMPLE_OUTSIDE.into()),
            sessions: SessionLine::samples(),
            publications: Some(PublicationLine::samples()),
            form: Filled::new()
                .with("message", SAMPLE_OUTSIDE)
                .wrong("message", "say something")
                .failed("no", Some("try again")),
        };
        let fresh = Self {
            agent: AgentLine {
                tools: Vec::new(),
                description: String::new(),
                ..AgentLine::sample()
            },
            budget: Vec::new(),
            output: None,
            sessions: Vec::new(),
            publications: None,
            form: Filled::new(),
        };
        let unpublished = Agent {
            publications: Some(Vec::new()),
            ..fresh.clone()
        };
        vec![full, fresh, unpublished]
    }
}
