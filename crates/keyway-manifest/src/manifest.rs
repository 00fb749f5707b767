use keyway_core::names::{ACTION_SLUG, AGENT_SLUG, APP_SLUG, CREDENTIAL_KEY, SERVER_KEY};
use serde_json::Value;

use crate::fault::{Fault, Spot};
use crate::read::{Faults, Node};
use crate::spec::{
    ActionSpec, AgentSpec, AppSpec, CredentialSpec, Named, PromptSpec, ScheduleSpec, ServerSpec,
    StaticSpec, named,
};

/// The keys of a manifest.
const KEYS: &[&str] = &[
    "credentials",
    "apps",
    "actions",
    "agents",
    "mcp_servers",
    "resources",
    "prompts",
    "schedules",
];

/// What programs say of a file that they wrote, to people and to themselves. It means nothing here.
pub(crate) const COMMENT: &str = "$comment";

/// What one or several files define.
///
/// ```
/// use keyway_manifest::Manifest;
/// use serde_json::json;
///
/// let manifest = Manifest::read(&json!({
///     "credentials": { "acme": { "fields": { "apiKey": {} } } },
///     "apps": { "acme": {
///         "base_url": "https://api.acme.example/v1",
///         "headers": { "Authorization": "Bearer {{ credentials.acme.apiKey }}" },
///     } },
///     "actions": { "acme:whoami": { "app": "acme", "http": { "url": "/me" } } },
/// }))
/// .unwrap();
/// let definitions = manifest.build().unwrap();
/// assert_eq!(definitions.apps[0].actions()[0].slug(), "acme:whoami");
/// ```
#[derive(Debug, Default)]
pub struct Manifest {
    pub(crate) credentials: Vec<Named<CredentialSpec>>,
    pub(crate) apps: Vec<Named<AppSpec>>,
    pub(crate) actions: Vec<Named<ActionSpec>>,
    pub(crate) servers: Vec<Named<ServerSpec>>,
    pub(crate) resources: Vec<Named<StaticSpec>>,
    pub(crate) prompts: Vec<Named<PromptSpec>>,
    pub(crate) schedules: Vec<Named<ScheduleSpec>>,
    pub(crate) agents: Vec<Named<AgentSpec>>,
}

impl Manifest {
    /// The keys of a manifest, for files that have others as well.
    pub const KEYS: &'static [&'static str] = KEYS;

    /// The member of a file whose text means nothing: who wrote it, for people and for that program.
    pub const COMMENT: &'static str = COMMENT;

    /// Reads a document without a name.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the definitions, each by itself. What they say of each other is
    /// held together by [`Manifest::build`].
    pub fn read(document: &Value) -> Result<Self, Vec<Fault>> {
        let (manifest, faults) = Self::read_file("", document);
        if faults.is_empty() {
            Ok(manifest)
        } else {
            Err(faults)
        }
    }

    /// Reads the document of a file, as far as that can be done, and tells everything that is wrong
    /// with it. The names of definitions that are wrong are known all the same, so that nobody is told
    /// that they are absent.
    pub fn read_file(file: &str, document: &Value) -> (Self, Vec<Fault>) {
        let mut faults = Faults::new();
        let root = Node::new(document, Spot::root(file));
        let manifest = match root.fields_and(KEYS, COMMENT, &mut faults) {
            None => Self::default(),
            Some(fields) => Self {
                credentials: fields.get("credentials").map_or_else(Vec::new, |node| {
                    named(&node, &CREDENTIAL_KEY, &mut faults, CredentialSpec::read)
                }),
                apps: fields.get("apps").map_or_else(Vec::new, |node| {
                    named(&node, &APP_SLUG, &mut faults, AppSpec::read)
                }),
                actions: fields.get("actions").map_or_else(Vec::new, |node| {
                    named(&node, &ACTION_SLUG, &mut faults, ActionSpec::read)
                }),
                servers: fields.get("mcp_servers").map_or_else(Vec::new, |node| {
                    named(&node, &SERVER_KEY, &mut faults, ServerSpec::read)
                }),
                resources: fields.get("resources").map_or_else(Vec::new, |node| {
                    named(&node, &ACTION_SLUG, &mut faults, StaticSpec::read)
                }),
                prompts: fields.get("prompts").map_or_else(Vec::new, |node| {
                    named(&node, &ACTION_SLUG, &mut faults, PromptSpec::read)
                }),
                schedules: fields.get("schedules").map_or_else(Vec::new, |node| {
                    named(&node, &ACTION_SLUG, &mut faults, ScheduleSpec::read)
                }),
                agents: fields.get("agents").map_or_else(Vec::new, |node| {
                    named(&node, &AGENT_SLUG, &mut faults, AgentSpec::read)
                }),
            },
        };
        (manifest, faults)
    }

    /// Puts the definitions of another file to these.
    ///
    /// # Errors
    ///
    /// A name that both have, once for each, at its place in the other file. The first one stays.
    pub fn merge(&mut self, other: Self) -> Result<(), Vec<Fault>> {
        let mut faults = Faults::new();
        join(
            "credential",
            &mut self.credentials,
            other.credentials,
            &mut faults,
        );
        join("app", &mut self.apps, other.apps, &mut faults);
        join("action", &mut self.actions, other.actions, &mut faults);
        join("MCP server", &mut self.servers, other.servers, &mut faults);
        join(
            "resource",
            &mut self.resources,
            other.resources,
            &mut faults,
        );
        join("prompt", &mut self.prompts, other.prompts, &mut faults);
        join(
            "schedule",
            &mut self.schedules,
            other.schedules,
            &mut faults,
        );
        join("agent", &mut self.agents, other.agents, &mut faults);
        if faults.is_empty() {
            Ok(())
        } else {
            Err(faults)
        }
    }

    /// True when nothing is defined.
    pub fn is_empty(&self) -> bool {
        self.credentials.is_empty()
            && self.apps.is_empty()
            && self.actions.is_empty()
            && self.servers.is_empty()
            && self.resources.is_empty()
            && self.prompts.is_empty()
            && self.schedules.is_empty()
            && self.agents.is_empty()
    }
}

fn join<T>(noun: &str, all: &mut Vec<Named<T>>, others: Vec<Named<T>>, faults: &mut Faults) {
    for other in others {
        if let Some(first) = all.iter().find(|first| first.name == other.name) {
            let message = format!("the {noun} `{}` is defined twice", other.name);
            faults.push(Fault::new(other.at, message).after(&first.at));
        } else {
            all.push(other);
        }
    }
}
