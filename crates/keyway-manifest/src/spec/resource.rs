use serde_json::{Value, json};

use crate::fault::{Fault, Spot};
use crate::read::{Faults, Fields, Node};

const KEYS: &[&str] = &[
    "uri",
    "title",
    "description",
    "mime_type",
    "text",
    "file",
    "action",
    "input",
    "admin_only",
];

/// A resource as a manifest has it.
#[derive(Debug)]
pub(crate) struct StaticSpec {
    pub(crate) uri: String,
    pub(crate) title: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) mime_type: Option<String>,
    pub(crate) content: StaticContent,
    pub(crate) admin_only: bool,
}

/// What is read at it.
#[derive(Debug)]
pub(crate) enum StaticContent {
    /// A text.
    Text(String),
    /// What a file holds.
    File(String, Spot),
    /// What an action answers to an input.
    Action(String, Value),
}

impl StaticSpec {
    pub(crate) fn read(node: &Node<'_>, faults: &mut Faults) -> Option<Self> {
        let fields = node.fields(KEYS, faults)?;
        let content = content(&fields, faults);
        let uri = fields.need("uri", faults);
        let uri = uri.and_then(|node| {
            let text = node.text(faults)?;
            if url::Url::parse(text).is_ok() && !text.contains(['{', '}', ' ']) {
                return Some(text.to_owned());
            }
            node.wrong("a URI like `docs://terms`", faults)
        });
        Some(Self {
            title: fields.text("title", faults),
            description: fields.text("description", faults),
            mime_type: fields.text("mime_type", faults),
            admin_only: fields.flag("admin_only", faults),
            uri: uri?,
            content: content?,
        })
    }
}

fn content(fields: &Fields<'_>, faults: &mut Faults) -> Option<StaticContent> {
    let given = ["text", "file", "action"].into_iter();
    let given: Vec<_> = given.filter(|key| fields.has(key)).collect();
    if fields.has("input") && given != ["action"] {
        let message = "only an `action` has an input";
        faults.push(Fault::new(fields.at.member("input"), message));
    }
    let [key] = given[..] else {
        let message = "one of `text`, `file` and `action` says what is read";
        faults.push(Fault::new(fields.at.clone(), message));
        return None;
    };
    let text = fields.text(key, faults)?;
    Some(match key {
        "text" => StaticContent::Text(text),
        "file" => {
            let at = fields.at.member("file");
            // Hidden ones are where keys and variables are kept.
            let hidden = |part: &str| part.is_empty() || part != "." && part.starts_with('.');
            if text.starts_with('/') || text.split(['/', '\\']).any(hidden) {
                let message =
                    "a file beside the one that names it or below, without `..` and not hidden";
                faults.push(Fault::new(at, format!("expected {message}")));
                return None;
            }
            StaticContent::File(text, at)
        }
        _ => {
            let input = match fields.get("input") {
                Some(node) => node.map(faults).map(|_| node.value.clone())?,
                None => json!({}),
            };
            StaticContent::Action(text, input)
        }
    })
}
