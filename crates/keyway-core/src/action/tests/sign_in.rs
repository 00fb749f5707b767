use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::Secret;
use crate::action::{Action, Expose, Registry, SignInAction};
use crate::rpc::RawJson;

#[derive(Deserialize, JsonSchema)]
#[expect(dead_code, reason = "only its schema is of interest")]
struct Credentials {
    email: String,
    password: Secret<String>,
    code: Option<Secret<String>>,
}

fn action(slug: &str) -> Action {
    Action::new(slug, |_, _: Credentials| async {
        Ok(json!({ "user": { "id": 1 } }))
    })
}

fn told(actions: Vec<Action>) -> Vec<String> {
    let clashes = Registry::new(actions).unwrap_err();
    clashes.iter().map(ToString::to_string).collect()
}

#[test]
fn a_login_and_a_signup_action_are_found_by_what_they_are() {
    let registry = Registry::new(vec![
        action("plain"),
        action("in").login(),
        action("up").signup(),
    ])
    .unwrap();
    let slug = |kind| registry.sign_in(kind).unwrap().action().slug();
    assert_eq!(slug(SignInAction::Login), "in");
    assert_eq!(slug(SignInAction::Signup), "up");
    assert!(Registry::default().sign_in(SignInAction::Login).is_none());
}

#[test]
fn an_action_to_sign_in_with_is_exposed_nowhere() {
    for exposed in [
        action("in").login().expose(Expose::MCP),
        action("in").expose(Expose::HTTP).login(),
        action("in").login().expose(Expose::CLI),
        action("in").signup().expose(Expose::ALL),
        action("in").login().prompt(None),
        action("in").login().resource("a://b", None),
    ] {
        let told = told(vec![exposed]);
        assert!(told[0].contains("expose it nowhere"), "{told:?}");
    }
    let hidden = action("in").login().expose_by_default(Expose::ALL);
    assert_eq!(hidden.exposure(), Expose::NONE);
    let said = action("in").login().expose(Expose::NONE);
    assert!(Registry::new(vec![hidden]).is_ok() && Registry::new(vec![said]).is_ok());
}

#[test]
fn there_is_at_most_one_of_each_and_a_clash_names_both() {
    let told = told(vec![action("one").login(), action("two").login()]);
    assert!(told[0].starts_with("the role \"login action\" is claimed by action \"one\""));
    assert!(told[0].contains("action \"two\""), "{told:?}");
}

#[test]
fn a_secret_is_marked_in_the_schema_and_never_shown() {
    let schema = action("in").input_schema().clone();
    let marked = |name: &str| schema["properties"][name]["writeOnly"].clone();
    assert_eq!(
        (marked("password"), marked("code")),
        (json!(true), json!(true))
    );
    assert_eq!(marked("email"), json!(null));
    assert_eq!(schema["required"], json!(["email", "password"]));
    let registry = Registry::new(vec![action("in").login()]).unwrap();
    let entry = registry.get("in").unwrap();
    let input = RawJson::parse(r#"{"email":"a","password":["hunter2"]}"#.into()).unwrap();
    let error = entry.validate(&input).unwrap_err();
    assert_eq!(error.problems()[0].pointer, "/password");
    assert!(!error.to_json().to_string().contains("hunter2"));
}
