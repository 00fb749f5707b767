//! What an operation answers.

use serde_json::{Value, json};

use super::body::{is_json, is_text};
use super::import::Importing;
use super::operations::Operation;
use super::report::shown;
use super::schemas::Direction;

/// What an action makes of the answer.
#[derive(Debug, Default)]
pub(super) struct Answer {
    /// The schema of the output.
    pub(super) output: Option<Value>,
    /// The answer is text.
    pub(super) is_text: bool,
    /// The media type to ask for, where it is not plain JSON.
    pub(super) accept: Option<String>,
}

impl<'a> Importing<'a, '_> {
    pub(super) fn answer(&mut self, operation: &Operation<'a>) -> Answer {
        let mut answer = Answer::default();
        if operation.method == "HEAD" {
            return answer;
        }
        let mut schemas: Vec<Value> = Vec::new();
        let mut is_empty = false;
        let mut others: Vec<&str> = Vec::new();
        for (status, response) in operation.node.members("responses") {
            if !status.starts_with('2') {
                continue;
            }
            let response = match self.resolver.follow(response) {
                Ok(response) => response,
                Err(reason) => {
                    self.report.loosened(format!("an answer: {reason}"));
                    continue;
                }
            };
            let mut contents = response.members("content").peekable();
            if contents.peek().is_none() {
                is_empty = true;
                continue;
            }
            let contents: Vec<_> = contents.collect();
            let plain = |media: &str| media.starts_with("application/json") || media.contains('*');
            let json = contents.iter().filter(|(media, _)| is_json(media));
            match json.min_by_key(|(media, _)| !plain(media)) {
                Some((media, content)) => {
                    if !plain(media) && answer.accept.is_none() {
                        answer.accept = Some((*media).clone());
                    }
                    let schema = match content.get("schema") {
                        Some(schema) => {
                            self.schemas
                                .convert(&schema, Direction::Answer, &mut self.report)
                        }
                        None => json!({}),
                    };
                    if !schemas.contains(&schema) {
                        schemas.push(schema);
                    }
                }
                None => others.extend(contents.iter().map(|(media, _)| media.as_str())),
            }
        }
        if schemas.is_empty() {
            if let Some(media) = others
                .iter()
                .find(|media| is_text(media))
                .or(others.first())
            {
                answer.is_text = true;
                answer.accept = Some((*media).to_owned());
                if !is_text(media) {
                    self.report
                        .loosened(format!("an answer of {} is read as text", shown(media)));
                }
            }
            return answer;
        }
        if is_empty {
            return answer;
        }
        answer.output = self.output(schemas);
        answer
    }

    fn output(&mut self, mut schemas: Vec<Value>) -> Option<Value> {
        let schema = match schemas.len() {
            1 => schemas.pop()?,
            2..=4 => json!({ "anyOf": schemas }),
            _ => return None,
        };
        let schema = self
            .schemas
            .opened(&schema, Direction::Answer, &mut self.report);
        let schema = never_null(schema);
        let says = schema.as_object().is_some_and(|map| {
            map.keys()
                .any(|key| !matches!(key.as_str(), "description" | "title" | "examples"))
        });
        says.then(|| {
            self.schemas
                .assemble(schema, Direction::Answer, &mut self.report)
        })
    }
}

/// The answer itself is there.
fn never_null(mut schema: Value) -> Value {
    if let Some(Value::Array(kinds)) = schema.get_mut("type") {
        kinds.retain(|kind| kind != "null");
        if let [one] = kinds.as_slice() {
            let one = one.clone();
            if let Some(map) = schema.as_object_mut() {
                map.insert("type".into(), one);
            }
        }
    }
    schema
}
