use std::fmt::Write as _;

use keyway_core::rpc::RawJson;
use keyway_core::shortened;
use serde_json::Value;

/// The most differences that are told.
const MOST: usize = 200;
/// The most characters of one side of a difference.
const LONGEST: usize = 8_000;

/// One place where two definitions of a tool differ.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    /// Where, as a JSON Pointer (RFC 6901) into the definition. Items of a list of words are not told
    /// apart by where they stand.
    pub path: String,
    /// What happened there.
    pub kind: DifferenceKind,
    /// What stood there: a text as it is, anything else as JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// What stands there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// What happened to a part of a definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DifferenceKind {
    /// It was not there before.
    Added,
    /// It is not there any more.
    Removed,
    /// It is another one.
    Changed,
}

/// Where two definitions of a tool differ, in the order of their members; without the first one, all
/// that the second says. Long texts are cut.
///
/// ```
/// use keyway_app::trust::difference;
/// use keyway_core::rpc::RawJson;
///
/// let raw = |text: &str| RawJson::parse(text.to_owned().into()).unwrap();
/// let before = raw(r#"{"name":"t","inputSchema":{"required":["a","b"]}}"#);
/// let after = raw(r#"{"name":"t","inputSchema":{"required":["a"]},"title":"T"}"#);
/// let found = difference(Some(&before), &after);
/// assert_eq!(found[0].path, "/inputSchema/required");
/// assert_eq!(found[0].before.as_deref(), Some("b"));
/// assert_eq!(found[1].path, "/title");
/// ```
pub fn difference(before: Option<&RawJson>, after: &RawJson) -> Vec<Difference> {
    let before = before.map(read);
    let nothing = Value::Object(serde_json::Map::new());
    let mut found = Vec::new();
    walk(
        &mut String::new(),
        before.as_ref().unwrap_or(&nothing),
        &read(after),
        &mut found,
    );
    found
}

/// A definition as a value. What cannot be read (half a pair of surrogates) is one text.
pub(super) fn read(definition: &RawJson) -> Value {
    let value = definition.read();
    value.unwrap_or_else(|_| Value::String(definition.as_str().to_owned()))
}

fn walk(path: &mut String, before: &Value, after: &Value, found: &mut Vec<Difference>) {
    if found.len() >= MOST || before == after {
        return;
    }
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            let gone = before.keys().filter(|key| !after.contains_key(*key));
            let keys: Vec<_> = after.keys().chain(gone).collect();
            for key in keys {
                let length = path.len();
                path.push('/');
                path.push_str(&key.replace('~', "~0").replace('/', "~1"));
                match (before.get(key), after.get(key)) {
                    (Some(before), Some(after)) => walk(path, before, after, found),
                    (before, after) => add(path, before, after, found),
                }
                path.truncate(length);
            }
        }
        (Value::Array(one), Value::Array(other)) if words(one) && words(other) => {
            for gone in one.iter().filter(|item| !other.contains(item)) {
                add(path, Some(gone), None, found);
            }
            for new in other.iter().filter(|item| !one.contains(item)) {
                add(path, None, Some(new), found);
            }
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            for (at, (before, after)) in one.iter().zip(other).enumerate() {
                let length = path.len();
                let _ = write!(path, "/{at}");
                walk(path, before, after, found);
                path.truncate(length);
            }
        }
        _ => add(path, Some(before), Some(after), found),
    }
}

fn words(items: &[Value]) -> bool {
    items.iter().all(Value::is_string)
}

fn add(path: &str, before: Option<&Value>, after: Option<&Value>, found: &mut Vec<Difference>) {
    if found.len() >= MOST {
        return;
    }
    found.push(Difference {
        path: path.to_owned(),
        kind: match (before, after) {
            (None, _) => DifferenceKind::Added,
            (_, None) => DifferenceKind::Removed,
            _ => DifferenceKind::Changed,
        },
        before: before.map(shown),
        after: after.map(shown),
    });
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => shortened(text, LONGEST),
        other => {
            let text = serde_json::to_string_pretty(other).unwrap_or_default();
            shortened(&text, LONGEST)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(text: &str) -> RawJson {
        RawJson::parse(text.to_owned().into()).unwrap()
    }

    fn told(before: &str, after: &str) -> Vec<(String, Option<String>, Option<String>)> {
        let found = difference(Some(&raw(before)), &raw(after));
        let told = found.into_iter();
        told.map(|one| (one.path, one.before, one.after)).collect()
    }

    #[test]
    fn schemas_differ_per_path() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            told(
                r#"{"name":"t","inputSchema":{"properties":{"a/b":{"type":"string"},"gone":{}}}}"#,
                r#"{"name":"t","inputSchema":{"properties":{"a/b":{"type":["string","null"]},"new":{"type":"string"}}}}"#,
            ),
            [
                (
                    "/inputSchema/properties/a~1b/type".to_owned(),
                    some("string"),
                    some("[\n  \"string\",\n  \"null\"\n]")
                ),
                (
                    "/inputSchema/properties/new".to_owned(),
                    None,
                    some("{\n  \"type\": \"string\"\n}")
                ),
                ("/inputSchema/properties/gone".to_owned(), some("{}"), None),
            ]
        );
        assert_eq!(
            told(r#"{"a":[1,{"b":1}]}"#, r#"{"a":[1,{"b":2}]}"#).len(),
            1
        );
        assert!(told(r#"{"a":1,"b":2}"#, r#"{"b":2,"a":1}"#).is_empty());
    }

    #[test]
    fn a_giant_is_cut() {
        let long = format!(r#"{{"description":"{}"}}"#, "x".repeat(1 << 20));
        let found = difference(Some(&raw("{}")), &raw(&long));
        let after = found[0].after.as_deref().unwrap();
        assert!(after.len() < LONGEST + 100 && after.contains("1048576 characters"));
        let members: Vec<_> = (0..5_000).map(|at| format!(r#""m{at}":{at}"#)).collect();
        let wide = raw(&format!("{{{}}}", members.join(",")));
        assert_eq!(difference(None, &wide).len(), MOST);
    }
}
