//! Every kind of Rust type an input may hold: it registers, keeps what makes it optional, its
//! default and its description, and reaches the action as the type it is.

use jiff::civil::{Date, Time};
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::support;
use crate::action::{Action, Registry, Reply};
use crate::rpc::RawJson;

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Sku(String);

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Target {
    /// One person.
    User { id: u32 },
    /// A whole team.
    Team { slug: String },
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Everything {
    /// The day.
    date: Option<Date>,
    /// The hour.
    #[serde(default = "noon")]
    time: Time,
    /// The moment.
    moment: Option<jiff::Timestamp>,
    /// The price.
    #[serde(default)]
    price: Decimal,
    /// The raw bytes.
    #[serde(default)]
    bytes: Vec<u8>,
    /// A very large number.
    large: Option<u128>,
    /// The article.
    sku: Option<Sku>,
    #[serde(flatten)]
    target: Target,
}

fn noon() -> Time {
    Time::midnight()
}

fn registry() -> Registry {
    let action = Action::new(
        "everything",
        |_, input: Everything| async move { Ok(input) },
    );
    Registry::new(vec![action]).unwrap()
}

async fn call(input: &Value) -> Result<Value, crate::Error> {
    let registry = registry();
    let entry = registry.get("everything").unwrap();
    let input = RawJson::of(input).unwrap();
    entry.validate(&input)?;
    let reply = entry.action().run(support::context(), input).await?;
    entry.validate_output(&reply)?;
    let Reply::Data(data) = reply else {
        panic!("not data");
    };
    Ok(data.read().unwrap())
}

#[test]
fn every_type_keeps_its_schema_description_and_default() {
    let registry = registry();
    let schema = registry
        .get("everything")
        .unwrap()
        .action()
        .input_schema()
        .clone();
    let properties = &schema["properties"];
    for (name, description) in [
        ("date", "The day."),
        ("time", "The hour."),
        ("moment", "The moment."),
        ("price", "The price."),
        ("bytes", "The raw bytes."),
        ("large", "A very large number."),
        ("sku", "The article."),
    ] {
        assert_eq!(properties[name]["description"], description, "{name}");
    }
    assert_eq!(schema.get("required"), None);
    assert_eq!(schema["type"], "object");
    assert_eq!(properties["date"]["format"], "date");
    assert_eq!(properties["time"].get("format"), None);
    assert_eq!(properties["bytes"]["items"]["maximum"], 255);
    assert!(!schema.to_string().contains("uint"), "{schema}");
    assert_eq!(properties["moment"]["format"], "date-time");
    assert_eq!(properties["large"]["type"], json!(["integer", "null"]));
    assert_eq!(properties["time"]["default"], "00:00:00");
    assert_eq!(properties["bytes"]["default"], json!([]));
    assert_eq!(properties["price"]["default"], "0");
    let kinds: Vec<_> = schema["oneOf"].as_array().unwrap().iter().collect();
    assert_eq!(kinds[0]["required"], json!(["kind", "id"]));
    assert_eq!(kinds[1]["description"], "A whole team.");
}

#[tokio::test]
async fn every_type_arrives_as_what_it_is() {
    let input = json!({
        "date": "2026-11-21", "time": "14:30:00", "moment": "2026-11-21T14:30:00Z",
        "price": "12.50", "bytes": [0, 255], "sku": "a-1", "kind": "team", "slug": "core",
    });
    let output = call(&input).await.unwrap();
    for key in [
        "date", "time", "moment", "price", "bytes", "sku", "kind", "slug",
    ] {
        assert_eq!(output[key], input[key], "{key}");
    }
    let least = call(&json!({ "kind": "team", "slug": "core" }))
        .await
        .unwrap();
    assert_eq!(least["time"], "00:00:00");
    assert_eq!(least["date"], Value::Null);
}

#[tokio::test]
async fn every_type_refuses_what_it_is_not() {
    for (name, value, expected) in [
        ("date", json!("21.11.2026"), "a date such as 2026-11-21"),
        (
            "moment",
            json!("now"),
            "a moment such as 2026-11-21T14:30:00Z",
        ),
        ("bytes", json!([256]), "255 or less"),
        ("large", json!(-1), "0 or more"),
        ("sku", json!(7), "a string, or null"),
    ] {
        let mut input = json!({ "kind": "team", "slug": "core" });
        input[name] = value;
        let error = call(&input).await.unwrap_err();
        assert_eq!(error.problems().len(), 1, "{name}: {:?}", error.problems());
        assert_eq!(error.problems()[0].expected, expected, "{name}");
    }
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Large {
    value: u128,
}

#[tokio::test]
async fn a_number_of_128_bits_keeps_every_digit() {
    let action = Action::new("large", |_, input: Large| async move { Ok(input) });
    let registry = Registry::new(vec![action]).unwrap();
    let entry = registry.get("large").unwrap();
    let text = format!("{{\"value\":{}}}", u128::MAX);
    let input = RawJson::parse(text.clone().into()).unwrap();
    entry.validate(&input).unwrap();
    let reply = entry.action().run(support::context(), input).await.unwrap();
    assert!(matches!(reply, Reply::Data(data) if data.as_str() == text));
}

#[tokio::test]
async fn no_input_is_an_empty_object_or_nothing() {
    #[derive(Deserialize, JsonSchema)]
    struct Unit;
    let actions = vec![
        Action::new("a", |_, (): ()| async { Ok(1) }),
        Action::new("b", |_, _: Unit| async { Ok(1) }),
    ];
    let registry = Registry::new(actions).unwrap();
    for entry in &registry {
        assert_eq!(
            entry.action().input_schema(),
            &json!({ "type": "object", "additionalProperties": false })
        );
        let input = RawJson::empty_object();
        entry.validate(&input).unwrap();
        entry.action().run(support::context(), input).await.unwrap();
        let unknown = RawJson::of(&json!({ "x": 1 })).unwrap();
        assert!(entry.validate(&unknown).is_err());
    }
}
