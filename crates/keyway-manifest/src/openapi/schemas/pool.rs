use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use serde_json::{Map, Value};

use super::{DEFS, Direction};
use crate::openapi::report::Report;
use crate::openapi::resolver::{Key, Node, Resolver};

/// The most schema objects one import converts.
const MAX_NODES: usize = 2_000_000;

/// How many named schemas may be converted one within another, as `allOf` makes it necessary.
const MAX_NESTED: usize = 32;

/// Schemas of a document as they are converted, those that have a name once each.
pub(in super::super) struct Schemas<'a> {
    pub(super) resolver: &'a Resolver<'a>,
    pub(super) nodes: usize,
    /// True for 3.0, where what stands beside a `$ref` means nothing.
    pub(super) bare_references: bool,
    pub(super) patterns: HashMap<String, bool>,
    request: Pool<'a>,
    answer: Pool<'a>,
}

/// What has been referred to, going one way.
#[derive(Default)]
pub(super) struct Pool<'a> {
    names: HashMap<Key, String>,
    pub(super) defs: HashMap<String, Def<'a>>,
    pub(super) converting: HashSet<String>,
}

/// A schema that was referred to.
pub(super) struct Def<'a> {
    pub(super) node: Node<'a>,
    pub(super) converted: Option<Rc<Converted>>,
}

/// A converted schema: itself, the names it refers to, how many bytes it has.
pub(super) struct Converted {
    pub(super) schema: Value,
    pub(super) references: BTreeSet<String>,
    pub(super) bytes: usize,
}

impl<'a> Schemas<'a> {
    pub(in super::super) fn new(resolver: &'a Resolver<'a>, version: &str) -> Self {
        Self {
            resolver,
            nodes: 0,
            bare_references: version.starts_with("3.0"),
            patterns: HashMap::new(),
            request: Pool::default(),
            answer: Pool::default(),
        }
    }

    pub(super) fn pool(&mut self, way: Direction) -> &mut Pool<'a> {
        match way {
            Direction::Request => &mut self.request,
            Direction::Answer => &mut self.answer,
        }
    }

    /// Charges one more schema object; false once there were too many.
    pub(super) fn charge(&mut self) -> bool {
        self.nodes = self.nodes.saturating_add(1);
        self.nodes <= MAX_NODES
    }

    /// The name of what a reference leads to.
    pub(super) fn intern(
        &mut self,
        from: &Rc<str>,
        reference: &str,
        way: Direction,
    ) -> Result<String, String> {
        let (key, node) = self.resolver.target(from, reference)?;
        let pool = self.pool(way);
        if let Some(name) = pool.names.get(&key) {
            return Ok(name.clone());
        }
        let wanted = wanted(&key);
        let name = (1..=MAX_NODES)
            .map(|number| match number {
                1 => wanted.clone(),
                _ => format!("{wanted}_{number}"),
            })
            .find(|name| !pool.defs.contains_key(name))
            .unwrap_or(wanted);
        pool.names.insert(key, name.clone());
        let converted = None;
        pool.defs.insert(name.clone(), Def { node, converted });
        Ok(name)
    }

    /// What stands behind a name; `None` while it is being converted, or for no name.
    pub(super) fn named(
        &mut self,
        name: &str,
        way: Direction,
        report: &mut Report,
    ) -> Option<Rc<Converted>> {
        let pool = self.pool(way);
        let def = pool.defs.get(name)?;
        if let Some(converted) = &def.converted {
            return Some(Rc::clone(converted));
        }
        let node = def.node.clone();
        if pool.converting.len() >= MAX_NESTED || !pool.converting.insert(name.to_owned()) {
            return None;
        }
        let schema = self.convert(&node, way, report);
        let converted = Rc::new(Converted::new(schema));
        let pool = self.pool(way);
        pool.converting.remove(name);
        if let Some(def) = pool.defs.get_mut(name) {
            def.converted = Some(Rc::clone(&converted));
        }
        Some(converted)
    }

    /// A schema that is nothing but a reference, replaced by what it refers to.
    pub(in super::super) fn opened(
        &mut self,
        schema: &Value,
        way: Direction,
        report: &mut Report,
    ) -> Value {
        let mut schema = schema.clone();
        for _ in 0..8 {
            let Some(name) = reference(&schema).map(str::to_owned) else {
                break;
            };
            let Some(named) = self.named(&name, way, report) else {
                break;
            };
            schema = beside(&named.schema, schema.as_object());
        }
        schema
    }
}

impl Converted {
    pub(super) fn new(schema: Value) -> Self {
        let mut references = BTreeSet::new();
        collect(&schema, &mut references);
        let bytes = schema.to_string().len();
        Self {
            schema,
            references,
            bytes,
        }
    }
}

/// The name a schema refers to.
pub(super) fn reference(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix(DEFS)
}

/// A schema, with what stood beside the reference to it put over it.
pub(super) fn beside(schema: &Value, siblings: Option<&Map<String, Value>>) -> Value {
    let siblings = siblings
        .into_iter()
        .flatten()
        .filter(|(key, _)| *key != "$ref");
    let mut siblings = siblings.peekable();
    if siblings.peek().is_none() {
        return schema.clone();
    }
    let Some(map) = schema.as_object() else {
        return siblings
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
    };
    let mut map = map.clone();
    for (key, value) in siblings {
        map.insert(key.clone(), value.clone());
    }
    Value::Object(map)
}

fn collect(schema: &Value, references: &mut BTreeSet<String>) {
    if let Some(name) = reference(schema) {
        references.insert(name.to_owned());
    }
    crate::openapi::children::each(schema, &mut |child| collect(child, references));
}

/// The last word of where it stands: `#/components/schemas/Pet` → `Pet`.
fn wanted(key: &Key) -> String {
    let of_file = || {
        let file = key.document.rsplit('/').next().unwrap_or_default();
        file.split('.').next().unwrap_or_default()
    };
    let last = key
        .pointer
        .rsplit('/')
        .next()
        .filter(|last| !last.is_empty());
    let clean: String = last
        .unwrap_or_else(of_file)
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || "_-.".contains(c) {
                c
            } else {
                '_'
            }
        })
        .take(80)
        .collect();
    if clean.is_empty() {
        "schema".to_owned()
    } else {
        clean
    }
}
