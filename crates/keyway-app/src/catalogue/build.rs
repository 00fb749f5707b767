use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use keyway_core::action::{
    Expose, HeaderParameter, ResourceAddress, UriTemplate, header_parameters,
};
use keyway_core::json;
use keyway_core::names::{self, NameMap};
use keyway_core::ports::{Decided, Definition, Upstream};
use keyway_core::rpc::RawJson;
use keyway_policy::{Thing, ThingKind};

use super::define::renamed;
use super::route::{
    Catalogue, PromptTarget, ResourceTarget, TemplateRoute, ToolRoute, ToolTarget, scheme,
};
use super::section::{Item, Key, Section};
use crate::audit::Touch;
use crate::connectors::Reach;
use crate::metrics::Metrics;
use crate::output::OutputCheck;
use crate::policy::Facts;
use crate::tasks::lasts;
use crate::{Definitions, List};

/// What a catalogue is made of.
pub(crate) struct Sources<'a> {
    /// What the organization has of its own.
    pub(crate) definitions: &'a Arc<Definitions>,
    /// The upstreams of the organization.
    pub(crate) upstreams: &'a [Arc<dyn Upstream>],
    /// Whom a server is there for, by its key, where that is not everybody.
    pub(crate) reaches: &'a HashMap<String, Reach>,
    /// Where calls are counted.
    pub(crate) metrics: &'a Metrics,
    /// How it all looks to policies.
    pub(crate) facts: &'a Facts,
    /// How long clients may hold a page for fresh.
    pub(crate) ttl: Duration,
}

/// Puts a catalogue together. Routes of tools that did not change are taken over from `before`,
/// with what they learnt.
pub(crate) fn build(sources: &Sources<'_>, before: Option<&Catalogue>) -> Catalogue {
    let mut builder = Builder {
        sources,
        before,
        tool_names: NameMap::new(),
        prompt_names: NameMap::new(),
        taken: HashSet::new(),
        items: Default::default(),
        catalogue: Catalogue {
            sections: List::ALL.map(|list| Section::new(list, Vec::new(), sources.ttl)),
            tools: HashMap::new(),
            prompts: HashMap::new(),
            resources: HashMap::new(),
            templates: Vec::new(),
            servers: HashMap::new(),
            schemes: HashMap::new(),
            reaches: sources.reaches.clone(),
            definitions: Arc::clone(sources.definitions),
        },
    };
    builder.add_actions(sources.definitions);
    let mut upstreams: Vec<_> = sources.upstreams.iter().collect();
    upstreams.sort_by(|one, other| one.key().cmp(other.key()));
    upstreams.dedup_by(|later, earlier| later.key() == earlier.key());
    for upstream in upstreams {
        builder.add_upstream(upstream);
    }
    builder.finish()
}

struct Builder<'a> {
    sources: &'a Sources<'a>,
    before: Option<&'a Catalogue>,
    tool_names: NameMap,
    prompt_names: NameMap,
    /// URIs and templates that are given away.
    taken: HashSet<String>,
    items: [Vec<Item>; 4],
    catalogue: Catalogue,
}

impl Builder<'_> {
    fn add_actions(&mut self, definitions: &Definitions) {
        for entry in definitions.registry() {
            let action = entry.action();
            let slug = action.slug().to_owned();
            let key = || Key {
                server: None,
                name: slug.clone(),
            };
            let facts = self.sources.facts;
            let thing = |kind, exposed: &str| facts.action(kind, entry, exposed);
            if action.exposure().contains(Expose::MCP) {
                self.tool_names.reserve(entry.tool_name());
                let thing = Arc::new(thing(ThingKind::Tool, entry.tool_name()));
                self.item(List::Tools, key(), entry.tool_definition(), &thing);
                let route = ToolRoute {
                    target: ToolTarget::Action(slug.clone()),
                    headers: entry.header_parameters().into(),
                    thing,
                    touch: Touch::of_action(action),
                    lasts: lasts(action),
                };
                self.catalogue
                    .tools
                    .insert(entry.tool_name().to_owned(), Arc::new(route));
            }
            if let Some(definition) = entry.prompt_definition() {
                self.prompt_names.reserve(entry.tool_name());
                let thing = Arc::new(thing(ThingKind::Prompt, entry.tool_name()));
                self.item(List::Prompts, key(), definition, &thing);
                self.catalogue.prompts.insert(
                    entry.tool_name().to_owned(),
                    PromptTarget::Action(slug.clone()),
                );
            }
            match action.get_resource().map(|resource| &resource.address) {
                Some(ResourceAddress::Uri(uri)) => {
                    self.taken.insert(uri.clone());
                    self.catalogue
                        .resources
                        .insert(uri.clone(), ResourceTarget::Action(slug.clone()));
                    if let Some(definition) = entry.resource_definition() {
                        let thing = Arc::new(thing(ThingKind::Resource, uri));
                        self.item(List::Resources, key(), definition, &thing);
                    }
                }
                Some(ResourceAddress::Template(template)) => {
                    self.taken.insert(template.clone());
                    if let Some(definition) = entry.template_definition() {
                        let thing = Arc::new(thing(ThingKind::Resource, template));
                        self.item(List::Templates, key(), definition, &thing);
                    }
                }
                None => {}
            }
        }
    }

    fn add_upstream(&mut self, upstream: &Arc<dyn Upstream>) {
        let server: Arc<str> = upstream.key().into();
        let lists = upstream.lists();
        self.catalogue
            .servers
            .insert(server.to_string(), Arc::clone(upstream));
        for tool in once_each(&lists.tools) {
            self.add_tool(upstream, &server, tool);
        }
        for prompt in once_each(&lists.prompts) {
            self.add_prompt(upstream, &server, prompt);
        }
        for resource in once_each(&lists.resources) {
            self.add_resource(upstream, &server, resource);
        }
        for template in once_each(&lists.templates) {
            self.add_template(upstream, &server, template);
        }
    }

    fn add_tool(&mut self, upstream: &Arc<dyn Upstream>, server: &Arc<str>, tool: &Definition) {
        let exposed = self
            .tool_names
            .insert(server, &upstream.prefix(), &tool.key);
        if self.catalogue.tools.contains_key(&exposed) {
            return left_out(server, "tool", "its name is taken");
        }
        let decided = upstream.decided(&tool.key);
        let kept = self.kept(&exposed, upstream, tool, &decided);
        let new = || self.new_route(&exposed, upstream, tool, decided);
        let Some((route, shown)) = kept.or_else(new) else {
            return left_out(server, "tool", "it has no name");
        };
        let thing = Arc::clone(&route.thing);
        self.catalogue.tools.insert(exposed, route);
        self.item(List::Tools, key(server, tool), shown, &thing);
    }

    /// The route an unchanged tool had before.
    fn kept(
        &self,
        exposed: &str,
        upstream: &Arc<dyn Upstream>,
        tool: &Definition,
        decided: &Decided,
    ) -> Option<(Arc<ToolRoute>, RawJson)> {
        let route = self.before?.tools.get(exposed)?;
        match &route.target {
            ToolTarget::Upstream {
                upstream: had,
                own,
                output,
                shown,
                ..
            } if Arc::ptr_eq(had, upstream)
                && own.as_str() == decided.own.as_deref().unwrap_or(&tool.key)
                && route.thing.tags.needs_approval == decided.needs_approval
                && output.is_of(&tool.json) =>
            {
                Some((Arc::clone(route), shown.clone()))
            }
            _ => None,
        }
    }

    /// A route to a tool and its definition as clients are shown it; `None` for one without a name.
    fn new_route(
        &self,
        exposed: &str,
        upstream: &Arc<dyn Upstream>,
        tool: &Definition,
        decided: Decided,
    ) -> Option<(Arc<ToolRoute>, RawJson)> {
        let shown = renamed(&tool.json, "name", exposed)?;
        let own = decided.own.unwrap_or_else(|| tool.key.clone());
        let facts = self.sources.facts;
        let mut thing = facts.tool(&upstream.key().into(), exposed, &own, &tool.json);
        thing.tags.needs_approval = decided.needs_approval;
        let route = ToolRoute {
            target: ToolTarget::Upstream {
                upstream: Arc::clone(upstream),
                own,
                output: OutputCheck::new(tool.json.clone()),
                meter: self.sources.metrics.tool(exposed),
                shown: shown.clone(),
            },
            headers: headers_of(&tool.json),
            thing: Arc::new(thing),
            touch: Touch::of_tool(&tool.json),
            lasts: false,
        };
        Some((Arc::new(route), shown))
    }

    fn add_prompt(&mut self, upstream: &Arc<dyn Upstream>, server: &Arc<str>, prompt: &Definition) {
        let exposed = self
            .prompt_names
            .insert(server, &upstream.prefix(), &prompt.key);
        if self.catalogue.prompts.contains_key(&exposed) {
            return left_out(server, "prompt", "its name is taken");
        }
        let Some(definition) = renamed(&prompt.json, "name", &exposed) else {
            return left_out(server, "prompt", "it has no name");
        };
        let target = PromptTarget::Upstream {
            upstream: Arc::clone(upstream),
            own: prompt.key.clone(),
        };
        let thing = self.other(ThingKind::Prompt, server, &exposed, prompt);
        self.catalogue.prompts.insert(exposed, target);
        self.item(List::Prompts, key(server, prompt), definition, &thing);
    }

    fn add_resource(
        &mut self,
        upstream: &Arc<dyn Upstream>,
        server: &Arc<str>,
        resource: &Definition,
    ) {
        let exposed = self.free_uri(server, &resource.key);
        let Some(definition) = with_uri(&resource.json, "uri", &resource.key, &exposed) else {
            return left_out(server, "resource", "it has no URI");
        };
        let target = ResourceTarget::Upstream {
            upstream: Arc::clone(upstream),
            own: resource.key.clone(),
        };
        let thing = self.other(ThingKind::Resource, server, &exposed, resource);
        self.catalogue.resources.insert(exposed, target);
        self.has_scheme(server, &resource.key);
        self.item(List::Resources, key(server, resource), definition, &thing);
    }

    fn add_template(
        &mut self,
        upstream: &Arc<dyn Upstream>,
        server: &Arc<str>,
        template: &Definition,
    ) {
        let exposed = self.free_uri(server, &template.key);
        let Some(definition) = with_uri(&template.json, "uriTemplate", &template.key, &exposed)
        else {
            return left_out(server, "resource template", "it has no template");
        };
        let thing = self.other(ThingKind::Resource, server, &exposed, template);
        self.catalogue.templates.push(TemplateRoute {
            pattern: UriTemplate::parse(&template.key).ok(),
            exposed,
            own: template.key.clone(),
            upstream: Arc::clone(upstream),
        });
        self.has_scheme(server, &template.key);
        self.item(List::Templates, key(server, template), definition, &thing);
    }

    /// The URI as it is, or with the server's prefix where another has it, or where it could be
    /// read as a prefixed one.
    fn free_uri(&mut self, server: &str, own: &str) -> String {
        let plain = names::split_uri(own).is_none() && !self.taken.contains(own);
        let exposed = if plain {
            own.to_owned()
        } else {
            names::prefix_uri(server, own)
        };
        self.taken.insert(exposed.clone());
        exposed
    }

    fn has_scheme(&mut self, server: &str, uri: &str) {
        if let Some(scheme) = scheme(uri) {
            self.catalogue
                .schemes
                .entry(scheme)
                .and_modify(|only| {
                    if only.as_deref() != Some(server) {
                        *only = None;
                    }
                })
                .or_insert_with(|| Some(server.to_owned()));
        }
    }

    fn other(
        &self,
        kind: ThingKind,
        server: &Arc<str>,
        exposed: &str,
        item: &Definition,
    ) -> Arc<Thing> {
        let facts = self.sources.facts;
        Arc::new(facts.other(kind, server, exposed, &item.key))
    }

    fn item(&mut self, list: List, key: Key, json: RawJson, thing: &Arc<Thing>) {
        let [tools, resources, templates, prompts] = &mut self.items;
        let items = match list {
            List::Tools => tools,
            List::Resources => resources,
            List::Templates => templates,
            List::Prompts => prompts,
        };
        let thing = Arc::clone(thing);
        items.push(Item { key, json, thing });
    }

    fn finish(mut self) -> Catalogue {
        let [tools, resources, templates, prompts] = self.items;
        let section = |list, items| Section::new(list, items, self.sources.ttl);
        self.catalogue.sections = [
            section(List::Tools, tools),
            section(List::Resources, resources),
            section(List::Templates, templates),
            section(List::Prompts, prompts),
        ];
        self.catalogue
    }
}

/// Of items with the same key the first one counts.
fn once_each(items: &[Definition]) -> impl Iterator<Item = &Definition> {
    let mut seen = HashSet::new();
    items
        .iter()
        .filter(move |item| seen.insert(item.key.as_str()))
}

fn key(server: &Arc<str>, item: &Definition) -> Key {
    Key {
        server: Some(Arc::clone(server)),
        name: item.key.clone(),
    }
}

fn with_uri(item: &RawJson, member: &str, own: &str, exposed: &str) -> Option<RawJson> {
    if own == exposed {
        return Some(item.clone());
    }
    renamed(item, member, exposed)
}

/// Most definitions do not have the keyword, and are not read for it.
fn headers_of(tool: &RawJson) -> Arc<[HeaderParameter]> {
    let text = tool.as_str();
    if memchr::memmem::find(text.as_bytes(), b"x-mcp-header").is_none() {
        return Arc::default();
    }
    json::member(text, "inputSchema")
        .and_then(|schema| serde_json::from_str(schema.value).ok())
        .and_then(|schema| header_parameters(&schema).ok())
        .unwrap_or_default()
        .into()
}

fn left_out(server: &str, what: &str, why: &str) {
    tracing::warn!(server, why, "a {what} is left out of the list");
}
