use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::*;
use crate::Secret;
use crate::ports::Hosts;

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Acme {
    /// From the settings page
    api_key: Secret<String>,
    account: Option<u32>,
}

impl Credential for Acme {
    const KEY: &'static str = "acme";
}

fn leased(text: &str, hosts: Option<&str>) -> LeasedCredential {
    LeasedCredential {
        key: "acme".into(),
        fields: Fields::new(Secret::new(text.as_bytes().to_vec())),
        hosts: hosts.map(|host| Hosts::new([host]).unwrap()),
    }
}

#[test]
fn the_fields_of_a_type_are_known() {
    let fields = Acme::definition().fields();
    let told: Vec<_> = fields
        .iter()
        .map(|f| (&*f.name, f.secret, f.required, f.text))
        .collect();
    assert_eq!(
        told,
        [
            ("apiKey", true, true, true),
            ("account", true, false, false)
        ]
    );
    assert_eq!(
        fields[0].description.as_deref(),
        Some("From the settings page")
    );
    let open = CredentialDefinition::new(
        "acme",
        json!({ "properties": { "region": { "writeOnly": false } } }),
    );
    assert!(!open.fields()[0].secret && open.fields()[0].text);
}

#[test]
fn what_was_leased_is_read_and_never_printed() {
    let lease = Lease::new(vec![leased(r#"{"apiKey":"can\"ary","account":7}"#, None)]);
    let fields = lease.fields("acme").unwrap();
    let acme: Acme = fields.read().unwrap();
    assert_eq!(
        (acme.api_key.expose().as_str(), acme.account),
        ("can\"ary", Some(7))
    );
    assert_eq!(fields.get("apiKey").unwrap().expose(), "can\"ary");
    assert_eq!(fields.get("account").unwrap().expose(), "7");
    assert!(fields.get("other").is_none());
    assert!(!format!("{lease:#?}").contains("ary"));
    assert!(lease.fields("other").is_err());
    let bad = leased(r#"{"apiKey":["canary"]}"#, None);
    let error = bad.fields.read::<Acme>().err().unwrap();
    assert_eq!(error.code(), "credential_invalid");
    assert!(!format!("{error:?}").contains("canary"));
}

#[test]
fn hosts_of_several_credentials_are_put_together() {
    let lease = |hosts: &[Option<&str>]| {
        Lease::new(hosts.iter().map(|host| leased("{}", *host)).collect()).hosts()
    };
    assert!(lease(&[None]).is_none());
    let both = lease(&[Some("a.example"), None, Some("b.example")]).unwrap();
    assert!(both.names("a.example", 443) && both.names("b.example", 80));
    assert!(!both.names("c.example", 443));
}

#[test]
fn a_key_has_one_definition() {
    use crate::{Action, App};
    let book = |defined: Vec<CredentialDefinition>, actions: &[Action]| {
        CredentialBook::new(defined.into_iter().map(std::sync::Arc::new), actions)
    };
    let whoami = || Action::with_credentials("whoami", |_, (): (), _: Acme| async { Ok(1) });
    let implied = book(vec![], &[whoami(), whoami()]).unwrap();
    assert!(implied.get("acme").unwrap().get_hosts().is_none());
    // What the app says counts.
    let (defined, actions) = App::of::<Acme>()
        .hosts(["a.example"])
        .action(whoami())
        .action(Action::new("plain", |_, (): ()| async { Ok(1) }))
        .into_parts();
    assert!(
        actions
            .iter()
            .all(|action| action.get_credentials().len() == 1)
    );
    let known = CredentialBook::new([defined], &actions).unwrap();
    assert!(known.get("acme").unwrap().get_hosts().is_some());
    let twice = vec![Acme::definition(), CredentialDefinition::of::<Acme>()];
    let clashes = book(twice, &[]).unwrap_err();
    let told = clashes[0].to_string();
    assert!(
        told.starts_with("the credential key \"acme\" is claimed by"),
        "{told}"
    );
    assert!(told.contains("tests.rs:"), "{told}");
    let other = CredentialDefinition::new("acme", json!({ "type": "object" }));
    assert_eq!(book(vec![other], &[whoami()]).unwrap_err().len(), 1);
}

#[test]
fn what_cannot_be_used_says_why() {
    let object = json!({ "type": "object" });
    let of = |key: &str| CredentialDefinition::new(key, object.clone());
    assert_eq!(of("acme").fault(), None);
    let named = |field: &str| {
        let schema = json!({ "type": "object", "properties": { field: {} } });
        CredentialDefinition::new("acme", schema)
    };
    for (definition, told) in [
        (of("Acme"), "credential key"),
        // Its value would say who is to use it, or stand in for the form's token.
        (named("keyway_place"), "forms of the gateway use"),
        (named("csrf"), "forms of the gateway use"),
        (of("acme").hosts(["https://a.example"]), "its hosts"),
        (CredentialDefinition::new("acme", json!({})), "no object"),
        (
            CredentialDefinition::new("acme", json!({ "type": "object", "properties": 7 })),
            "the schema of its fields",
        ),
    ] {
        let fault = definition.fault().unwrap();
        assert!(fault.contains(told), "{fault}");
        let clashes = CredentialBook::new([definition.into()], []).unwrap_err();
        assert!(clashes[0].to_string().contains("tests.rs:"));
    }
}

#[test]
fn the_scope_an_action_asks_for_wins() {
    let user = CredentialDefinition::none("acme").scope(CredentialScope::User);
    let need = CredentialNeed::new(user);
    assert_eq!(need.pin(), Some(CredentialScope::User));
    let need = need.scope(CredentialScope::Project);
    assert_eq!(need.pin(), Some(CredentialScope::Project));
}
