use jsonc_parser::cst::CstRootNode;
use jsonc_parser::{ParseOptions, cst::CstObject};
use serde_json::Value;

use super::kind::{Credential, Kind};
use crate::cli::json::input_value;

/// What became of a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Merged {
    /// The entry is there already, exactly so.
    Same,
    /// The new text.
    Changed {
        text: String,
        /// An entry of this name was there and said something else.
        replaced: bool,
    },
}

/// Why a file cannot be merged into. Holds nothing of the file.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum NotMerged {
    #[error("line {0} is not JSON")]
    Syntax(usize),
    #[error("`{0}` is not what this client keeps there")]
    Shape(&'static str),
}

/// Puts an entry into a client's file. Everything else in it stays as it is, comments and
/// formatting included.
pub(super) fn merge(
    text: &str,
    kind: Kind,
    name: &str,
    url: &str,
    credential: Credential<'_>,
) -> Result<Merged, NotMerged> {
    let root = CstRootNode::parse(text, &ParseOptions::default())
        .map_err(|error| NotMerged::Syntax(error.line_display()))?;
    let top = root
        .object_value_or_create()
        .ok_or(NotMerged::Shape("the whole file"))?;
    let entry = kind.entry(url, credential);
    let section = top
        .object_value_or_create(kind.section())
        .ok_or(NotMerged::Shape(kind.section()))?;
    let replaced = put(&section, name, &entry);
    if let Some(input) = kind.input(credential) {
        ask(&top, &input)?;
    }
    let mut new = root.to_string();
    if new == text {
        return Ok(Merged::Same);
    }
    if !new.ends_with('\n') {
        new.push('\n');
    }
    Ok(Merged::Changed {
        text: new,
        replaced,
    })
}

/// Answers whether another entry of this name was there.
fn put(section: &CstObject, name: &str, entry: &Value) -> bool {
    let Some(property) = section.get(name) else {
        section.append(name, input_value(entry));
        return false;
    };
    let now = property.value().and_then(|value| value.to_serde_value());
    if now.as_ref() == Some(entry) {
        return false;
    }
    property.set_value(input_value(entry));
    true
}

/// Adds a question, unless one with its id is there.
fn ask(top: &CstObject, input: &Value) -> Result<(), NotMerged> {
    let inputs = top
        .array_value_or_create("inputs")
        .ok_or(NotMerged::Shape("inputs"))?;
    let id = input.get("id");
    let there = inputs.elements().iter().any(|element| {
        let value = element.to_serde_value();
        value.as_ref().and_then(|value| value.get("id")) == id
    });
    if !there {
        inputs.append(input_value(input));
    }
    Ok(())
}
