use std::path::PathBuf;

use keyway_manifest::{Fault, Spot};

use crate::config::doc::{At, Node, Value};
use crate::config::report::{Finding, Place};

/// A file of definitions, with a position for each of its values.
pub(super) struct Document {
    pub(super) path: PathBuf,
    pub(super) root: Node,
}

impl Document {
    /// Where a pointer leads: to a name for what is written under it, and for what is not there, to
    /// what it is missing from.
    fn find(&self, pointer: &str, name: Looked) -> At {
        let (mut node, mut at) = (&self.root, self.root.at);
        for key in pointer.split('/').skip(1) {
            let key = key.replace("~1", "/").replace("~0", "~");
            match &node.value {
                Value::Map(members) => {
                    let Some((key, value)) = members.iter().find(|(known, _)| known.text == key)
                    else {
                        return at;
                    };
                    let scalar = !matches!(value.value, Value::Map(_) | Value::List(_));
                    let on_value = scalar && name == Looked::ForValue;
                    at = if on_value { value.at } else { key.at };
                    node = value;
                }
                Value::List(items) => {
                    let item = key.parse().ok().and_then(|index: usize| items.get(index));
                    let Some(item) = item else {
                        return at;
                    };
                    at = item.at;
                    node = item;
                }
                _ => return at,
            }
        }
        at
    }
}

/// What is wrong: the name or the value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Looked {
    ForName,
    ForValue,
}

/// Where something stands, in words for people: file, line and column.
pub(super) fn place(documents: &[Document], spot: &Spot) -> Place {
    look(documents, spot, Looked::ForName)
}

fn look(documents: &[Document], spot: &Spot, name: Looked) -> Place {
    let file = documents
        .iter()
        .find(|document| *document.path.to_string_lossy() == *spot.file);
    match file {
        Some(document) => Place::File {
            path: document.path.clone(),
            at: Some(document.find(&spot.pointer, name)),
        },
        None => Place::Default,
    }
}

/// A fault, told with the line and column where it is.
pub(super) fn finding(documents: &[Document], fault: Fault) -> Finding {
    let looked = if fault.is_name {
        Looked::ForName
    } else {
        Looked::ForValue
    };
    let place = look(documents, &fault.at, looked);
    let pointer = &fault.at.pointer;
    // A name that is wrong might be a misplaced value.
    let shown = match pointer.rsplit_once('/') {
        Some((before, _)) if fault.is_name => before,
        _ => pointer,
    };
    let field = shown.trim_start_matches('/').replace('/', ".");
    let field = field.replace("~1", "/").replace("~0", "~");
    let finding = Finding::error(place, field, fault.message);
    match (fault.suggestion, fault.first) {
        (Some(suggestion), _) => finding.with_help(suggestion),
        (None, Some(first)) => {
            let first = self::place(documents, &first);
            finding.with_help(format!("the first one is at {first}"))
        }
        (None, None) => finding,
    }
}
