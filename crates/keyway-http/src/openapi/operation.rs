//! How an operation under `/v1` is described.

use serde_json::{Map, Value, json};

use super::components::refusal;

/// An operation: method, path, id, summary, how it is asked and answered.
pub(super) struct Operation {
    pub(super) path: &'static str,
    pub(super) method: &'static str,
    pub(super) id: &'static str,
    pub(super) summary: &'static str,
    pub(super) input: Option<Value>,
    pub(super) answer: Answer,
}

pub(super) enum Answer {
    Shows(Value),
    /// A part of a list, under a name.
    Lists(&'static str, Value),
    Makes(Value),
    Nothing,
}

/// The paths of operations, by path.
pub(super) fn paths_of(operations: Vec<Operation>) -> Map<String, Value> {
    let mut paths = Map::new();
    for operation in operations {
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        if let Some(methods) = path.as_object_mut() {
            methods.insert(operation.method.to_owned(), operation.describe());
        }
    }
    paths
}

impl Operation {
    fn describe(self) -> Value {
        let mut refusals = vec!["401", "403", "404", "405", "406", "409", "429"];
        let mut operation = Map::new();
        operation.insert("operationId".into(), self.id.into());
        operation.insert("summary".into(), self.summary.into());
        if self.path.contains("{id}") {
            let id = json!([{ "name": "id", "in": "path", "required": true, "schema": { "type": "string" } }]);
            operation.insert("parameters".into(), id);
        }
        if matches!(self.answer, Answer::Lists(..)) {
            refusals.extend(["400", "422"]);
            operation.insert("parameters".into(), part());
        }
        if let Some(input) = self.input {
            refusals.extend(["400", "408", "413", "415", "422"]);
            let body =
                json!({ "required": true, "content": { "application/json": { "schema": input } } });
            operation.insert("requestBody".into(), body);
        }
        let with = |description: &str, schema: Value| {
            json!({
                "description": description,
                "content": { "application/json": { "schema": schema } }
            })
        };
        let (status, answer) = match self.answer {
            Answer::Shows(schema) => ("200", with("It is here.", schema)),
            Answer::Lists(name, item) => ("200", with("It is here.", page(name, &item))),
            Answer::Makes(schema) => ("201", with("It was made.", schema)),
            Answer::Nothing => ("204", json!({ "description": "It is done." })),
        };
        let refusals = refusals
            .into_iter()
            .map(|status| (status.to_owned(), refusal(status)));
        let all = std::iter::once((status.to_owned(), answer)).chain(refusals);
        operation.insert("responses".into(), Value::Object(all.collect()));
        Value::Object(operation)
    }
}

/// What a part of a list is asked for with.
pub(super) fn part() -> Value {
    json!([
        {
            "name": "search", "in": "query", "required": false,
            "description": "Only those in whose names this is found.",
            "schema": { "type": "string" }
        },
        {
            "name": "cursor", "in": "query", "required": false,
            "description": "The `nextCursor` of the part before.",
            "schema": { "type": "string" }
        },
        {
            "name": "limit", "in": "query", "required": false,
            "description": "The most rows.",
            "schema": { "type": "integer", "minimum": 1, "maximum": 200, "default": 50 }
        }
    ])
}

/// A part of a list.
pub(super) fn page(name: &str, item: &Value) -> Value {
    json!({
        "type": "object",
        "properties": {
            name: { "type": "array", "items": item },
            "nextCursor": {
                "type": ["string", "null"],
                "description": "What asks for the next part, when there is one."
            }
        },
        "required": [name, "nextCursor"]
    })
}
