//! `models.json`: further vendors, other base URLs, prices, and the model to begin with.

use std::collections::HashMap;
use std::path::Path;

use keyway_agent::model::{Vendor, VendorKind};
use keyway_agent::{ModelName, Price};
use keyway_core::Secret;

use crate::config::doc::{At, Key, Node, Value, json};
use crate::config::{Environment, Finding, Place, resolve};

/// What the file says, on top of what was there.
pub(super) struct File<'a> {
    path: &'a Path,
    base: &'a Path,
    environment: &'a Environment,
    pub(super) vendors: Vec<Vendor>,
    pub(super) default: Option<ModelName>,
    pub(super) prices: HashMap<String, Price>,
    pub(super) findings: Vec<Finding>,
    /// Where a key stands in the file itself, if one does.
    pub(super) literal: Option<At>,
    /// It is a section of another file.
    pub(super) is_section: bool,
}

impl<'a> File<'a> {
    pub(super) fn new(path: &'a Path, base: &'a Path, environment: &'a Environment) -> Self {
        Self {
            path,
            base,
            environment,
            vendors: Vec::new(),
            default: None,
            prices: HashMap::new(),
            findings: Vec::new(),
            literal: None,
            is_section: false,
        }
    }

    pub(super) fn refuse(&mut self, at: Option<At>, field: &str, why: impl Into<String>) {
        let place = Place::File {
            path: self.path.to_owned(),
            at,
        };
        let field = match (self.is_section, field) {
            (false, field) => field.to_owned(),
            (true, "") => "models".to_owned(),
            (true, field) => format!("models.{field}"),
        };
        self.findings.push(Finding::error(place, field, why));
    }

    /// The warning of a key that other users can read.
    pub(super) fn shown(&self) -> Option<Finding> {
        let place = Place::File {
            path: self.path.to_owned(),
            at: Some(self.literal?),
        };
        let warning = Finding::error(
            place,
            "",
            "other users can read this file, and a key is in it",
        );
        let help = "`chmod 600` it, or name a variable instead: `@env:NAME`";
        Some(warning.with_help(help).as_warning())
    }

    pub(super) fn take(&mut self, text: &str) {
        let root = match json(text) {
            Ok(root) => root,
            Err(fault) => return self.refuse(Some(fault.at), "", fault.message),
        };
        self.take_root(&root);
    }

    /// The same, of a document that was read. A section of another file has no `default`: nobody picks
    /// a model there.
    pub(super) fn take_root(&mut self, root: &Node) {
        for (key, node) in self.members(root, "") {
            match key.text.as_str() {
                "default" if !self.is_section => self.default = self.name(node, "default"),
                "vendors" => {
                    for (key, node) in self.members(node, "vendors") {
                        self.take_vendor(key, node);
                    }
                }
                "prices" => {
                    for (key, node) in self.members(node, "prices") {
                        self.take_price(key, node);
                    }
                }
                _ if self.is_section => self.unknown(key, "", "vendors, prices"),
                _ => self.unknown(key, "", "default, vendors, prices"),
            }
        }
    }

    fn take_vendor(&mut self, key: &Key, node: &Node) {
        let name = key.text.as_str();
        let field = format!("vendors.{name}");
        if format!("{name}/model").parse::<ModelName>().is_err() {
            let why = "a vendor's name has letters, digits and `_.-` only";
            return self.refuse(Some(key.at), "vendors", why);
        }
        let known = self.vendors.iter().position(|vendor| vendor.name == name);
        let mut vendor = match known {
            Some(at) => self.vendors.remove(at),
            None => Vendor {
                name: name.to_owned(),
                kind: VendorKind::OpenAi,
                base_url: String::new(),
                key: None,
                key_variable: None,
            },
        };
        for (key, node) in self.members(node, &field) {
            let field = format!("{field}.{}", key.text);
            let Some(text) = node.text() else {
                self.refuse(Some(node.at), &field, "expected a text");
                continue;
            };
            match key.text.as_str() {
                "kind" => match text {
                    "anthropic" => vendor.kind = VendorKind::Anthropic,
                    "openai" => vendor.kind = VendorKind::OpenAi,
                    "gemini" => vendor.kind = VendorKind::Gemini,
                    _ => {
                        let why = "expected `anthropic`, `openai` (for everything that speaks Chat Completions) or `gemini`";
                        self.refuse(Some(node.at), &field, why);
                    }
                },
                "base_url" => text.clone_into(&mut vendor.base_url),
                "key" => self.take_key(&mut vendor, node.at, &field, text),
                _ => self.unknown(key, &field, "kind, base_url, key"),
            }
        }
        if vendor.base_url.is_empty() {
            let why = "expected a `base_url`, such as `http://localhost:8000/v1/`";
            self.refuse(Some(node.at), &field, why);
        }
        self.vendors.push(vendor);
    }

    /// A key, or where it is. A variable that is not set is told when the vendor is used: it does
    /// not keep others from being used.
    fn take_key(&mut self, vendor: &mut Vendor, at: At, field: &str, text: &str) {
        let braced = text
            .strip_prefix("${env:")
            .and_then(|rest| rest.strip_suffix('}'));
        if let Some(variable) = text.strip_prefix("@env:").or(braced) {
            let key = self.environment.get(variable);
            vendor.key = key.map(|key| key.to_owned().into());
            vendor.key_variable = Some(variable.to_owned());
            return;
        }
        if !text.starts_with('@') && !text.contains("${") {
            self.literal = Some(at);
        }
        match resolve(self.environment, self.base, text) {
            Ok(key) => {
                vendor.key = Some(Secret::new(key.expose().clone()));
                vendor.key_variable = None;
            }
            Err(why) => self.refuse(Some(at), field, why),
        }
    }

    fn take_price(&mut self, key: &Key, node: &Node) {
        let field = format!("prices.{}", key.text);
        if key.text.parse::<ModelName>().is_err() {
            return self.refuse(
                Some(key.at),
                "prices",
                "a price is that of a `vendor/model`",
            );
        }
        let mut dollars = |name: &str| {
            let amount = node.get(name).and_then(|node| match &node.value {
                Value::Number(text) => Price::micros(text),
                _ => None,
            });
            if amount.is_none() {
                let why = format!(
                    "expected `{name}`: US dollars for a million tokens, with at most six decimals"
                );
                self.refuse(Some(node.at), &field, why);
            }
            amount
        };
        if let (Some(input_micros), Some(output_micros)) = (dollars("input"), dollars("output")) {
            let price = Price {
                input_micros,
                output_micros,
            };
            self.prices.insert(key.text.clone(), price);
        }
    }

    fn name(&mut self, node: &Node, field: &str) -> Option<ModelName> {
        match node.text().unwrap_or_default().parse() {
            Ok(name) => Some(name),
            Err(error) => {
                self.refuse(Some(node.at), field, error.to_string());
                None
            }
        }
    }

    fn members<'n>(&mut self, node: &'n Node, field: &str) -> &'n [(Key, Node)] {
        let members = node.members();
        if members.is_none() {
            self.refuse(Some(node.at), field, "expected a mapping");
        }
        members.unwrap_or_default()
    }

    fn unknown(&mut self, key: &Key, field: &str, known: &str) {
        let why = format!("this key is not known; the keys here are {known}");
        let field = if field.is_empty() { &key.text } else { field };
        self.refuse(Some(key.at), field, why);
    }
}
