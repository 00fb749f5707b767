//! Last words that are JSON of a schema.

use std::fmt::Write as _;

use keyway_core::action::Schema;
use keyway_core::{Error, Kind, Problem};
use serde_json::Value;

/// What an agent with a schema is told beside its own prompt.
pub(super) fn instruction(schema: &Schema) -> String {
    format!(
        "Your last message is one JSON value and nothing beside it. It fits this JSON Schema:\n{}",
        schema.value()
    )
}

/// The system prompt of an agent: its own words, and what its output has to be.
pub(super) fn system(prompt: &str, schema: Option<&Schema>) -> String {
    match schema {
        None => prompt.to_owned(),
        Some(schema) if prompt.is_empty() => instruction(schema),
        Some(schema) => format!("{prompt}\n\n{}", instruction(schema)),
    }
}

/// The last word as JSON; what is wrong with it otherwise.
pub(super) fn read(text: &str, schema: &Schema) -> Result<Value, Vec<Problem>> {
    let value: Value = serde_json::from_str(bare(text)).map_err(|_| {
        vec![Problem {
            pointer: String::new(),
            expected: "one JSON value and nothing beside it".to_owned(),
        }]
    })?;
    let problems = schema.check(&value);
    if problems.is_empty() {
        Ok(value)
    } else {
        Err(problems)
    }
}

/// What a model is told of a last word that does not fit.
pub(super) fn correction(problems: &[Problem]) -> String {
    let mut text = "Your last message does not fit the JSON Schema of your output:".to_owned();
    for problem in problems.iter().take(20) {
        let place = match problem.pointer.as_str() {
            "" => "the whole value",
            pointer => pointer,
        };
        // Writing to a string does not fail.
        let _ = write!(text, "\n- {place}: expected {}", problem.expected);
    }
    text.push_str("\nAnswer again with the corrected JSON value and nothing beside it.");
    text
}

/// The refusal of a last word that did not fit after it was corrected, either.
pub(super) fn invalid(problems: &[Problem]) -> Error {
    let first = problems.first();
    let hint = first.map_or_else(String::new, |problem| {
        format!("at `{}`: expected {}", problem.pointer, problem.expected)
    });
    Error::new(
        Kind::BadGateway,
        "agent_output_invalid",
        "the agent's answer does not fit its output schema, also after it was told so",
    )
    .with_hint(hint)
}

/// Models like to put JSON between fences.
fn bare(text: &str) -> &str {
    let text = text.trim();
    let inner = text
        .strip_prefix("```json")
        .or_else(|| text.strip_prefix("```"))
        .and_then(|rest| rest.strip_suffix("```"));
    inner.unwrap_or(text).trim()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn schema() -> Schema {
        let schema = json!({
            "type": "object", "required": ["fraud"], "properties": { "fraud": { "type": "boolean" } }
        });
        Schema::compile(&schema).unwrap()
    }

    #[test]
    fn a_last_word_is_read_with_and_without_fences() {
        for text in [
            r#"{"fraud":true}"#,
            " ```json\n{\"fraud\": true}\n``` ",
            "```\n{\"fraud\":true}```",
        ] {
            assert_eq!(read(text, &schema()).unwrap(), json!({ "fraud": true }));
        }
    }

    #[test]
    fn what_is_wrong_is_told_to_the_model_and_repeats_nothing() {
        let problems = read("I think so: {\"fraud\": 1}", &schema()).unwrap_err();
        assert!(correction(&problems).contains("the whole value: expected one JSON value"));
        let problems = read(r#"{"fraud":"s3cret"}"#, &schema()).unwrap_err();
        let told = correction(&problems);
        assert!(
            told.contains("/fraud") && !told.contains("s3cret"),
            "{told}"
        );
    }
}
