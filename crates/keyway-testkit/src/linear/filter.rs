use serde_json::Value;

use super::entity::{Entities, Entity, Link, link};

/// Whether a thing passes a filter (<https://linear.app/developers/filtering>).
pub(super) fn passes(all: &Entities, entity: &Entity, filter: &Value) -> Result<bool, String> {
    let Some(filter) = filter.as_object() else {
        return Ok(true);
    };
    for (name, wanted) in filter {
        let passes = match (name.as_str(), wanted.as_array()) {
            ("and", Some(filters)) => every(all, entity, filters)?,
            ("or", Some(filters)) => {
                // One of none is no condition at Linear either.
                let mut any = filters.is_empty();
                for filter in filters {
                    any |= passes(all, entity, filter)?;
                }
                any
            }
            _ => {
                let value = entity
                    .get(name)
                    .ok_or_else(|| format!("\"{name}\" is no filter"))?;
                field(all, value, wanted)?
            }
        };
        if !passes {
            return Ok(false);
        }
    }
    Ok(true)
}

fn every(all: &Entities, entity: &Entity, filters: &[Value]) -> Result<bool, String> {
    for filter in filters {
        if !passes(all, entity, filter)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn field(all: &Entities, value: &Value, wanted: &Value) -> Result<bool, String> {
    match link(value) {
        Link::One(id) => all
            .get(&id)
            .map_or(Ok(false), |other| passes(all, other, wanted)),
        Link::Many(ids) => {
            let some = wanted.get("some").ok_or("expected `some`")?;
            for id in ids {
                if let Some(other) = all.get(&id)
                    && passes(all, other, some)?
                {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        Link::Value if value.is_null() => Ok(wanted.get("null") == Some(&Value::Bool(true))),
        Link::Value => {
            let comparators = wanted.as_object().ok_or("expected a comparator")?;
            for (comparator, to) in comparators {
                if !compare(comparator, value, to)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
    }
}

fn compare(comparator: &str, value: &Value, to: &Value) -> Result<bool, String> {
    let lower = |value: &Value| value.as_str().unwrap_or_default().to_lowercase();
    Ok(match comparator {
        "eq" => value == to,
        "neq" => value != to,
        "in" => to.as_array().is_some_and(|all| all.contains(value)),
        "eqIgnoreCase" => lower(value) == lower(to),
        "containsIgnoreCase" => lower(value).contains(&lower(to)),
        "null" => to == &Value::Bool(false),
        other => return Err(format!("\"{other}\" is no comparator")),
    })
}
