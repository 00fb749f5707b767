use serde_json::Value;
use serde_json_path::JsonPath;

use crate::fault::Fault;
use crate::read::{Faults, Fields, Node};

const KEYS: &[&str] = &["select", "one", "text", "empty"];

/// A JSONPath (RFC 9535).
#[derive(Debug, Clone)]
pub(crate) struct Select(JsonPath);

impl Select {
    pub(crate) fn read(node: &Node<'_>, faults: &mut Faults) -> Option<Self> {
        match JsonPath::parse(node.text(faults)?) {
            Ok(path) => Some(Self(path)),
            Err(error) => {
                let message = format!(
                    "expected a JSONPath (RFC 9535): it cannot be read from character {}",
                    error.position() + 1
                );
                let fault = Fault::new(node.at.clone(), message);
                faults.push(fault.suggest("like `$.data.items[*]`"));
                None
            }
        }
    }

    /// Everything it finds, in the order it is found.
    pub(crate) fn all<'v>(&self, value: &'v Value) -> Vec<&'v Value> {
        self.0.query(value).all()
    }
}

/// What becomes of an answer.
#[derive(Debug, Clone, Default)]
pub(crate) struct ResultSpec {
    pub(crate) select: Option<Select>,
    /// The first that is found, instead of a list of all.
    pub(crate) one: bool,
    /// The answer is text, not JSON.
    pub(crate) text: bool,
    /// What stands for nothing.
    pub(crate) empty: Option<Value>,
}

impl ResultSpec {
    pub(crate) fn read(fields: &Fields<'_>, faults: &mut Faults) -> Self {
        let Some(node) = fields.get("result") else {
            return Self::default();
        };
        let Some(fields) = node.fields(KEYS, faults) else {
            return Self::default();
        };
        let result = Self {
            select: fields
                .get("select")
                .and_then(|node| Select::read(&node, faults)),
            one: fields.flag("one", faults),
            text: fields.flag("text", faults),
            empty: fields.get("empty").map(|node| node.value.clone()),
        };
        if result.text && (fields.has("select") || result.one) {
            let message = "of a text nothing is selected: `text` goes without `select` and `one`";
            faults.push(Fault::new(node.at.member("text"), message));
        }
        if result.one && !fields.has("select") {
            let fault = Fault::new(node.at.member("one"), "`one` goes with `select`");
            faults.push(fault.suggest("say in `select` which one: `$.items[0]`"));
        }
        result
    }
}
