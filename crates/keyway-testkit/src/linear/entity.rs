use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// A thing of the workspace: its fields, those that lead to other things as [`one`] and [`many`].
pub(super) type Entity = Map<String, Value>;

/// Everything there is, by id.
pub(super) type Entities = BTreeMap<String, Entity>;

const ONE: &str = "$one";
const MANY: &str = "$many";

/// A field that leads to another thing.
pub(super) fn one(id: &str) -> Value {
    json!({ ONE: id })
}

/// A field that leads to several.
pub(super) fn many<I: AsRef<str>>(ids: impl IntoIterator<Item = I>) -> Value {
    let ids: Vec<_> = ids.into_iter().map(|id| id.as_ref().to_owned()).collect();
    json!({ MANY: ids })
}

/// Where a field leads.
pub(super) enum Link {
    /// To one thing.
    One(String),
    /// To several.
    Many(Vec<String>),
    /// Nowhere: it is a value.
    Value,
}

/// Where a field leads.
pub(super) fn link(value: &Value) -> Link {
    if let Some(id) = value.get(ONE).and_then(Value::as_str) {
        return Link::One(id.to_owned());
    }
    match value.get(MANY).and_then(Value::as_array) {
        Some(ids) => Link::Many(
            ids.iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
        ),
        None => Link::Value,
    }
}

/// Adds one to those that a field leads to.
pub(super) fn append(entity: &mut Entity, field: &str, id: &str) {
    let mut ids = match entity.get(field).map(link) {
        Some(Link::Many(ids)) => ids,
        _ => Vec::new(),
    };
    if !ids.iter().any(|one| one == id) {
        ids.push(id.to_owned());
    }
    entity.insert(field.to_owned(), many(ids));
}

/// Takes one away from those that a field leads to.
pub(super) fn remove(entity: &mut Entity, field: &str, id: &str) {
    if let Some(Link::Many(ids)) = entity.get(field).map(link) {
        let left = ids.into_iter().filter(|one| one != id);
        entity.insert(field.to_owned(), many(left));
    }
}

/// The id of the one that a field leads to.
pub(super) fn target(entity: &Entity, field: &str) -> Option<String> {
    match entity.get(field).map(link) {
        Some(Link::One(id)) => Some(id),
        _ => None,
    }
}

/// A text of a field.
pub(super) fn text<'e>(entity: &'e Entity, field: &str) -> &'e str {
    entity
        .get(field)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// Whether a thing is of this type.
pub(super) fn is(entity: &Entity, kind: &str) -> bool {
    text(entity, "__typename") == kind
}
