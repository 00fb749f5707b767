use keyway_core::Error;
use serde_json::{Map, Value};

use super::{Place, Scope, Template};
use crate::read::{Faults, Node};

/// A JSON document with expressions in its texts. Its shape and its names are fixed.
#[derive(Debug)]
pub(crate) enum Tree {
    /// Nothing in it has to be filled.
    Fixed(Value),
    /// A text with expressions in it.
    Text(Template),
    /// A list.
    List(Vec<Tree>),
    /// Names and values.
    Map(Vec<(String, Tree)>),
}

impl Tree {
    pub(crate) fn read(node: &Node<'_>, faults: &mut Faults) -> Option<Self> {
        match node.value {
            Value::String(text) => match Template::parse(text, &node.at) {
                Ok(template) => Some(match template.constant() {
                    Some(text) => Self::Fixed(text.into()),
                    None => Self::Text(template),
                }),
                Err(fault) => {
                    faults.push(fault);
                    None
                }
            },
            Value::Array(_) => {
                let items = node.items(faults);
                let items = items.iter().map(|item| Self::read(item, faults));
                items.collect::<Option<Vec<_>>>().map(Self::List)
            }
            Value::Object(_) => {
                let members = node.members(faults);
                let members = members.into_iter().map(|(name, value)| {
                    if name.contains("{{") {
                        return value.wrong(
                            "a name without expressions: they belong into values",
                            faults,
                        );
                    }
                    Some((name.to_owned(), Self::read(&value, faults)?))
                });
                members.collect::<Option<Vec<_>>>().map(Self::Map)
            }
            other => Some(Self::Fixed(other.clone())),
        }
    }

    pub(crate) fn templates<'a>(&'a self, found: &mut Vec<&'a Template>) {
        match self {
            Self::Fixed(_) => {}
            Self::Text(template) => found.push(template),
            Self::List(items) => items.iter().for_each(|item| item.templates(found)),
            Self::Map(members) => members.iter().for_each(|(_, item)| item.templates(found)),
        }
    }

    /// The document; `None` where an expression that is all of a text has no value.
    pub(crate) fn fill(&self, scope: &Scope<'_>) -> Result<Option<Value>, Error> {
        match self {
            Self::Fixed(value) => Ok(Some(value.clone())),
            Self::Text(template) => {
                if let Some(expression) = template.sole() {
                    return expression.value(scope);
                }
                let text = template.text(scope, Place::Json)?;
                Ok(text.map(Value::from))
            }
            Self::List(items) => {
                let items = items.iter().filter_map(|item| item.fill(scope).transpose());
                items
                    .collect::<Result<Vec<_>, _>>()
                    .map(|items| Some(items.into()))
            }
            Self::Map(members) => {
                let mut map = Map::new();
                for (name, item) in members {
                    if let Some(value) = item.fill(scope)? {
                        map.insert(name.clone(), value);
                    }
                }
                Ok(Some(map.into()))
            }
        }
    }
}
