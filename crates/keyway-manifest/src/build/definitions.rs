use std::collections::BTreeMap;
use std::sync::Arc;

use keyway_core::action::Origin;
use keyway_core::{Action, Agent, App, CredentialDefinition, McpServer};
use serde_json::Value;

use super::{action, agent, check, credential, prompt, references, resource, server};
use crate::fault::{Fault, Spot};
use crate::manifest::Manifest;
use crate::read::Faults;
use crate::spec::StaticContent;

/// What a manifest defines, as a gateway takes it.
#[derive(Debug, Clone, Default)]
pub struct Definitions {
    /// The credentials that belong to no app.
    pub credentials: Vec<CredentialDefinition>,
    /// The apps with their credentials and actions.
    pub apps: Vec<App>,
    /// The actions that belong to no app.
    pub actions: Vec<Action>,
    /// The MCP servers.
    pub servers: Vec<McpServer>,
    /// The resources, each an action that is reached as one and nowhere else.
    pub resources: Vec<Action>,
    /// The prompts, each an action that is reached as one and nowhere else.
    pub prompts: Vec<Action>,
    /// What runs by the clock.
    pub schedules: Vec<Scheduled>,
    /// Which resources are answered by actions: the slug of each, and where it is said.
    pub answered: Vec<(String, Origin)>,
    /// The agents.
    pub agents: Vec<Agent>,
}

/// That an action, of whoever defines it, runs by the clock.
#[derive(Debug, Clone)]
pub struct Scheduled {
    /// What the schedule is called.
    pub name: String,
    /// The slug of the action.
    pub action: String,
    /// Five fields of cron.
    pub cron: String,
    /// A name of the IANA database.
    pub time_zone: String,
    /// The input of its runs; `{}` where there is none.
    pub input: Option<Value>,
    /// Where it is defined.
    pub at: Origin,
}

impl Manifest {
    /// Holds the definitions against each other and makes of them what a gateway serves.
    ///
    /// # Errors
    ///
    /// Everything that does not fit: names of absent apps, credentials, actions, inputs and fields;
    /// addresses that nobody declared; schemas that cannot be used.
    pub fn build(&self) -> Result<Definitions, Vec<Fault>> {
        self.build_at(|spot| Origin::File(spot.to_string().into()))
    }

    /// The same; `origin` says where a definition stands in words for people.
    ///
    /// # Errors
    ///
    /// As [`Manifest::build`].
    pub fn build_at(&self, origin: impl Fn(&Spot) -> Origin) -> Result<Definitions, Vec<Fault>> {
        self.build_with(origin, |_, _| Err("cannot be read here".to_owned()))
    }

    /// The same; `file` reads a file that is named at a place, beside the file of that place, or says why
    /// it cannot: `cannot be read: …`.
    ///
    /// # Errors
    ///
    /// As [`Manifest::build`].
    pub fn build_with(
        &self,
        origin: impl Fn(&Spot) -> Origin,
        file: impl Fn(&Spot, &str) -> Result<Vec<u8>, String>,
    ) -> Result<Definitions, Vec<Fault>> {
        let mut faults = Faults::new();
        let found = credential::all(self, &origin, &mut faults);
        let mut made = Definitions::default();
        let mut of_apps: BTreeMap<&str, Vec<Action>> = BTreeMap::new();
        for named in &self.actions {
            let Some(spec) = &named.spec else {
                continue;
            };
            let built = action::build(self, &found, named, spec, &mut faults);
            let Some(action) = built else {
                continue;
            };
            let action = action.defined(origin(&named.at));
            match &spec.app {
                Some((app, _)) => of_apps.entry(app).or_default().push(action),
                None => made.actions.push(action),
            }
        }
        check::checks(self, &mut faults);
        made.servers = server::all(self, &found, &origin, &mut faults);
        made.resources = resource::all(self, &origin, &file, &mut faults);
        made.prompts = prompt::all(self, &origin, &mut faults);
        made.schedules = self.scheduled(&origin);
        made.answered = self.answered(&origin);
        made.agents = agent::all(self, &origin, &mut faults);
        for app in &self.apps {
            let Some(definition) = found.get(app.name.as_str()) else {
                continue;
            };
            if let Some(spec) = &app.spec {
                let own = std::slice::from_ref(&app.name);
                references::app(spec, own, &found, &mut faults);
            }
            let actions = of_apps.remove(app.name.as_str()).unwrap_or_default();
            let app = App::new(CredentialDefinition::clone(definition));
            made.apps.push(app.with_actions(actions));
        }
        let alone = |key: &str| !self.apps.iter().any(|app| app.name == key);
        let credentials = found.iter().filter(|(key, _)| alone(key));
        made.credentials = credentials
            .map(|(_, definition)| CredentialDefinition::clone(definition))
            .collect();
        if faults.is_empty() {
            Ok(made)
        } else {
            Err(faults)
        }
    }

    fn scheduled(&self, origin: &impl Fn(&Spot) -> Origin) -> Vec<Scheduled> {
        let each = self.schedules.iter().filter_map(|named| {
            let spec = named.spec.as_ref()?;
            Some(Scheduled {
                name: named.name.clone(),
                action: spec.action.clone(),
                cron: spec.cron.clone(),
                time_zone: spec.time_zone.clone(),
                input: spec.input.clone(),
                at: origin(&named.at),
            })
        });
        each.collect()
    }

    fn answered(&self, origin: &impl Fn(&Spot) -> Origin) -> Vec<(String, Origin)> {
        let each = self.resources.iter().filter_map(|named| {
            let StaticContent::Action(slug, _) = &named.spec.as_ref()?.content else {
                return None;
            };
            Some((slug.clone(), origin(&named.at)))
        });
        each.collect()
    }
}

/// The definitions of credentials by their keys.
pub(super) type Found = BTreeMap<String, Arc<CredentialDefinition>>;
