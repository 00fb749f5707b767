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
