use serde::Serialize;
use serde_json::{Map, Value};

/// What an import changes, by slug.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Actions that were not there before.
    pub added: Vec<String>,
    /// Actions that are no more.
    pub removed: Vec<String>,
    /// Actions that are not what they were.
    pub changed: Vec<String>,
    /// The app itself, or its credential, is not what it was.
    pub app_changed: bool,
}

impl Difference {
    /// True when nothing changes.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What has changed from one manifest to the next.
///
/// ```
/// use keyway_manifest::openapi::difference;
/// use serde_json::json;
///
/// let before = json!({ "actions": { "a:x": {}, "a:y": {} } });
/// let after = json!({ "actions": { "a:y": { "title": "Y" }, "a:z": {} } });
/// let told = difference(&before, &after);
/// assert_eq!((told.added, told.removed, told.changed), (
///     vec!["a:z".to_owned()], vec!["a:x".to_owned()], vec!["a:y".to_owned()],
/// ));
/// ```
pub fn difference(before: &Value, after: &Value) -> Difference {
    let empty = Map::new();
    let actions = |manifest| {
        let actions = Value::get(manifest, "actions").and_then(Value::as_object);
        actions.unwrap_or(&empty)
    };
    let (old, new) = (actions(before), actions(after));
    let but = |one: &Map<String, Value>, other: &Map<String, Value>| {
        let names = one.keys().filter(|name| !other.contains_key(*name));
        names.cloned().collect::<Vec<_>>()
    };
    let changed = new
        .iter()
        .filter(|(name, action)| old.get(*name).is_some_and(|before| before != *action));
    Difference {
        added: but(new, old),
        removed: but(old, new),
        changed: changed.map(|(name, _)| name.clone()).collect(),
        app_changed: ["apps", "credentials"]
            .iter()
            .any(|key| before.get(*key) != after.get(*key)),
    }
}
