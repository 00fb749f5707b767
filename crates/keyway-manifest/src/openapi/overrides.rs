use keyway_core::names::ACTION_SLUG;
use serde_json::{Map, Value};

use super::report::{Effect, Unmapped};

/// Why a file of overrides cannot be used: where, as a JSON pointer, and what was expected there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{expected}")]
pub struct BadOverrides {
    /// Where.
    pub pointer: String,
    /// What was expected.
    pub expected: String,
}

impl BadOverrides {
    fn at(path: &[&str], expected: impl Into<String>) -> Self {
        let escaped = path
            .iter()
            .map(|key| key.replace('~', "~0").replace('/', "~1"));
        Self {
            pointer: escaped.fold(String::new(), |pointer, key| pointer + "/" + &key),
            expected: expected.into(),
        }
    }
}

/// Puts a person's changes over what an import made. Under `app`, `credential` and
/// `actions.<slug>` stand JSON merge patches (RFC 7386); an action may also be renamed (`rename`) or
/// dropped (`drop: true`). Overrides of actions that are not there are told and change nothing.
///
/// ```
/// use keyway_manifest::openapi::apply_overrides;
/// use serde_json::json;
///
/// let mut manifest = json!({ "apps": { "acme": {} }, "actions": { "acme:a": { "title": "A" }, "acme:b": {} } });
/// let overrides = json!({ "actions": {
///     "acme:a": { "rename": "acme:first", "title": null, "expose": ["mcp"] },
///     "acme:b": { "drop": true },
/// } });
/// apply_overrides(&mut manifest, "acme", &overrides).unwrap();
/// assert_eq!(manifest["actions"], json!({ "acme:first": { "expose": ["mcp"] } }));
/// ```
pub fn apply(
    manifest: &mut Value,
    app: &str,
    overrides: &Value,
) -> Result<Vec<Unmapped>, BadOverrides> {
    let mut told = Vec::new();
    let Some(overrides) = object(overrides, &[])? else {
        return Ok(told);
    };
    for (key, value) in overrides {
        match key.as_str() {
            "app" | "credential" => {
                let section = if key == "app" { "apps" } else { "credentials" };
                let Some(patch) = object(value, &[key])? else {
                    continue;
                };
                match manifest
                    .get_mut(section)
                    .and_then(|section| section.get_mut(app))
                {
                    Some(target) => merge(target, &Value::Object(patch.clone())),
                    None => told.push(unused(
                        &format!("/{key}"),
                        "there is no credential to change",
                    )),
                }
            }
            "actions" => {
                if let Some(actions) = object(value, &[key])? {
                    told.extend(change(manifest, actions)?);
                }
            }
            _ => {
                let expected = "expected app, credential or actions";
                return Err(BadOverrides::at(&[key], expected));
            }
        }
    }
    Ok(told)
}

fn change(
    manifest: &mut Value,
    changes: &Map<String, Value>,
) -> Result<Vec<Unmapped>, BadOverrides> {
    let mut told = Vec::new();
    let Some(Value::Object(actions)) = manifest.get_mut("actions") else {
        return Ok(told);
    };
    for slug in changes.keys().filter(|slug| !actions.contains_key(*slug)) {
        told.push(unused(slug, "no action of this name is imported"));
    }
    let mut kept = Map::with_capacity(actions.len());
    for (slug, mut action) in std::mem::take(actions) {
        let at = ["actions", slug.as_str()];
        let patch = match changes.get(&slug) {
            Some(patch) => object(patch, &at)?,
            None => None,
        };
        let Some(patch) = patch else {
            put(&mut kept, slug.clone(), action, &at)?;
            continue;
        };
        let mut patch = patch.clone();
        match patch.remove("drop") {
            None | Some(Value::Bool(false)) => {}
            Some(Value::Bool(true)) => continue,
            Some(_) => {
                return Err(BadOverrides::at(
                    &["actions", &slug, "drop"],
                    "expected true or false",
                ));
            }
        }
        let name = match patch.remove("rename") {
            None => slug.clone(),
            Some(Value::String(name)) if ACTION_SLUG.allows(&name) => name,
            Some(_) => {
                let expected = format!("expected {}", ACTION_SLUG.expectation());
                return Err(BadOverrides::at(&["actions", &slug, "rename"], expected));
            }
        };
        merge(&mut action, &Value::Object(patch));
        put(&mut kept, name, action, &at)?;
    }
    *actions = kept;
    Ok(told)
}

fn put(
    all: &mut Map<String, Value>,
    name: String,
    action: Value,
    at: &[&str],
) -> Result<(), BadOverrides> {
    if all.insert(name, action).is_some() {
        return Err(BadOverrides::at(
            at,
            "expected a name that no other action has",
        ));
    }
    Ok(())
}

fn object<'v>(
    value: &'v Value,
    at: &[&str],
) -> Result<Option<&'v Map<String, Value>>, BadOverrides> {
    match value {
        Value::Null => Ok(None),
        Value::Object(map) => Ok(Some(map)),
        _ => Err(BadOverrides::at(at, "expected a mapping")),
    }
}

fn unused(place: &str, reason: &str) -> Unmapped {
    Unmapped {
        effect: Effect::Noted,
        place: format!("overrides: {place}"),
        reason: reason.to_owned(),
    }
}

/// JSON merge patch (RFC 7386, section 2).
fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Value::Object(target) = target else {
        return;
    };
    for (key, value) in patch {
        if value.is_null() {
            target.shift_remove(key);
        } else {
            merge(target.entry(key.clone()).or_insert(Value::Null), value);
        }
    }
}
