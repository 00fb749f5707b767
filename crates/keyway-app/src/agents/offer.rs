//! Which tools an agent has at this moment, for whoever asks it.

use std::collections::HashMap;

use keyway_agent::ToolDefinition;
use keyway_core::Principal;
use keyway_core::action::{CallChain, Entry};
use keyway_core::agent::{AgentEntry, ToolTarget, action_slug};
use keyway_core::json;
use keyway_core::rpc::RawJson;
use serde_json::{Value, json};

use crate::bound::Bound;
use crate::catalogue::ToolTarget as Route;
use crate::policy::ThingKind;
use crate::tenant::Tenant;
use crate::{App, List};

/// What stands behind a tool as a model knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Behind {
    /// An action, by its slug.
    Action(String),
    /// A tool of an upstream, by the name clients know.
    Upstream(String),
}

/// The tools, and what is behind each.
#[derive(Default)]
pub(super) struct Offered {
    pub(super) definitions: Vec<ToolDefinition>,
    pub(super) behind: HashMap<String, Behind>,
}

impl App {
    /// The tools of an agent's list that `who` may use, and those that the publication grants by the slugs
    /// of their actions, but those that run already.
    pub(super) fn offered(
        &self,
        who: &Principal,
        agent: &AgentEntry,
        chain: &CallChain,
        bound: &Bound,
        granted: &[String],
    ) -> Offered {
        let tenant = self.tenant(who);
        let mut offered = Offered::default();
        for tool in agent.tools() {
            match tool {
                // A provider's tool is there where a publication grants it.
                ToolTarget::Action(slug) if self.settings().providers.tool(slug).is_some() => {}
                ToolTarget::Action(slug) => self.offer_action(who, &tenant, slug, &mut offered),
                ToolTarget::Agent(slug) => {
                    self.offer_action(who, &tenant, &action_slug(slug), &mut offered);
                }
                ToolTarget::App(app) => {
                    let definitions = tenant.definitions();
                    let actions = definitions.registry().iter();
                    let of_app = actions.filter(|entry| is_tool_of(entry, app));
                    let slugs: Vec<_> = of_app.map(Entry::shared_slug).collect();
                    for slug in slugs {
                        self.offer_action(who, &tenant, &slug, &mut offered);
                    }
                }
                ToolTarget::Server(key) => {
                    self.offer_listed(who, bound, &mut offered, |_, server| {
                        server == Some(key.as_str())
                    });
                }
                ToolTarget::Pattern(pattern) => {
                    self.offer_listed(who, bound, &mut offered, |name, _| pattern.matches(name));
                }
            }
        }
        for slug in granted {
            self.offer_action(who, &tenant, slug, &mut offered);
        }
        offered.forget(chain);
        offered
    }

    fn offer_action(&self, who: &Principal, tenant: &Tenant, slug: &str, to: &mut Offered) {
        let definitions = tenant.definitions();
        let entry = definitions.action(slug);
        let Some(entry) = entry.filter(|entry| entry.action().get_sign_in().is_none()) else {
            return;
        };
        let facts = tenant.facts();
        let thing = facts.action(ThingKind::Tool, entry, entry.tool_name());
        if self.view(who).sees(&thing) {
            let behind = Behind::Action(slug.to_owned());
            to.take(entry.tool_name(), &entry.tool_definition(), behind);
        }
    }

    /// Those of the listed tools that are wanted, by name and server.
    fn offer_listed(
        &self,
        who: &Principal,
        bound: &Bound,
        to: &mut Offered,
        wanted: impl Fn(&str, Option<&str>) -> bool,
    ) {
        let view = self.view_with(who, bound);
        let catalogue = self.catalogue_with(who, bound);
        let mut cursor = None;
        loop {
            let Ok(page) = view.page(List::Tools, cursor.as_deref()) else {
                return;
            };
            for item in json::items(page.items.as_str()) {
                let Some(name) = json::member(item, "name") else {
                    continue;
                };
                let name = json::unquote(name.value);
                let Some(route) = catalogue.tool(&name) else {
                    continue;
                };
                if !wanted(&name, route.thing.server.as_deref()) {
                    continue;
                }
                let behind = match &route.target {
                    Route::Action(slug) => Behind::Action(slug.clone()),
                    Route::Upstream { .. } => Behind::Upstream(name.to_string()),
                };
                if let Ok(definition) = RawJson::parse(item.to_owned().into()) {
                    to.take(&name, &definition, behind);
                }
            }
            cursor = page.next_cursor;
            if cursor.is_none() {
                return;
            }
        }
    }
}

impl Offered {
    /// Takes a tool, once.
    fn take(&mut self, name: &str, definition: &RawJson, behind: Behind) {
        if self.behind.values().any(|taken| *taken == behind) {
            return;
        }
        let Ok(definition) = definition.read::<Value>() else {
            return;
        };
        let name = self.free_name(name);
        let description = definition.get("description").and_then(Value::as_str);
        let schema = definition.get("inputSchema").cloned();
        self.definitions.push(ToolDefinition {
            description: description.unwrap_or_default().to_owned(),
            input_schema: schema.unwrap_or_else(|| json!({ "type": "object" })),
            name: name.clone(),
        });
        self.behind.insert(name, behind);
    }

    /// The name as all vendors take it.
    fn free_name(&self, name: &str) -> String {
        let plain = |c: char| if c == '.' { '_' } else { c };
        let name: String = name.chars().map(plain).take(64).collect();
        if !self.behind.contains_key(&name) {
            return name;
        }
        let other = |number: usize| {
            let start: String = name.chars().take(60).collect();
            format!("{start}_{number}")
        };
        // One more than there are is free.
        let mut numbers = 2..=self.behind.len() + 2;
        let free = numbers.find_map(|number| {
            let other = other(number);
            (!self.behind.contains_key(&other)).then_some(other)
        });
        free.unwrap_or(name)
    }

    /// Leaves out what would wait for itself.
    fn forget(&mut self, chain: &CallChain) {
        let behind = &mut self.behind;
        behind.retain(|_, behind| match behind {
            Behind::Action(slug) => !chain.holds(slug),
            Behind::Upstream(_) => true,
        });
        let kept = &self.behind;
        self.definitions
            .retain(|tool| kept.contains_key(&tool.name));
    }
}

/// What an app is for: not its prompts, and not what only serves a resource.
fn is_tool_of(entry: &Entry, app: &str) -> bool {
    let action = entry.action();
    let only_elsewhere = action.get_prompt().is_some() || action.get_resource().is_some();
    let is_tool = !only_elsewhere || action.exposure().contains(keyway_core::action::Expose::MCP);
    action.belongs_to(app) && is_tool
}
