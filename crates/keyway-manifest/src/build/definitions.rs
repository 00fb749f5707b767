use std::collections::BTreeMap;
use std::sync::Arc;

use keyway_core::action::Origin;
use keyway_core::{Action, Agent, App, CredentialDefinition};

use super::{action, agent, check, credential, references};
use crate::fault::{Fault, Spot};
use crate::manifest::Manifest;
use crate::read::Faults;

/// What a manifest defines, as a gateway takes it.
#[derive(Debug, Clone, Default)]
pub struct Definitions {
    /// The credentials that belong to no app.
    pub credentials: Vec<CredentialDefinition>,
    /// The apps with their credentials and actions.
    pub apps: Vec<App>,
    /// The actions that belong to no app.
    pub actions: Vec<Action>,
    /// The agents.
    pub agents: Vec<Agent>,
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
}

/// The definitions of credentials by their keys.
pub(super) type Found = BTreeMap<String, Arc<CredentialDefinition>>;
