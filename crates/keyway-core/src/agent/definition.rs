use std::time::Duration;

use schemars::JsonSchema;
use serde_json::Value;

use super::{AgentTool, Budget, ToolTarget};
use crate::action::{Expose, Origin};
use crate::{Action, App, McpServer};

/// An agent: who it is, which model answers, and what that may use.
///
/// It runs as whoever asks it something: it sees the tools of its list that they may use, and nothing
/// else. Other agents and actions reach it as the action `agent:<slug>`; so do clients, where it says
/// so by [`Agent::expose`].
///
/// ```
/// use keyway_core::{Action, Agent};
///
/// let lookup = Action::new("invoice:look-up", |_, (): ()| async { Ok("paid") });
/// let billing = Agent::new("billing")
///     .description("Answers questions about invoices")
///     .system_prompt("You look invoices up. Say what you found, and nothing you did not find.")
///     .model("anthropic/claude-sonnet-4.6")
///     .tool(lookup)
///     .rounds(10);
/// assert_eq!(billing.slug(), "billing");
/// ```
#[derive(Clone)]
pub struct Agent {
    slug: String,
    name: Option<String>,
    description: String,
    system_prompt: String,
    model: String,
    tools: Vec<AgentTool>,
    budget: Budget,
    max_output_tokens: Option<u32>,
    output: Option<Value>,
    expose: Expose,
    admin_only: bool,
    defined_at: Origin,
}

/// What an agent's tools brought along, for the gateway to have it.
#[derive(Debug, Clone, Default)]
pub struct Brought {
    /// Actions.
    pub actions: Vec<Action>,
    /// Apps.
    pub apps: Vec<App>,
    /// MCP servers.
    pub servers: Vec<McpServer>,
    /// Agents.
    pub agents: Vec<Agent>,
}

impl Agent {
    /// An agent of this slug. It needs a model before it can be served.
    #[track_caller]
    pub fn new(slug: impl Into<String>) -> Self {
        Self {
            slug: slug.into(),
            name: None,
            description: String::new(),
            system_prompt: String::new(),
            model: String::new(),
            tools: Vec::new(),
            budget: Budget::default(),
            max_output_tokens: None,
            output: None,
            expose: Expose::NONE,
            admin_only: false,
            defined_at: Origin::here(),
        }
    }

    /// A name for people; the slug unless said.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// What it is for, for people and for models that may use it.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    /// What its model is told before everything else.
    pub fn system_prompt(mut self, prompt: impl Into<String>) -> Self {
        self.system_prompt = prompt.into();
        self
    }

    /// The model that answers: `vendor/model`.
    pub fn model(mut self, model: impl Into<String>) -> Self {
        self.model = model.into();
        self
    }

    /// Adds something it may use: an [`Action`], an [`App`], an
    /// [`McpServer`] or an [`Agent`], which the gateway then
    /// has as well, or a name as [`ToolTarget`] reads it.
    pub fn tool(mut self, tool: impl Into<AgentTool>) -> Self {
        self.tools.push(tool.into());
        self
    }

    /// Adds several.
    pub fn with_tools<T: Into<AgentTool>>(mut self, tools: impl IntoIterator<Item = T>) -> Self {
        self.tools.extend(tools.into_iter().map(Into::into));
        self
    }

    /// What one turn may use.
    pub fn budget(mut self, budget: Budget) -> Self {
        self.budget = budget;
        self
    }

    /// The most times its model is asked in one turn; 50 unless said.
    pub fn rounds(mut self, most: u32) -> Self {
        self.budget.rounds = most;
        self
    }

    /// The most tokens of one turn, read and written.
    pub fn tokens(mut self, most: u64) -> Self {
        self.budget.tokens = Some(most);
        self
    }

    /// The longest one turn may take.
    pub fn time(mut self, most: Duration) -> Self {
        self.budget.time = Some(most);
        self
    }

    /// The most tokens of one answer.
    pub fn max_output_tokens(mut self, most: u32) -> Self {
        self.max_output_tokens = Some(most);
        self
    }

    /// Its last word is JSON that this type describes.
    ///
    /// ```
    /// use keyway_core::Agent;
    ///
    /// #[derive(schemars::JsonSchema)]
    /// struct Verdict { fraud: bool }
    ///
    /// let judge = Agent::new("judge").output::<Verdict>();
    /// assert_eq!(judge.get_output().unwrap()["required"][0], "fraud");
    /// ```
    pub fn output<T: JsonSchema>(self) -> Self {
        self.output_schema(schemars::schema_for!(T).into())
    }

    /// Its last word is JSON of this JSON Schema (2020-12).
    pub fn output_schema(mut self, schema: Value) -> Self {
        self.output = Some(schema);
        self
    }

    /// Where clients reach it as the action `agent:<slug>`: nowhere unless said.
    pub fn expose(mut self, expose: Expose) -> Self {
        self.expose = expose;
        self
    }

    /// Members may not use it, only admins and owners, unless policy permits more.
    pub fn admin_only(mut self) -> Self {
        self.admin_only = true;
        self
    }

    /// Says where it was defined, where that is not the line that made it.
    pub fn defined(mut self, at: Origin) -> Self {
        self.defined_at = at;
        self
    }

    /// Its slug.
    pub fn slug(&self) -> &str {
        &self.slug
    }

    /// The name for people.
    pub fn get_name(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.slug)
    }

    /// What it is for.
    pub fn get_description(&self) -> &str {
        &self.description
    }

    /// What its model is told first.
    pub fn get_system_prompt(&self) -> &str {
        &self.system_prompt
    }

    /// The model, as it was written.
    pub fn get_model(&self) -> &str {
        &self.model
    }

    /// What it may use: each what is meant, or the text that means nothing.
    pub fn tools(&self) -> impl Iterator<Item = Result<&ToolTarget, &str>> {
        let all = self.tools.iter();
        all.map(|tool| tool.target.as_ref().map_err(String::as_str))
    }

    /// What one turn may use.
    pub fn get_budget(&self) -> &Budget {
        &self.budget
    }

    /// The most tokens of one answer, where that is bounded.
    pub fn get_max_output_tokens(&self) -> Option<u32> {
        self.max_output_tokens
    }

    /// JSON Schema of its last word, if that is JSON.
    pub fn get_output(&self) -> Option<&Value> {
        self.output.as_ref()
    }

    /// Where clients reach it.
    pub fn exposure(&self) -> Expose {
        self.expose
    }

    /// True when members may not use it.
    pub fn is_admin_only(&self) -> bool {
        self.admin_only
    }

    /// Where it was defined.
    pub fn defined_at(&self) -> &Origin {
        &self.defined_at
    }

    /// Takes out what its tools brought along. It goes on naming all of them.
    pub fn take_brought(&mut self) -> Brought {
        let mut all = Brought::default();
        for tool in &mut self.tools {
            let brought = std::mem::take(&mut tool.brought);
            all.actions.extend(brought.actions);
            all.apps.extend(brought.apps);
            all.servers.extend(brought.servers);
            all.agents.extend(brought.agents);
        }
        all
    }
}

impl std::fmt::Debug for Agent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Agent")
            .field("slug", &self.slug)
            .finish_non_exhaustive()
    }
}
