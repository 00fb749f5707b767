use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use url::Url;

use super::children;

/// How deep a document is looked through for references.
const MAX_DEPTH: usize = 128;

/// Documents that references lead to, by absolute URL without fragment.
pub trait Documents {
    /// The document, or why it is not to be had: a sentence without a full stop.
    fn get(&self, url: &str) -> Result<&Value, String>;
}

/// No other documents.
#[derive(Debug, Clone, Copy, Default)]
pub struct Alone;

impl Documents for Alone {
    fn get(&self, _: &str) -> Result<&Value, String> {
        Err("there are no other documents here".to_owned())
    }
}

impl Documents for BTreeMap<String, Result<Value, String>> {
    fn get(&self, url: &str) -> Result<&Value, String> {
        match BTreeMap::get(self, url) {
            Some(Ok(document)) => Ok(document),
            Some(Err(reason)) => Err(reason.clone()),
            None => Err("it was not fetched".to_owned()),
        }
    }
}

/// The other documents that a document refers to, as absolute URLs without fragment.
///
/// ```
/// use keyway_manifest::openapi::wanted;
/// use serde_json::json;
///
/// let document = json!({ "paths": { "/pets": { "$ref": "pets.yaml#/all" } } });
/// let wanted = wanted(&document, "https://acme.example/api/openapi.yaml");
/// assert_eq!(wanted.into_iter().collect::<Vec<_>>(), ["https://acme.example/api/pets.yaml"]);
/// ```
pub fn wanted(document: &Value, url: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    if let Ok(base) = Url::parse(url) {
        look(document, &base, (0, Members::Keywords), &mut found);
    }
    found
}

/// What the members of an object are: keywords of a format, or names that someone chose.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Members {
    Keywords,
    Names,
}

fn look(value: &Value, base: &Url, at: (usize, Members), found: &mut BTreeSet<String>) {
    let (depth, members) = at;
    if depth > MAX_DEPTH {
        return;
    }
    match value {
        Value::Array(all) => all
            .iter()
            .for_each(|one| look(one, base, (depth + 1, Members::Keywords), found)),
        Value::Object(map) => {
            if let Some(reference) = map.get("$ref").and_then(Value::as_str) {
                found.extend(elsewhere(base, reference));
            }
            for (key, value) in map {
                if members == Members::Keywords && children::is_data(key, value) {
                    continue;
                }
                let below = match key.as_str() {
                    "properties" | "schemas" if members == Members::Keywords => Members::Names,
                    _ => Members::Keywords,
                };
                look(value, base, (depth + 1, below), found);
            }
        }
        _ => {}
    }
}

fn elsewhere(base: &Url, reference: &str) -> Option<String> {
    let (path, _) = reference.split_once('#').unwrap_or((reference, ""));
    if path.is_empty() {
        return None;
    }
    let target = base.join(path).ok()?;
    (target != *base).then(|| target.to_string())
}
