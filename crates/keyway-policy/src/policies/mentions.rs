use std::collections::BTreeSet;

use cedar_policy::Policy;
use serde_json::Value;

/// What a set of policies looks at. Whatever it does not look at cannot change what it decides, so
/// decisions are shared by all who differ in nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mentions {
    /// Attributes, of whatever.
    attributes: BTreeSet<String>,
    /// Types of which single entities are named.
    types: BTreeSet<String>,
    /// The time or the address of a call, or the circumstances as a whole.
    volatile: bool,
}

impl Mentions {
    /// True when decisions depend on the time or on where a call comes from.
    pub fn is_volatile(&self) -> bool {
        self.volatile
    }

    /// True when something of a type is named by its id.
    pub(super) fn names(&self, kind: &str) -> bool {
        self.types.contains(kind)
    }

    /// True when an attribute of this name is looked at.
    pub(super) fn looks_at(&self, attribute: &str) -> bool {
        self.attributes.contains(attribute)
    }

    pub(super) fn take(&mut self, policy: &Policy) {
        // What cannot be read back is taken to look at everything.
        let Ok(json) = policy.to_json() else {
            self.volatile = true;
            return;
        };
        self.walk(&json);
    }

    fn walk(&mut self, json: &Value) {
        match json {
            Value::Array(items) => items.iter().for_each(|item| self.walk(item)),
            Value::Object(members) => {
                for (key, value) in members {
                    match key.as_str() {
                        "." | "has" if is_settled(value) => {}
                        "Var" if value == "context" => self.volatile = true,
                        "entity" | "__entity" => self.entity(value),
                        "attr" => self.attribute(value),
                        _ => self.walk(value),
                    }
                }
            }
            _ => {}
        }
    }

    fn entity(&mut self, value: &Value) {
        match value.get("type").and_then(Value::as_str) {
            Some(kind) => {
                self.types.insert(kind.to_owned());
            }
            None => self.walk(value),
        }
    }

    fn attribute(&mut self, value: &Value) {
        match value {
            Value::String(name) => {
                self.attributes.insert(name.clone());
            }
            other => self.walk(other),
        }
    }
}

/// The ids of what a policy names of a type.
pub(super) fn ids_of(policy: &Policy, kind: &str) -> Vec<String> {
    let mut ids = BTreeSet::new();
    if let Ok(json) = policy.to_json() {
        collect(&json, kind, &mut ids);
    }
    ids.into_iter().collect()
}

fn collect(json: &Value, kind: &str, ids: &mut BTreeSet<String>) {
    match json {
        Value::Array(items) => items.iter().for_each(|item| collect(item, kind, ids)),
        Value::Object(members) => {
            let text = |name: &str| members.get(name).and_then(Value::as_str);
            if let (Some(of), Some(id)) = (text("type"), text("id"))
                && of == kind
            {
                ids.insert(id.to_owned());
            }
            members.values().for_each(|item| collect(item, kind, ids));
        }
        _ => {}
    }
}

/// True for an access to the circumstances that only looks at what is part of who asks.
fn is_settled(access: &Value) -> bool {
    let of_context = access.pointer("/left/Var").and_then(Value::as_str) == Some("context");
    let attribute = access.get("attr").and_then(Value::as_str);
    of_context && matches!(attribute, Some("scopes" | "client"))
}
