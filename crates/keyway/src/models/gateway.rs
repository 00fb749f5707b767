//! `models` in `keyway.yaml`: the vendors that answer for a gateway's agents.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;

use keyway_agent::model::{GenaiModel, Patience, Vendor};
use keyway_agent::{Model, Price};
use keyway_egress::Egress;

use super::file::File;
use super::models::{clients, known, variables_of};
use crate::config::doc::Node;
use crate::config::{Environment, Finding};

/// The vendors a gateway asks, and what their models cost.
#[derive(Debug, Clone, Default)]
pub struct GatewayModels {
    vendors: Vec<Vendor>,
    prices: HashMap<String, Price>,
}

impl GatewayModels {
    /// The known vendors, with the keys that are in variables, and what the section says.
    pub(crate) fn read(
        section: Option<(&Path, &Node)>,
        environment: &Environment,
    ) -> Result<Self, Vec<Finding>> {
        let Some((path, node)) = section else {
            return Ok(Self {
                vendors: known(environment),
                prices: HashMap::new(),
            });
        };
        let base = path.parent().unwrap_or(path);
        let mut file = File::new(path, base, environment);
        file.vendors = known(environment);
        file.is_section = true;
        file.take_root(node);
        if !file.findings.is_empty() {
            return Err(file.findings);
        }
        Ok(Self {
            vendors: file.vendors,
            prices: file.prices,
        })
    }

    /// The variables that keys are in: no child process inherits them.
    pub(crate) fn key_variables(&self) -> BTreeSet<String> {
        variables_of(&self.vendors)
    }

    /// What models cost, by `vendor/model`.
    pub(crate) fn prices(&self) -> HashMap<String, Price> {
        self.prices.clone()
    }

    /// Whoever answers. Nothing is connected.
    pub(crate) fn model(&self, egress: &Egress) -> Arc<dyn Model> {
        let clients = clients(egress.clone());
        Arc::new(GenaiModel::new(
            self.vendors.clone(),
            clients,
            Patience::default(),
        ))
    }
}
