use keyway_core::{Action, Secret};
use keyway_pages::{BadForm, Field, FieldKind, Form, form_fields};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

fn of(schema: &Value) -> Vec<Field> {
    form_fields(schema, Form::SignUp).unwrap()
}

fn one(property: Value) -> Field {
    named("thing", property)
}

fn named(name: &str, property: Value) -> Field {
    let mut properties = serde_json::Map::new();
    properties.insert(name.into(), property);
    of(&json!({ "type": "object", "properties": properties })).remove(0)
}

#[derive(Deserialize, JsonSchema)]
#[expect(dead_code, reason = "only its schema is of interest")]
struct Register {
    /// your name.
    #[schemars(length(min = 2, max = 80))]
    name: String,
    work_email: String,
    #[schemars(length(min = 12))]
    password: Secret<String>,
    recovery: Option<Secret<String>>,
    /// How many seats
    #[schemars(range(min = 1, max = 500))]
    seats: u32,
    #[serde(default = "two")]
    factor: f64,
    news: bool,
    team: Team,
    plan: Option<Plan>,
    start: Option<Date>,
}

fn two() -> f64 {
    2.5
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Team {
    Red,
    DeepBlue,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Plan {
    /// Costs nothing
    Free,
    /// Costs something
    Paid,
}

#[derive(Deserialize, JsonSchema)]
#[schemars(extend("format" = "date"))]
#[expect(dead_code, reason = "only its schema is of interest")]
struct Date(String);

fn register() -> Vec<Field> {
    let action = Action::new("register", |_, _: Register| async { Ok(1) }).signup();
    of(action.input_schema())
}

fn field(name: &str) -> Field {
    register()
        .into_iter()
        .find(|field| field.name == name)
        .unwrap()
}

#[test]
fn names_are_the_keys_in_the_order_of_their_declaration() {
    let names: Vec<_> = register().into_iter().map(|field| field.name).collect();
    assert_eq!(
        names,
        [
            "name",
            "work_email",
            "password",
            "recovery",
            "seats",
            "factor",
            "news",
            "team",
            "plan",
            "start"
        ]
    );
}

#[test]
fn a_label_is_the_description_else_the_name_with_a_capital_letter() {
    assert_eq!(field("name").label, "Your name");
    assert_eq!(field("seats").label, "How many seats");
    assert_eq!(field("password").label, "Password");
    assert_eq!(field("work_email").label, "Work email");
    assert_eq!(named("displayName", json!({})).label, "Display name");
}

#[test]
fn a_secret_is_a_password_even_when_it_is_optional() {
    assert_eq!(field("password").kind, FieldKind::Password);
    assert_eq!(field("recovery").kind, FieldKind::Password);
    assert_eq!(
        one(json!({ "type": "string", "writeOnly": true })).kind,
        FieldKind::Password
    );
    assert_eq!(
        one(json!({ "type": "string", "format": "password" })).kind,
        FieldKind::Password
    );
    assert_eq!(
        one(json!({ "type": "string", "writeOnly": false })).kind,
        FieldKind::Text
    );
    let default = one(json!({ "type": "string", "writeOnly": true, "default": "hunter2" }));
    assert_eq!(default.value, None);
}

#[test]
fn a_name_with_email_in_it_is_an_address() {
    assert_eq!(field("work_email").kind, FieldKind::Email);
    assert_eq!(
        named("eMailAddress", json!({ "type": "string" })).kind,
        FieldKind::Email
    );
    assert_eq!(
        one(json!({ "type": "string", "format": "email" })).kind,
        FieldKind::Email
    );
    assert_eq!(
        named("email_me", json!({ "type": "boolean" })).kind,
        FieldKind::Checkbox
    );
}

#[test]
fn anything_else_is_text() {
    assert_eq!(field("name").kind, FieldKind::Text);
    assert_eq!(one(json!({})).kind, FieldKind::Text);
    assert_eq!(
        one(json!({ "type": "string", "format": "uri" })).kind,
        FieldKind::Text
    );
}

#[test]
fn numbers_have_their_bounds_and_steps() {
    let seats = field("seats");
    assert_eq!(seats.kind, FieldKind::Number);
    assert_eq!(
        (seats.min.as_deref(), seats.max.as_deref()),
        (Some("1"), Some("500"))
    );
    assert_eq!(seats.step.as_deref(), Some("1"));
    let factor = field("factor");
    assert_eq!(
        (factor.kind, factor.step.as_deref()),
        (FieldKind::Number, Some("any"))
    );
    let open = one(json!({ "type": "integer", "exclusiveMinimum": 0, "exclusiveMaximum": 10 }));
    assert_eq!(
        (open.min.as_deref(), open.max.as_deref()),
        (Some("1"), Some("9"))
    );
}

#[test]
fn a_truth_value_is_a_checkbox_that_may_stay_unchecked() {
    let news = field("news");
    assert_eq!(
        (news.kind, news.required, news.checked),
        (FieldKind::Checkbox, false, false)
    );
    assert!(one(json!({ "type": "boolean", "default": true })).checked);
}

#[test]
fn an_enumeration_is_a_select() {
    let options = |field: Field| {
        let all = field.options.into_iter();
        all.map(|option| (option.value, option.label))
            .collect::<Vec<_>>()
    };
    let pairs = |all: &[(&str, &str)]| {
        let all = all
            .iter()
            .map(|(value, label)| (value.to_string(), label.to_string()));
        all.collect::<Vec<_>>()
    };
    assert_eq!(field("team").kind, FieldKind::Select);
    assert_eq!(
        options(field("team")),
        pairs(&[("red", "Red"), ("deep_blue", "Deep blue")])
    );
    assert!(!field("plan").required);
    assert_eq!(
        options(field("plan")),
        pairs(&[("free", "Costs nothing"), ("paid", "Costs something")])
    );
    let numbers = one(json!({ "enum": [1, 2], "default": 2 }));
    assert!(numbers.options[1].selected && !numbers.options[0].selected);
}

#[test]
fn a_date_is_a_date() {
    assert_eq!(field("start").kind, FieldKind::Date);
    assert_eq!(
        one(json!({ "type": ["string", "null"], "format": "date" })).kind,
        FieldKind::Date
    );
}

#[test]
fn required_is_what_the_schema_requires_and_has_no_default() {
    assert!(field("name").required && field("password").required && field("seats").required);
    assert!(!field("recovery").required && !field("start").required);
    let factor = field("factor");
    assert!(!factor.required);
    assert_eq!(factor.value.as_deref(), Some("2.5"));
    let schema = json!({
        "type": "object",
        "properties": { "a": { "type": "string", "default": "x" } },
        "required": ["a"]
    });
    assert!(!of(&schema)[0].required);
}

#[test]
fn lengths_are_those_of_the_schema() {
    assert_eq!(
        (field("name").minlength, field("name").maxlength),
        (Some(2), Some(80))
    );
    assert_eq!(
        (field("password").minlength, field("password").maxlength),
        (Some(12), None)
    );
}

#[test]
fn a_renamed_field_appears_by_its_new_name() {
    let schema = |name: &str| json!({ "type": "object", "properties": { name: { "type": "string" } }, "required": [name] });
    for name in ["nick", "handle"] {
        let page = keyway_pages::Authorize {
            form_action: "/sign-in".into(),
            has_signin: true,
            signin_fields: of(&schema(name)),
            ..keyway_pages::Authorize::default()
        };
        let html = keyway_pages::Pages::embedded().render(&page).unwrap();
        assert!(html.contains(&format!("name=\"{name}\"")));
    }
}

#[test]
fn browsers_are_told_which_password_it_is() {
    let schema = json!({ "type": "object", "properties": {
        "email": {}, "password": { "writeOnly": true }
    } });
    let tokens = |form| {
        let fields = form_fields(&schema, form).unwrap();
        fields
            .into_iter()
            .filter_map(|field| field.autocomplete)
            .collect::<Vec<_>>()
    };
    assert_eq!(tokens(Form::SignIn), ["username", "current-password"]);
    assert_eq!(tokens(Form::SignUp), ["email", "new-password"]);
}

#[test]
fn parts_of_a_schema_are_found_where_they_stand() {
    let schema = json!({
        "type": "object",
        "properties": { "a": { "$ref": "#/$defs/Address", "description": "home" } },
        "allOf": [{ "properties": { "b": { "type": "integer" } }, "required": ["b"] }],
        "$defs": { "Address": { "type": "string", "maxLength": 9, "description": "an address" } }
    });
    let fields = of(&schema);
    assert_eq!(
        (fields[0].label.as_str(), fields[0].maxlength),
        ("Home", Some(9))
    );
    assert_eq!((fields[1].name.as_str(), fields[1].required), ("b", true));
    let endless = json!({ "properties": { "a": { "$ref": "#/properties/a" } } });
    assert_eq!(of(&endless)[0].kind, FieldKind::Text);
}

#[test]
fn what_no_form_can_be_made_of_is_refused_with_its_name() {
    let bad = |schema: Value| form_fields(&schema, Form::SignIn).unwrap_err();
    assert_eq!(bad(json!({ "type": "object" })), BadForm::Empty);
    for name in ["csrf", "mode", "state", "client_id"] {
        let schema = json!({ "properties": { name: { "type": "string" } } });
        assert_eq!(bad(schema), BadForm::Reserved(name.into()));
    }
    for kind in ["object", "array"] {
        let schema = json!({ "properties": { "tags": { "type": kind } } });
        assert_eq!(bad(schema), BadForm::Nested("tags".into()));
    }
}

#[test]
fn a_schema_that_is_part_of_itself_many_times_becomes_a_form() {
    let again = vec![json!({ "$ref": "#" }); 40];
    let schema = json!({ "allOf": again, "properties": { "name": { "anyOf": again } } });
    assert_eq!(of(&schema).len(), 1);
}
