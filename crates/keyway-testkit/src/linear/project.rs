use serde_json::{Map, Value, json};

use super::document::Field;
use super::entity::{Entities, Entity, Link, link};

/// What was asked for of a thing. A field that it does not have is refused.
pub(super) fn project(all: &Entities, entity: &Entity, fields: &[Field]) -> Result<Value, String> {
    if fields.is_empty() {
        return Err("a selection of subfields is needed".into());
    }
    let mut answer = Map::new();
    for field in fields {
        let value = entity.get(&field.name).ok_or_else(|| {
            let kind = entity.get("__typename").and_then(Value::as_str);
            let kind = kind.unwrap_or("Payload");
            format!("Cannot query field \"{}\" on type \"{kind}\"", field.name)
        })?;
        let value = match link(value) {
            Link::One(id) => match all.get(&id) {
                Some(other) => project(all, other, &field.fields)?,
                None => Value::Null,
            },
            Link::Many(ids) => {
                let found = ids.iter().filter_map(|id| all.get(id)).collect();
                connection(all, found, field)?
            }
            Link::Value if value.is_null() || field.fields.is_empty() => value.clone(),
            Link::Value => match value {
                Value::Object(inner) => project(all, inner, &field.fields)?,
                _ => return Err(format!("\"{}\" has no subfields", field.name)),
            },
        };
        answer.insert(field.called.clone(), value);
    }
    Ok(Value::Object(answer))
}

/// Several things, as Linear pages them: `first` from the beginning or `last` from the end, 50 unless said.
pub(super) fn connection(
    all: &Entities,
    found: Vec<&Entity>,
    field: &Field,
) -> Result<Value, String> {
    let count = |name: &str| field.arguments.get(name).and_then(Value::as_u64);
    let total = found.len();
    let size = |count: u64| usize::try_from(count).unwrap_or(usize::MAX).min(250);
    let page: Vec<_> = match (count("first"), count("last")) {
        (None, Some(last)) => found[total.saturating_sub(size(last))..].to_vec(),
        (first, _) => found.into_iter().take(size(first.unwrap_or(50))).collect(),
    };
    let mut answer = Map::new();
    for inner in &field.fields {
        let value = match inner.name.as_str() {
            "nodes" => page
                .iter()
                .map(|one| project(all, one, &inner.fields))
                .collect::<Result<Value, _>>()?,
            "totalCount" => total.into(),
            "pageInfo" => {
                let info = json!({ "hasNextPage": total > page.len(), "endCursor": null });
                project(all, info.as_object().expect("an object"), &inner.fields)?
            }
            other => return Err(format!("Cannot query field \"{other}\" on a connection")),
        };
        answer.insert(inner.called.clone(), value);
    }
    Ok(Value::Object(answer))
}
