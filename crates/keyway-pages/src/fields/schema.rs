use serde_json::{Map, Value};

/// How many references and alternatives are followed into each other.
const DEPTH: usize = 8;

/// One property of an object schema, with the local references and alternatives it is made of.
pub(super) struct Property<'a> {
    pub(super) name: &'a str,
    pub(super) required: bool,
    parts: Vec<&'a Value>,
}

impl<'a> Property<'a> {
    /// The properties of a schema, in the order in which they are declared; those of a reference or
    /// of an `allOf`, such as a flattened struct, where that stands.
    pub(super) fn all(schema: &'a Value) -> Vec<Self> {
        let mut objects = Vec::new();
        collect(schema, schema, 0, &mut objects);
        let mut found: Vec<Self> = Vec::new();
        for object in &objects {
            let properties = object.get("properties").and_then(Value::as_object);
            for (name, property) in properties.into_iter().flat_map(Map::iter) {
                if found.iter().any(|other| other.name == name) {
                    continue;
                }
                let mut parts = Vec::new();
                collect(schema, property, 0, &mut parts);
                found.push(Self {
                    name,
                    required: objects.iter().any(|object| requires(object, name)),
                    parts,
                });
            }
        }
        found
    }

    /// What a keyword says, the property's own before that of what it refers to.
    pub(super) fn keyword(&self, keyword: &str) -> Option<&'a Value> {
        self.parts.iter().find_map(|part| part.get(keyword))
    }

    /// True when values of this JSON type belong here.
    pub(super) fn is(&self, kind: &str) -> bool {
        self.parts.iter().any(|part| match part.get("type") {
            Some(Value::String(one)) => one == kind,
            Some(Value::Array(all)) => all.iter().any(|one| one == kind),
            _ => false,
        })
    }

    /// The values it is one of, `null` apart, and how each is described.
    pub(super) fn choices(&self) -> impl Iterator<Item = (&'a Value, Option<&'a str>)> {
        self.parts.iter().flat_map(|part| {
            let described = part.get("description").and_then(Value::as_str);
            let constant = part.get("const").into_iter();
            let constant = constant.map(move |value| (value, described));
            let listed = part.get("enum").and_then(Value::as_array);
            let listed = listed.into_iter().flatten().map(|value| (value, None));
            constant.chain(listed)
        })
    }
}

fn requires(object: &Value, name: &str) -> bool {
    let required = object.get("required").and_then(Value::as_array);
    required.is_some_and(|all| all.iter().any(|one| one == name))
}

/// A schema and what it is put together from, itself first and each part once.
fn collect<'a>(root: &'a Value, schema: &'a Value, depth: usize, into: &mut Vec<&'a Value>) {
    if depth > DEPTH || into.iter().any(|known| std::ptr::eq(*known, schema)) {
        return;
    }
    into.push(schema);
    let reference = schema
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(|reference| root.pointer(reference.strip_prefix('#')?));
    let lists = ["allOf", "anyOf", "oneOf"]
        .into_iter()
        .filter_map(|keyword| schema.get(keyword)?.as_array())
        .flatten();
    for part in reference.into_iter().chain(lists) {
        collect(root, part, depth + 1, into);
    }
}
