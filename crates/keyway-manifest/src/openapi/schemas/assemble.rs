use std::collections::{BTreeMap, HashMap, VecDeque};
use std::rc::Rc;

use serde_json::{Map, Value, json};

use super::pool::{Converted, Schemas, beside, reference};
use super::prune::prune;
use super::{DEFS, Direction};
use crate::openapi::children;
use crate::openapi::report::Report;

/// Schemas of at most so many bytes are written where they are referred to.
const SMALL: usize = 200;

impl Schemas<'_> {
    /// A schema that stands for itself: what it refers to is in its `$defs`, or in its place where that
    /// is once or small. What is beyond the budget is left open.
    pub(in super::super) fn assemble(
        &mut self,
        schema: Value,
        way: Direction,
        report: &mut Report,
    ) -> Value {
        let budget = way.budget();
        let mut root = Converted::new(schema);
        let mut is_cut = false;
        if root.bytes > budget {
            root = Converted::new(prune(root.schema, budget));
            is_cut = true;
        }
        let mut taken: HashMap<String, Rc<Converted>> = HashMap::new();
        let mut counts: HashMap<String, usize> = HashMap::new();
        let mut bytes = root.bytes;
        let mut queue: VecDeque<String> = root.references.iter().cloned().collect();
        while let Some(name) = queue.pop_front() {
            if taken.contains_key(&name) {
                continue;
            }
            let Some(def) = self.named(&name, way, report) else {
                continue;
            };
            if bytes + def.bytes > budget {
                is_cut = true;
                continue;
            }
            bytes += def.bytes;
            queue.extend(def.references.iter().cloned());
            count(&def.schema, &mut counts);
            taken.insert(name, def);
        }
        count(&root.schema, &mut counts);
        if is_cut {
            let what = match way {
                Direction::Request => "the schema of the input",
                Direction::Answer => "the schema of the answer",
            };
            report.loosened(format!(
                "{what} is larger than {} KiB; its deepest parts are open",
                budget >> 10
            ));
        }
        Writing { taken, counts }.whole(root.schema)
    }
}

struct Writing {
    taken: HashMap<String, Rc<Converted>>,
    counts: HashMap<String, usize>,
}

impl Writing {
    fn whole(&self, mut root: Value) -> Value {
        self.expand(&mut root, &mut Vec::new());
        let mut defs: BTreeMap<String, Value> = BTreeMap::new();
        let mut open: VecDeque<String> = names(&root);
        while let Some(name) = open.pop_front() {
            if defs.contains_key(&name) {
                continue;
            }
            let Some(def) = self.taken.get(&name) else {
                continue;
            };
            let mut schema = def.schema.clone();
            self.expand(&mut schema, &mut vec![name.clone()]);
            open.extend(names(&schema));
            defs.insert(name, schema);
        }
        if !defs.is_empty()
            && let Some(root) = root.as_object_mut()
        {
            let defs: Map<String, Value> = defs.into_iter().collect();
            root.insert("$defs".into(), Value::Object(defs));
        }
        root
    }

    /// Writes out what is once or small; `stack` are the names that are being written out.
    fn expand(&self, schema: &mut Value, stack: &mut Vec<String>) {
        if let Some(name) = reference(schema).map(str::to_owned) {
            let siblings = schema.as_object().cloned();
            match self.taken.get(&name) {
                None => *schema = beside(&json!({}), siblings.as_ref()),
                Some(def) if self.in_place(&name, def) && !stack.contains(&name) => {
                    let mut written = def.schema.clone();
                    stack.push(name);
                    self.expand(&mut written, stack);
                    stack.pop();
                    *schema = over(written, siblings.as_ref());
                    return;
                }
                Some(_) => {}
            }
        }
        if let Some(map) = schema.as_object_mut() {
            children::each_mut(map, &mut |child| self.expand(child, stack));
        }
    }

    fn in_place(&self, name: &str, def: &Converted) -> bool {
        self.counts.get(name) == Some(&1) || (def.bytes <= SMALL && def.references.is_empty())
    }
}

/// What was written out, with what stood beside the reference: over it where that only tells, and with
/// it where it restricts.
fn over(written: Value, siblings: Option<&Map<String, Value>>) -> Value {
    let rest = siblings
        .into_iter()
        .flatten()
        .filter(|(key, _)| *key != "$ref");
    let rest: Map<String, Value> = rest
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    let clashes = rest
        .keys()
        .any(|key| !super::keywords::is_annotation(key) && written.get(key).is_some());
    if clashes {
        let mut both = rest;
        let all = match both.remove("allOf") {
            Some(Value::Array(mut all)) => {
                all.push(written);
                all
            }
            _ => vec![written],
        };
        both.insert("allOf".into(), all.into());
        return Value::Object(both);
    }
    beside(&written, Some(&rest))
}

fn count(schema: &Value, counts: &mut HashMap<String, usize>) {
    if let Some(name) = reference(schema) {
        *counts.entry(name.to_owned()).or_default() += 1;
    }
    children::each(schema, &mut |child| count(child, counts));
}

fn names(schema: &Value) -> VecDeque<String> {
    let mut counts = HashMap::new();
    count(schema, &mut counts);
    let mut names: Vec<String> = counts.into_keys().collect();
    names.sort();
    debug_assert!(!names.iter().any(|name| name.starts_with(DEFS)));
    names.into()
}
