use serde_json::{Map, Value, json};

use super::merge::merge;
use super::pool::{Schemas, reference};
use super::{DEFS, Direction, keywords};
use crate::openapi::children::{LIST, ONE};
use crate::openapi::report::Report;
use crate::openapi::resolver::Node;

/// How deep schemas may nest without a reference between.
const MAX_DEPTH: usize = 48;
/// The most bytes of schemas that are merged into one.
const MAX_MERGED: usize = 96 << 10;

impl<'a> Schemas<'a> {
    /// A schema of the document as JSON Schema 2020-12, whose references are to `#/$defs/`.
    pub(in super::super) fn convert(
        &mut self,
        node: &Node<'a>,
        way: Direction,
        report: &mut Report,
    ) -> Value {
        Conversion {
            schemas: self,
            way,
            report,
        }
        .schema(node, 0)
    }
}

struct Conversion<'s, 'a, 'r> {
    schemas: &'s mut Schemas<'a>,
    way: Direction,
    report: &'r mut Report,
}

impl<'a> Conversion<'_, 'a, '_> {
    fn schema(&mut self, node: &Node<'a>, depth: usize) -> Value {
        let map = match node.value {
            Value::Bool(_) => return node.value.clone(),
            Value::Object(map) => map,
            _ => {
                self.report.loosened("a schema is no object");
                return json!({});
            }
        };
        if depth > MAX_DEPTH || !self.schemas.charge() {
            self.report
                .loosened("a schema is too deep, or the document has too many");
            return json!({});
        }
        if let Some(to) = map.get("$ref").and_then(Value::as_str) {
            return self.referring(node, map, to, depth);
        }
        let converted = self.keywords(node, map, depth);
        self.combined(converted)
    }

    fn referring(
        &mut self,
        node: &Node<'a>,
        map: &'a Map<String, Value>,
        to: &str,
        depth: usize,
    ) -> Value {
        let name = match self.schemas.intern(&node.document, to, self.way) {
            Ok(name) => name,
            Err(reason) => {
                self.report.loosened(reason);
                return json!({});
            }
        };
        let mut schema = if self.schemas.bare_references {
            let kept =
                |(key, _): &(&String, &Value)| matches!(key.as_str(), "description" | "title");
            let kept = map.iter().filter(kept);
            kept.filter(|(_, value)| value.is_string())
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect()
        } else {
            let mut beside = self.keywords(node, map, depth);
            beside.remove("$ref");
            beside
        };
        schema.insert("$ref".into(), format!("{DEFS}{name}").into());
        Value::Object(schema)
    }

    /// Every keyword that means something, in the order of the document.
    fn keywords(
        &mut self,
        node: &Node<'a>,
        map: &'a Map<String, Value>,
        depth: usize,
    ) -> Map<String, Value> {
        let mut out = Map::new();
        for (keyword, value) in map {
            let name = keyword.as_str();
            let below = node.with(value);
            if name == "items" && value.is_array() {
                let items = self.list(&below, depth);
                out.insert("prefixItems".into(), items);
            } else if ONE.contains(&name) {
                out.insert(keyword.clone(), self.schema(&below, depth + 1));
            } else if LIST.contains(&name) {
                if value.as_array().is_some_and(|all| !all.is_empty()) {
                    out.insert(keyword.clone(), self.list(&below, depth));
                }
            } else if matches!(
                name,
                "properties" | "patternProperties" | "dependentSchemas"
            ) {
                self.named(&below, keyword, depth, &mut out);
            } else if name == "$dynamicRef" || name == "$recursiveRef" {
                self.report.loosened(format!("{name} is not followed"));
            } else if name == "pattern" {
                self.pattern(value, &mut out);
            } else if let Some((keyword, value)) = keywords::plain(name, value) {
                out.insert(keyword.into(), value);
            } else if keywords::is_wrong(name) {
                self.report.loosened(format!(
                    "the keyword {name} has a value that it cannot have"
                ));
            }
        }
        keywords::bounds(map, &mut out);
        required(map, &mut out);
        let discriminated = map.contains_key("discriminator");
        if discriminated || self.way == Direction::Answer {
            keywords::any_instead_of_one(&mut out);
        }
        if map.get("nullable") == Some(&Value::Bool(true)) {
            keywords::nullable(&mut out);
        }
        if self.way == Direction::Answer {
            keywords::described(&mut out);
        }
        out
    }

    fn list(&mut self, node: &Node<'a>, depth: usize) -> Value {
        let all = node.value.as_array().into_iter().flatten();
        all.map(|one| self.schema(&node.with(one), depth + 1))
            .collect()
    }

    fn named(
        &mut self,
        node: &Node<'a>,
        keyword: &str,
        depth: usize,
        out: &mut Map<String, Value>,
    ) {
        let Some(map) = node.value.as_object() else {
            self.report.loosened(format!("{keyword} is no object"));
            return;
        };
        let mut named = Map::new();
        for (name, value) in map {
            let below = node.with(value);
            if keyword == "properties" && self.hides(&below) {
                continue;
            }
            if keyword == "patternProperties" && !self.usable(name) {
                self.report
                    .loosened("a pattern cannot be checked here and is left out");
                continue;
            }
            named.insert(name.clone(), self.schema(&below, depth + 1));
        }
        out.insert(keyword.to_owned(), Value::Object(named));
    }

    /// True for a property that does not go this way.
    fn hides(&self, node: &Node<'a>) -> bool {
        let hidden = self.way.hidden();
        node.says(hidden)
            || node.text("$ref").is_some_and(|to| {
                let target = self.schemas.resolver.target(&node.document, to);
                target.is_ok_and(|(_, node)| node.says(hidden))
            })
    }

    fn pattern(&mut self, value: &Value, out: &mut Map<String, Value>) {
        match value.as_str() {
            Some(pattern) if self.usable(pattern) => {
                out.insert("pattern".into(), pattern.into());
            }
            _ => self
                .report
                .loosened("a pattern cannot be checked here and is left out"),
        }
    }

    fn usable(&mut self, pattern: &str) -> bool {
        if let Some(known) = self.schemas.patterns.get(pattern) {
            return *known;
        }
        let good = keyway_core::action::Schema::compile(&json!({ "pattern": pattern })).is_ok();
        self.schemas.patterns.insert(pattern.to_owned(), good);
        good
    }

    /// `allOf` merged where that says the same, and lists of one unpacked.
    fn combined(&mut self, mut map: Map<String, Value>) -> Value {
        if let Some(Value::Array(parts)) = map.get("allOf").cloned() {
            let mut bytes = 0;
            let opened = parts.iter().map(|part| self.opened(part, &mut bytes));
            let opened: Vec<Value> = opened.collect();
            let mut rest = map.clone();
            rest.remove("allOf");
            if bytes <= MAX_MERGED
                && let Some(merged) = merge(&opened, &rest)
            {
                return Value::Object(merged);
            }
            if let [one] = parts.as_slice()
                && rest.keys().all(|key| keywords::is_annotation(key))
                && let Some(one) = one.as_object()
            {
                let mut one = one.clone();
                one.extend(rest);
                return Value::Object(one);
            }
        }
        for keyword in ["anyOf", "oneOf"] {
            if let Some(Value::Array(parts)) = map.get(keyword)
                && let [Value::Object(one)] = parts.as_slice()
                && map
                    .keys()
                    .all(|key| key == keyword || keywords::is_annotation(key))
            {
                let mut one = one.clone();
                map.remove(keyword);
                one.extend(map);
                return Value::Object(one);
            }
        }
        Value::Object(map)
    }

    /// What a part of an `allOf` says, its reference followed; itself where that leads in a circle or
    /// is too large. Adds to the bytes there are.
    fn opened(&mut self, part: &Value, bytes: &mut usize) -> Value {
        let only = part.as_object().is_some_and(|part| part.len() == 1);
        let Some(name) = reference(part).filter(|_| only).map(str::to_owned) else {
            return part.clone();
        };
        let Some(named) = self.schemas.named(&name, self.way, self.report) else {
            return part.clone();
        };
        *bytes += named.bytes;
        if *bytes > MAX_MERGED {
            return part.clone();
        }
        named.schema.clone()
    }
}

/// `required` without what is hidden or named twice.
fn required(map: &Map<String, Value>, out: &mut Map<String, Value>) {
    let Some(all) = map.get("required").and_then(Value::as_array) else {
        return;
    };
    let given = map.get("properties").and_then(Value::as_object);
    let left = out.get("properties").and_then(Value::as_object);
    let hidden = |name: &str| {
        given.is_some_and(|given| given.contains_key(name))
            && left.is_none_or(|left| !left.contains_key(name))
    };
    let mut required: Vec<&str> = Vec::new();
    for name in all.iter().filter_map(Value::as_str) {
        if !required.contains(&name) && !hidden(name) {
            required.push(name);
        }
    }
    if !required.is_empty() {
        out.insert("required".into(), required.into());
    }
}
