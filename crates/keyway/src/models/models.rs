use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use keyway_agent::model::{ClientBuilder, GenaiModel, HttpClients, ModelError, Patience, Vendor};
use keyway_agent::{Model, ModelName, Price};
use keyway_egress::Egress;

use super::file::File;
use crate::cli::Failure;
use crate::config::{Environment, Finding};
use crate::local::{Document, Home, egress};

/// The models a person can use: those of the known vendors, whose keys are in variables of the
/// environment, and those of `models.json` in the person's folder.
pub(crate) struct Models {
    model: Arc<GenaiModel>,
    /// The model for agents that name none.
    pub(crate) default: Option<ModelName>,
    /// What models cost, by `vendor/model`.
    pub(crate) prices: HashMap<String, Price>,
    /// The variables keys are looked for in.
    key_variables: BTreeSet<String>,
    /// The warning of a key that other users can read.
    pub(super) shown: Option<Finding>,
}

/// The variables that keys of models are looked for in: no child process inherits them. And a
/// warning, when other users can read a key.
pub(crate) fn key_variables(
    home: &Home,
    environment: &Environment,
) -> (BTreeSet<String>, Option<Finding>) {
    match Models::read(home, environment) {
        Ok(models) => (models.key_variables, models.shown),
        Err(_) => (variables_of(&Vendor::known()), None),
    }
}

pub(super) fn variables_of(vendors: &[Vendor]) -> BTreeSet<String> {
    let variables = vendors
        .iter()
        .filter_map(|vendor| vendor.key_variable.clone());
    variables.collect()
}

impl Models {
    /// Reads `models.json`, if it is there, and takes the keys. Nothing is connected.
    pub(crate) fn read(home: &Home, environment: &Environment) -> Result<Self, Failure> {
        let path = home.models_file();
        let mut file = File::new(&path, home.dir(), environment);
        file.vendors = known(environment);
        let mut shown = None;
        match Document::read(&path) {
            Ok(None) => {}
            Ok(Some(document)) => {
                file.take(&document.text);
                shown = file.shown().filter(|_| document.readable);
            }
            Err(why) => file.refuse(None, "", why),
        }
        if !file.findings.is_empty() {
            return Err(Failure::configuration(file.findings));
        }
        // One that was given another key may have its own variable set all the same.
        let mut key_variables = variables_of(&Vendor::known());
        key_variables.extend(variables_of(&file.vendors));
        let model = GenaiModel::new(
            file.vendors,
            clients(egress(environment)?),
            Patience::default(),
        );
        Ok(Self {
            model: Arc::new(model),
            default: file.default,
            prices: file.prices,
            key_variables,
            shown,
        })
    }

    /// The models that `models.json` names: the usual one, and those with a price.
    pub(crate) fn named(&self) -> BTreeSet<String> {
        let usual = self.default.iter().map(ToString::to_string);
        usual.chain(self.prices.keys().cloned()).collect()
    }

    /// Whoever answers.
    pub(crate) fn model(&self) -> Arc<dyn Model> {
        Arc::clone(&self.model) as Arc<dyn Model>
    }

    /// Says now what a request to this model would be refused for without anything being sent: its
    /// vendor is not known, or a key is missing.
    pub(crate) fn check(&self, name: &ModelName) -> Result<(), Failure> {
        let told = |error: ModelError| Failure::usage(error.code(), error.message);
        self.model.check(name.vendor()).map_err(told)
    }
}

/// The vendors that need no configuration but their keys, with those that are in variables.
pub(super) fn known(environment: &Environment) -> Vec<Vendor> {
    let mut vendors = Vendor::known();
    for vendor in &mut vendors {
        let key = vendor.key_variable.as_ref();
        let key = key.and_then(|variable| environment.get(variable));
        vendor.key = key.map(|key| key.to_owned().into());
    }
    vendors
}

/// Clients that leave through egress.
pub(super) fn clients(egress: Egress) -> HttpClients {
    Arc::new(move |base_url| {
        let client = egress.library_client(base_url);
        let client = client.map_err(|error| error.to_string())?;
        Ok(ClientBuilder::default().with_reqwest(client))
    })
}
