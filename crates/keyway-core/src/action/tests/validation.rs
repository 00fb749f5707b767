use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::action::{Action, Registry, Reply, Schema};
use crate::rpc::RawJson;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct Order {
    name: String,
    count: u8,
    #[serde(default)]
    labels: BTreeMap<String, u32>,
    priority: Option<Priority>,
    target: Option<Target>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Priority {
    Low,
    High,
}

#[derive(Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
#[expect(dead_code, reason = "only its schema is used")]
enum Target {
    User { id: u32, note: String },
    Team { slug: String },
}

fn problems(input: &Value) -> Vec<(String, String)> {
    let action = Action::new("order", |_, _: Order| async { Ok(()) });
    let registry = Registry::new(vec![action]).unwrap();
    let input = RawJson::of(input).unwrap();
    let result = registry.get("order").unwrap().validate(&input);
    let error = result.err();
    let told = error
        .iter()
        .flat_map(|error| error.problems().iter().cloned());
    told.map(|problem| (problem.pointer, problem.expected))
        .collect()
}

fn told(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
        .collect()
}

#[test]
fn all_problems_are_told_and_no_value_is_repeated() {
    let found = problems(&json!({
        "count": 4242,
        "labels": { "s3cret-name": "s3cret-value" },
        "priority": "s3cret-priority",
        "s3cret-key": 1,
    }));
    assert_eq!(
        found,
        told(&[
            (
                "",
                "no properties besides name, count, labels, priority, target"
            ),
            ("/count", "255 or less"),
            ("/labels/*", "a whole number"),
            ("/name", "a value: this property is required"),
            ("/priority", "one of \"low\", \"high\", or null"),
        ])
    );
    assert!(!format!("{found:?}").contains("s3cret") && !format!("{found:?}").contains("4242"));
}

#[test]
fn the_alternative_that_is_meant_is_the_one_that_is_told() {
    let found = problems(&json!({
        "name": "n", "count": 1, "target": { "kind": "user", "id": "x" },
    }));
    assert_eq!(
        found,
        told(&[
            ("/target/id", "a whole number"),
            ("/target/note", "a value: this property is required"),
        ])
    );
}

#[test]
fn an_input_that_is_no_object_or_no_json_is_told_at_the_root() {
    assert_eq!(problems(&json!([])), told(&[("", "an object")]));
    assert_eq!(problems(&json!(null)), told(&[("", "an object")]));
    assert_eq!(problems(&json!({ "name": "n", "count": 1 })), []);
}

#[test]
fn a_flood_of_problems_is_cut_and_counted() {
    let schema = Schema::compile(&json!({ "items": { "type": "string" } })).unwrap();
    let found = schema.check(&Value::from(vec![1; 250]));
    assert_eq!(found.len(), 101);
    assert_eq!(found[100].expected, "fewer problems: there are 150 more");
}

#[test]
fn nothing_outside_a_schema_is_fetched() {
    for reference in [
        "https://example.com/s.json",
        "file:///etc/passwd",
        "other.json",
    ] {
        assert!(
            Schema::compile(&json!({ "$ref": reference })).is_err(),
            "{reference}"
        );
    }
}

#[test]
fn an_answer_that_does_not_fit_its_schema_is_a_fault_of_ours() {
    #[derive(Serialize, JsonSchema)]
    struct Answer {
        #[schemars(length(max = 3))]
        text: String,
    }
    let action = Action::new("a", |_, (): ()| async {
        Ok(Answer {
            text: "long".into(),
        })
    });
    let registry = Registry::new(vec![action]).unwrap();
    let entry = registry.get("a").unwrap();
    let reply = |text: &str| Reply::Data(RawJson::of(&json!({ "text": text })).unwrap());
    assert!(entry.validate_output(&reply("abc")).is_ok());
    let error = entry.validate_output(&reply("abcd")).unwrap_err();
    assert_eq!(error.kind(), crate::Kind::Internal);
    assert!(!error.to_json().to_string().contains("text"));
}
