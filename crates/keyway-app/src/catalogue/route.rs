use std::collections::HashMap;
use std::sync::Arc;

use keyway_core::Principal;
use keyway_core::action::{HeaderParameter, UriTemplate};
use keyway_core::names;
use keyway_core::ports::Upstream;
use keyway_core::rpc::RawJson;
use keyway_policy::{Thing, ThingKind};

use super::section::Section;
use crate::audit::Touch;
use crate::connectors::Reach;
use crate::metrics::Meter;
use crate::output::OutputCheck;
use crate::{Definitions, List};

/// The longest URI that is matched against the templates of upstreams, in bytes.
const MAX_MATCHED: usize = 2048;

/// An immutable picture of everything callers of one organization can list and call.
pub(crate) struct Catalogue {
    pub(super) sections: [Section; 4],
    pub(super) tools: HashMap<String, Arc<ToolRoute>>,
    pub(super) prompts: HashMap<String, PromptTarget>,
    /// By the URI clients know. Actions' static URIs among them.
    pub(super) resources: HashMap<String, ResourceTarget>,
    /// Templates of upstreams, in the order they are listed in.
    pub(super) templates: Vec<TemplateRoute>,
    pub(super) servers: HashMap<String, Arc<dyn Upstream>>,
    /// The only server that lists anything under a URI scheme; `None` where several do.
    pub(super) schemes: HashMap<String, Option<String>>,
    /// Whom a server is there for, by its key, where that is not everybody.
    pub(super) reaches: HashMap<String, Reach>,
    pub(super) definitions: Arc<Definitions>,
}

/// A tool by its exposed name.
pub(crate) struct ToolRoute {
    pub(crate) target: ToolTarget,
    pub(crate) headers: Arc<[HeaderParameter]>,
    /// As policies see it.
    pub(crate) thing: Arc<Thing>,
    /// What it does to the world.
    pub(crate) touch: Touch,
    /// Whether it is done as a task, for a client that comes back for its result.
    pub(crate) lasts: bool,
}

impl ToolRoute {
    /// The key of the MCP server it is of; `None` for an action.
    pub(crate) fn server(&self) -> Option<&str> {
        match &self.target {
            ToolTarget::Action(_) => None,
            ToolTarget::Upstream { upstream, .. } => Some(upstream.key()),
        }
    }
}

/// What stands behind a tool's name.
pub(crate) enum ToolTarget {
    /// An action, by slug.
    Action(String),
    /// A tool of an upstream.
    Upstream {
        upstream: Arc<dyn Upstream>,
        own: String,
        output: OutputCheck,
        meter: Arc<Meter>,
        /// Its definition as clients are shown it.
        shown: RawJson,
    },
}

/// What stands behind a prompt's name.
#[derive(Clone)]
pub(crate) enum PromptTarget {
    /// An action, by slug.
    Action(String),
    /// A prompt of an upstream.
    Upstream {
        upstream: Arc<dyn Upstream>,
        own: String,
    },
}

/// What stands behind a URI.
#[derive(Clone)]
pub(crate) enum ResourceTarget {
    /// An action, by slug.
    Action(String),
    /// A resource of an upstream.
    Upstream {
        upstream: Arc<dyn Upstream>,
        own: String,
    },
}

/// A template of an upstream.
pub(super) struct TemplateRoute {
    pub(super) exposed: String,
    pub(super) own: String,
    pub(super) upstream: Arc<dyn Upstream>,
    /// `None` for a template with operators that are not understood here; it is listed all the
    /// same, and its URIs reach the server by their scheme.
    pub(super) pattern: Option<UriTemplate>,
}

impl ToolRoute {
    /// The tool's definition: the server's own, or the action's; empty for an action that is gone.
    pub(crate) fn definition(&self, definitions: &Definitions) -> RawJson {
        match &self.target {
            ToolTarget::Upstream { output, .. } => output.definition().clone(),
            ToolTarget::Action(slug) => match definitions.action(slug) {
                Some(entry) => entry.tool_definition(),
                None => RawJson::empty_object(),
            },
        }
    }
}

impl Catalogue {
    /// What the organization has of its own.
    pub(crate) fn definitions(&self) -> &Arc<Definitions> {
        &self.definitions
    }

    /// Whether a thing is there for `who` at all, whatever policy says.
    pub(crate) fn is_there_for(&self, who: &Principal, thing: &Thing) -> bool {
        let server = match thing.kind {
            ThingKind::Server => Some(&thing.name),
            _ => thing.server.as_ref(),
        };
        let reach = server.and_then(|server| self.reaches.get(&**server));
        reach.is_none_or(|reach| reach.includes(who))
    }

    /// How many items a list has.
    pub(crate) fn count(&self, list: List) -> usize {
        self.section(list).len()
    }

    /// The tool called `name`.
    pub(crate) fn tool(&self, name: &str) -> Option<&Arc<ToolRoute>> {
        self.tools.get(name)
    }

    /// The prompt called `name`.
    pub(crate) fn prompt(&self, name: &str) -> Option<&PromptTarget> {
        self.prompts.get(name)
    }

    /// What a URI means: what is listed with exactly it, an action's template, or what some upstream
    /// may have.
    pub(crate) fn resource(&self, uri: &str) -> Option<ResourceTarget> {
        if let Some(found) = self.resources.get(uri) {
            return Some(found.clone());
        }
        match self.definitions.registry().by_uri(uri) {
            Some((entry, _)) => Some(ResourceTarget::Action(entry.action().slug().to_owned())),
            None => self.unlisted_resource(uri),
        }
    }

    /// What a template, or a resource's URI, means in a completion.
    pub(crate) fn completed_resource(&self, exposed: &str) -> Option<ResourceTarget> {
        if let Some(entry) = self.definitions.registry().by_template(exposed) {
            return Some(ResourceTarget::Action(entry.action().slug().to_owned()));
        }
        if let Some((upstream, own)) = self.template(exposed) {
            return Some(ResourceTarget::Upstream {
                upstream: Arc::clone(upstream),
                own: own.to_owned(),
            });
        }
        self.resource(exposed)
    }

    /// The upstream's resource a URI means although nothing is listed under it: by template, by
    /// the server's key in a prefixed URI, or by the one server that has this scheme.
    fn unlisted_resource(&self, uri: &str) -> Option<ResourceTarget> {
        if let Some((server, own)) = names::split_uri(uri) {
            return self.at(&server, own);
        }
        // The template is the upstream's and the URI the client's: neither may make the other costly.
        let short = uri.len() <= MAX_MATCHED;
        let by_template = self.templates.iter().filter(|_| short).find(|route| {
            let pattern = route.pattern.as_ref();
            route.exposed == route.own
                && pattern.is_some_and(|pattern| pattern.matches(uri).is_some())
        });
        if let Some(route) = by_template {
            return self.at(route.upstream.key(), uri);
        }
        let server = self.schemes.get(&scheme(uri)?)?.as_ref()?;
        self.at(server, uri)
    }

    /// The upstream behind a listed template, and the server's own text of it.
    fn template(&self, exposed: &str) -> Option<(&Arc<dyn Upstream>, &str)> {
        let route = self
            .templates
            .iter()
            .find(|route| route.exposed == exposed)?;
        Some((&route.upstream, &route.own))
    }

    /// The lists that differ from those of another picture.
    pub(crate) fn changed_since(&self, before: &Self) -> Vec<List> {
        List::ALL
            .into_iter()
            .filter(|list| !self.section(*list).same(before.section(*list)))
            .collect()
    }

    /// A list, whole.
    pub(crate) fn section(&self, list: List) -> &Section {
        let [tools, resources, templates, prompts] = &self.sections;
        match list {
            List::Tools => tools,
            List::Resources => resources,
            List::Templates => templates,
            List::Prompts => prompts,
        }
    }

    fn at(&self, server: &str, own: &str) -> Option<ResourceTarget> {
        let upstream = Arc::clone(self.servers.get(server)?);
        let own = own.to_owned();
        Some(ResourceTarget::Upstream { upstream, own })
    }
}

/// The scheme of a URI in small letters.
pub(super) fn scheme(uri: &str) -> Option<String> {
    let (scheme, _) = uri.split_once(':')?;
    Some(scheme.to_ascii_lowercase())
}
