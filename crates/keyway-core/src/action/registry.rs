use std::collections::HashMap;
use std::fmt;

use http::Method;

use super::route::{Placing, Routed, Routes};
use super::template::Variables;
use super::{Action, Entry, Expose, ResourceAddress, SignInAction};
use crate::agent::slug_of_action;
use crate::names::{ACTION_SLUG, AGENT_TOOLS, MCP_NAME};

/// Every action of a gateway, checked, and found by each of its names.
///
/// ```
/// use keyway_core::action::{Action, Expose, Registry};
/// use keyway_core::rpc::RawJson;
/// use schemars::JsonSchema;
/// use serde::Deserialize;
///
/// #[derive(Deserialize, JsonSchema)]
/// struct View { user_id: String }
///
/// let view = Action::new("user:view", |_, input: View| async move { Ok(input.user_id) })
///     .resource_template("keyway://users/{user_id}", None)
///     .expose(Expose::MCP);
/// let registry = Registry::new(vec![view]).unwrap();
///
/// assert_eq!(registry.by_tool_name("user-view").unwrap().action().slug(), "user:view");
/// let (entry, variables) = registry.by_uri("keyway://users/42").unwrap();
/// assert_eq!(variables, [("user_id".into(), "42".into())]);
/// assert!(entry.validate(&RawJson::empty_object()).is_err());
/// ```
#[derive(Debug, Default)]
pub struct Registry {
    entries: Vec<Entry>,
    slugs: HashMap<String, usize>,
    tools: HashMap<String, usize>,
    prompts: HashMap<String, usize>,
    uris: HashMap<String, usize>,
    sign_in: HashMap<String, usize>,
    routes: Routes,
    /// Most specific first, then in the order of definition.
    templates: Vec<usize>,
}

/// Why a set of actions cannot be served. For the one who starts the gateway.
///
/// ```
/// use keyway_core::action::{Action, Registry};
///
/// let named = |slug: &str| Action::new(slug, |_, (): ()| async { Ok(1) });
/// let clashes = Registry::new(vec![named("user:view"), named("user-view")]).unwrap_err();
/// assert!(clashes[0].to_string().starts_with(r#"the tool name "user-view" is claimed by action "user:view""#));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clash {
    /// Two actions want the same.
    Both {
        /// What: `slug`, `tool name`, `prompt name`, `resource URI`, `resource template`, `route`,
        /// `role` (of a login or signup action).
        what: &'static str,
        /// The name both want.
        name: String,
        /// The first owner: slug and place of definition.
        first: String,
        /// The second owner.
        second: String,
    },
    /// One action is wrong by itself.
    Action {
        /// The action: slug and place of definition.
        owner: String,
        /// What is wrong.
        reason: String,
    },
}

impl fmt::Display for Clash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Both {
                what,
                name,
                first,
                second,
            } => write!(
                f,
                "the {what} \"{name}\" is claimed by {first} and by {second}"
            ),
            Self::Action { owner, reason } => write!(f, "{owner}: {reason}"),
        }
    }
}

impl std::error::Error for Clash {}

impl Registry {
    /// Checks actions, each by itself and against each other. Tells everything that is wrong.
    pub fn new(actions: Vec<Action>) -> Result<Self, Vec<Clash>> {
        let mut registry = Self::default();
        let mut clashes = Vec::new();
        let mut forms = Forms::default();
        for action in actions {
            let owner = owner(&action);
            if let Some(reason) = bad_name(&action).or_else(|| exposed_sign_in(&action)) {
                clashes.push(Clash::Action { owner, reason });
                continue;
            }
            match Entry::build(action) {
                Ok(entry) => registry.add(entry, &mut forms, &mut clashes),
                Err(reason) => clashes.push(Clash::Action { owner, reason }),
            }
        }
        let ranks: Vec<_> = registry
            .entries
            .iter()
            .map(|e| e.template().map(super::UriTemplate::rank))
            .collect();
        registry
            .templates
            .sort_by_key(|index| ranks.get(*index).copied());
        if clashes.is_empty() {
            Ok(registry)
        } else {
            Err(clashes)
        }
    }

    /// The action with this slug.
    pub fn get(&self, slug: &str) -> Option<&Entry> {
        self.entries.get(*self.slugs.get(slug)?)
    }

    /// The action whose tool has this name, whether or not it is exposed as a tool.
    pub fn by_tool_name(&self, name: &str) -> Option<&Entry> {
        self.entries.get(*self.tools.get(name)?)
    }

    /// The prompt with this name.
    pub fn by_prompt(&self, name: &str) -> Option<&Entry> {
        self.entries.get(*self.prompts.get(name)?)
    }

    /// The resource at a URI, and what the URI says. A resource with exactly this URI is meant
    /// before any template; of several templates the most specific one, that is, the one with the
    /// fewest `{+name}`, then with the most literal text, then with the fewest variables, then the
    /// one defined first.
    pub fn by_uri(&self, uri: &str) -> Option<(&Entry, Variables)> {
        if let Some(entry) = self
            .uris
            .get(uri)
            .and_then(|index| self.entries.get(*index))
        {
            return Some((entry, Vec::new()));
        }
        self.templates.iter().find_map(|index| {
            let entry = self.entries.get(*index)?;
            Some((entry, entry.match_uri(uri)?))
        })
    }

    /// The resource template written exactly like this, as a completion refers to it.
    pub fn by_template(&self, template: &str) -> Option<&Entry> {
        self.templates
            .iter()
            .filter_map(|index| self.entries.get(*index))
            .find(|entry| entry.template().is_some_and(|own| own.as_str() == template))
    }

    /// The action that people sign in or sign up with.
    pub fn sign_in(&self, kind: SignInAction) -> Option<&Entry> {
        let mut entries = self.entries.iter();
        entries.find(|entry| entry.action().get_sign_in() == Some(kind))
    }

    /// All actions, in the order of definition.
    pub fn iter(&self) -> std::slice::Iter<'_, Entry> {
        self.entries.iter()
    }

    /// The action that a method and the decoded segments of a path behind
    /// [`ROUTES`](super::ROUTES) mean.
    pub fn by_route(&self, method: &Method, path: Vec<String>) -> Routed<'_> {
        self.routes.find(method, path, &self.entries)
    }

    fn add(&mut self, entry: Entry, forms: &mut Forms, clashes: &mut Vec<Clash>) {
        let index = self.entries.len();
        let action = entry.action();
        let name = entry.tool_name().to_owned();
        let mut claim = |what, table: &mut HashMap<String, usize>, name: String| {
            let first = *table.entry(name.clone()).or_insert(index);
            if let Some(other) = self.entries.get(first) {
                clashes.push(Clash::Both {
                    what,
                    name,
                    first: owner(other.action()),
                    second: owner(action),
                });
            }
            first == index
        };
        let new_slug = claim("slug", &mut self.slugs, action.slug().to_owned());
        if let Some(kind) = action.get_sign_in().filter(|_| new_slug) {
            claim("role", &mut self.sign_in, kind.noun().to_owned());
        }
        let only_elsewhere = action.get_prompt().is_some() || action.get_resource().is_some();
        if new_slug && (action.exposure().contains(Expose::MCP) || !only_elsewhere) {
            claim("tool name", &mut self.tools, name.clone());
        }
        if new_slug && action.get_prompt().is_some() {
            claim("prompt name", &mut self.prompts, name);
        }
        match action.get_resource().map(|resource| &resource.address) {
            Some(ResourceAddress::Uri(uri)) => {
                claim("resource URI", &mut self.uris, uri.clone());
            }
            Some(ResourceAddress::Template(_)) => {
                let form = entry.template().map(super::UriTemplate::form);
                claim(
                    "resource template",
                    &mut forms.templates,
                    form.unwrap_or_default(),
                );
                self.templates.push(index);
            }
            None => {}
        }
        if let Some(route) = entry.placing().map(Placing::route)
            && claim("route", &mut forms.routes, route.form())
        {
            self.routes.add(route, index);
        }
        self.entries.push(entry);
    }
}

/// What is claimed besides names, while a registry is put together.
#[derive(Default)]
struct Forms {
    templates: HashMap<String, usize>,
    routes: HashMap<String, usize>,
}

impl<'a> IntoIterator for &'a Registry {
    type Item = &'a Entry;
    type IntoIter = std::slice::Iter<'a, Entry>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

fn bad_name(action: &Action) -> Option<String> {
    if !ACTION_SLUG.allows(action.slug()) {
        return Some(format!("its slug is not {}", ACTION_SLUG.expectation()));
    }
    let name = action.tool_name();
    if !MCP_NAME.allows(&name) {
        return Some(format!("its MCP name is not {}", MCP_NAME.expectation()));
    }
    if name.starts_with(AGENT_TOOLS) && slug_of_action(action.slug()).is_none() {
        return Some(format!(
            "its MCP name starts with {AGENT_TOOLS}, which is for agents"
        ));
    }
    name.starts_with("mcp__")
        .then(|| "its MCP name starts with mcp__, which is for upstream servers".into())
}

/// What is wrong with a login or signup action that could be reached by anything but its page.
fn exposed_sign_in(action: &Action) -> Option<String> {
    let noun = action.get_sign_in()?.noun();
    let exposed = action.exposure() != Expose::NONE
        || action.is_scheduled()
        || action.get_resource().is_some()
        || action.get_prompt().is_some();
    exposed.then(|| {
        format!(
            "a {noun} is reached from the sign-in page only: expose it nowhere, it takes passwords"
        )
    })
}

fn owner(action: &Action) -> String {
    format!("action \"{}\" ({})", action.slug(), action.defined_at())
}
