use keyway_core::action::Role;
use serde_json::Value;

use crate::fault::Fault;
use crate::read::{Faults, Fields, Node};
use crate::template::{Template, read_text};

const KEYS: &[&str] = &[
    "title",
    "description",
    "arguments",
    "messages",
    "admin_only",
];
const ARGUMENT: &[&str] = &["title", "description", "required", "enum"];

/// A prompt as a manifest has it.
#[derive(Debug)]
pub(crate) struct PromptSpec {
    pub(crate) title: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) arguments: Vec<Argument>,
    pub(crate) messages: Vec<(Role, Template)>,
    pub(crate) admin_only: bool,
}

/// An argument of a prompt.
#[derive(Debug)]
pub(crate) struct Argument {
    pub(crate) name: String,
    pub(crate) title: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) required: bool,
    /// The only values it may have; any where there are none.
    pub(crate) values: Vec<String>,
}

impl PromptSpec {
    pub(crate) fn read(node: &Node<'_>, faults: &mut Faults) -> Option<Self> {
        let fields = node.fields(KEYS, faults)?;
        let messages = messages(&fields, faults);
        Some(Self {
            title: fields.text("title", faults),
            description: fields.text("description", faults),
            arguments: arguments(&fields, faults),
            admin_only: fields.flag("admin_only", faults),
            messages: messages?,
        })
    }
}

fn arguments(fields: &Fields<'_>, faults: &mut Faults) -> Vec<Argument> {
    let Some(node) = fields.get("arguments") else {
        return Vec::new();
    };
    let mut all = Vec::new();
    for (name, value) in node.members(faults) {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if name.is_empty() || name.len() > 64 || !name.chars().all(plain) {
            let message = "the name of an argument is 1 to 64 letters, digits and `_`";
            faults.push(Fault::new(value.at, message).of_name());
            continue;
        }
        let Some(fields) = value.fields(ARGUMENT, faults) else {
            continue;
        };
        let values = fields.texts("enum", faults);
        if values.as_ref().is_some_and(Vec::is_empty) {
            let message = "there is no value it could have";
            faults.push(Fault::new(fields.at.member("enum"), message));
        }
        all.push(Argument {
            name: name.to_owned(),
            title: fields.text("title", faults),
            description: fields.text("description", faults),
            required: fields.bool("required", faults).unwrap_or(true),
            values: values.unwrap_or_default(),
        });
    }
    all
}

/// One text of the person's, or a list of messages.
fn messages(fields: &Fields<'_>, faults: &mut Faults) -> Option<Vec<(Role, Template)>> {
    let node = fields.need("messages", faults)?;
    if node.value.is_string() {
        return Some(vec![(Role::User, read_text(&node, faults)?)]);
    }
    let mut all = Vec::new();
    let items = node.items(faults);
    if items.is_empty() && node.value.as_array().is_some_and(Vec::is_empty) {
        return node.wrong("at least one message", faults);
    }
    for item in items {
        all.extend(message(&item, faults));
    }
    Some(all)
}

fn message(item: &Node<'_>, faults: &mut Faults) -> Option<(Role, Template)> {
    if let Value::String(_) = item.value {
        return Some((Role::User, read_text(item, faults)?));
    }
    let fields = item.fields(&["role", "text"], faults)?;
    let role = fields.get("role");
    let role = role.and_then(|role| role.choice(&["user", "assistant"], faults));
    let text = fields.need("text", faults)?;
    let role = match role {
        Some("assistant") => Role::Assistant,
        _ => Role::User,
    };
    Some((role, read_text(&text, faults)?))
}
