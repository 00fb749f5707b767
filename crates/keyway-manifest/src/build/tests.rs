use keyway_core::action::{Expose, Origin};
use std::time::Duration;

use keyway_core::credential::{ClientAuth, CredentialKind, CredentialScope};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::testing::{built, faults};
use crate::{Fault, Manifest};

/// A document that is in order and has a bit of everything.
fn whole() -> Value {
    json!({
        "credentials": {
            "acme": {
                "title": "Acme",
                "description": "From the settings",
                "fields": {
                    "apiKey": { "title": "API key" },
                    "account": { "type": "integer", "secret": false, "required": false },
                },
                "scope": "user",
                "check": "acme:whoami",
            },
            "my-other": { "fields": { "token": {} }, "hosts": ["*.other.example"] },
        },
        "apps": {
            "acme": {
                "base_url": "https://api.acme.example/v1",
                "headers": { "Authorization": "Bearer {{ credentials.acme.apiKey }}" },
                "hosts": ["api.acme.example", "*.acme.example"],
                "timeout": "20s",
                "retries": 2,
            },
            "open": { "base_url": "http://127.0.0.1:8080", "credential": "none" },
            "own": {
                "base_url": "https://own.example",
                "credential": { "title": "Own", "fields": { "key": {} } },
                "query": { "key": "{{ credentials.own.key }}" },
            },
        },
        "actions": {
            "acme:whoami": { "app": "acme", "title": "Who am I", "http": { "url": "/me" } },
            "acme:delete": {
                "app": "acme",
                "description": "Deletes one",
                "input": { "type": "object", "properties": { "id": { "type": "string" } }, "required": ["id"] },
                "output": { "type": "object" },
                "admin_only": true,
                "markdown": true,
                "expose": ["mcp", "cli"],
                "credentials": [{ "key": "acme", "scope": "org" }, "my-other"],
                "http": {
                    "method": "DELETE",
                    "url": "/x/{{ input.id }}",
                    "headers": { "X-Other": "{{ credentials.my_other.token }}" },
                },
            },
            "open:list": { "app": "open", "http": { "url": "/" }, "idempotent": false },
            "page": { "http": { "url": "https://pages.example/" }, "result": { "text": true },
                "resource": { "uri": "page://one", "mime_type": "text/html" } },
        },
    })
}

#[test]
fn a_comment_of_whoever_wrote_a_file_defines_nothing() {
    let marked = json!({ "$comment": "written by a program", "actions": {} });
    assert!(Manifest::read(&marked).unwrap().is_empty());
    let misspelt = json!({ "$comments": "", "actions": {} });
    assert_eq!(Manifest::read(&misspelt).unwrap_err().len(), 1);
}

#[test]
fn a_manifest_becomes_credentials_apps_and_actions() {
    let made = built(&whole());
    let keys: Vec<_> = made
        .credentials
        .iter()
        .map(keyway_core::CredentialDefinition::key)
        .collect();
    assert_eq!(keys, ["my-other"]);
    let app = |slug: &str| made.apps.iter().find(|app| app.slug() == slug).unwrap();
    let acme = app("acme").credential();
    assert_eq!(
        (acme.get_title(), acme.pin()),
        (Some("Acme"), Some(CredentialScope::User))
    );
    assert_eq!(acme.get_check(), Some("acme:whoami"));
    assert!(acme.get_hosts().unwrap().names("eu.acme.example", 443));
    let fields = acme.fields();
    assert_eq!(
        fields
            .iter()
            .map(|field| (field.name.as_str(), field.secret, field.required))
            .collect::<Vec<_>>(),
        [("apiKey", true, true), ("account", false, false)]
    );
    assert_eq!(app("open").credential().kind(), CredentialKind::None);
    let hosts = app("open").credential().get_hosts().unwrap();
    assert!(hosts.names("127.0.0.1", 8080) && !hosts.names("127.0.0.1", 80));
    assert!(
        app("own")
            .credential()
            .get_hosts()
            .unwrap()
            .names("own.example", 443)
    );

    let (_, actions) = app("acme").clone().into_parts();
    let delete = actions
        .iter()
        .find(|action| action.slug() == "acme:delete")
        .unwrap();
    assert_eq!(delete.exposure(), Expose::MCP | Expose::CLI);
    assert!(delete.is_admin_only());
    let hints = delete.get_annotations();
    assert_eq!(
        (hints.read_only, hints.destructive, hints.idempotent),
        (Some(false), Some(true), Some(true))
    );
    let needs: Vec<_> = delete
        .get_credentials()
        .iter()
        .map(|need| (need.definition().key(), need.pin()))
        .collect();
    assert_eq!(
        needs,
        [
            ("acme", Some(CredentialScope::Organization)),
            ("my-other", None)
        ]
    );
    let whoami = actions
        .iter()
        .find(|action| action.slug() == "acme:whoami")
        .unwrap();
    assert_eq!(whoami.get_credentials().len(), 1);
    assert_eq!(whoami.get_timeout().unwrap().as_secs(), 20);
    assert_eq!(whoami.get_title(), Some("Who am I"));
    assert_eq!(
        app("open").actions()[0].get_annotations().idempotent,
        Some(false)
    );
    assert_eq!(
        made.actions[0].get_resource().unwrap().mime_type.as_deref(),
        Some("text/html")
    );
}

#[test]
fn definitions_know_where_they_stand() {
    let (manifest, none) = Manifest::read_file("defs/acme.yaml", &whole());
    assert_eq!(none, []);
    let made = manifest.build().unwrap();
    let place = made.actions[0].defined_at();
    assert_eq!(*place, Origin::File("defs/acme.yaml#/actions/page".into()));
    let made = manifest.build_at(|spot| Origin::File(spot.pointer.to_uppercase().into()));
    let made = made.unwrap();
    let credential = made.apps[0].credential().defined_at();
    assert_eq!(*credential, Origin::File("/APPS/ACME".into()));
}

#[test]
fn a_name_is_defined_once_over_all_files() {
    let (mut first, _) = Manifest::read_file("a.yaml", &whole());
    let (second, _) = Manifest::read_file(
        "b.yaml",
        &json!({
            "credentials": { "acme": { "fields": { "k": {} } } },
            "apps": { "open": { "base_url": "https://b.example", "credential": "none" } },
            "actions": { "page": { "http": { "url": "https://b.example" } }, "new": { "http": { "url": "https://b.example" } } },
        }),
    );
    let faults = first.merge(second).unwrap_err();
    let told: Vec<_> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "b.yaml#/credentials/acme: the credential `acme` is defined twice (the first one is in a.yaml#/credentials/acme)",
            "b.yaml#/apps/open: the app `open` is defined twice (the first one is in a.yaml#/apps/open)",
            "b.yaml#/actions/page: the action `page` is defined twice (the first one is in a.yaml#/actions/page)",
        ]
    );
    assert_eq!(first.build().unwrap().actions.len(), 2);
}

/// Puts a value where a pointer leads, with what is missing on the way.
fn put(document: &mut Value, pointer: &str, value: Value) {
    let mut at = document;
    for key in pointer.split('/').skip(1) {
        let key = key.replace("~1", "/");
        if !at.is_object() {
            *at = Value::Object(Map::new());
        }
        at = at
            .as_object_mut()
            .unwrap()
            .entry(key)
            .or_insert(Value::Null);
    }
    *at = value;
}

/// A document that is in order but for one thing, and what is said of that.
#[test]
fn every_mistake_has_its_place_and_a_word() {
    for line in include_str!("mistakes.jsonl").lines() {
        let (at, value, place, message, suggestion): (String, Value, String, String, String) =
            serde_json::from_str(line).unwrap();
        let mut document = whole();
        put(&mut document, &at, value);
        let found = faults(&document);
        let fits = |fault: &Fault| {
            fault.at.pointer == place
                && fault.message.contains(&message)
                && fault
                    .suggestion
                    .as_deref()
                    .unwrap_or_default()
                    .contains(&suggestion)
        };
        assert!(found.iter().any(fits), "{at}: {found:#?}");
    }
}

#[test]
fn a_route_is_a_method_and_a_path() {
    let mut document = whole();
    put(
        &mut document,
        "/actions/acme:delete/route",
        json!("DELETE /things/{id}"),
    );
    let made = built(&document);
    let actions = made.apps.iter().flat_map(keyway_core::App::actions);
    let delete = actions
        .chain(&made.actions)
        .find(|one| one.slug() == "acme:delete");
    let route = delete.unwrap().get_route();
    assert_eq!(route, Some((&http::Method::DELETE, "/things/{id}")));
}

#[test]
fn what_is_sent_is_said_once() {
    for (http, message) in [
        (
            json!({ "url": "https://a.example", "method": "POST", "body": 1, "form": {} }),
            "one of them is enough",
        ),
        (
            json!({ "url": "https://a.example", "method": "POST", "body": 1, "headers": { "content-type": "a/b" } }),
            "brings its content type",
        ),
        (
            json!({ "url": "https://a.example", "method": "POST", "text": "a,{{ input.a }}", "media_type": "text/csv" }),
            "values are put into texts",
        ),
        (
            json!({ "url": "https://a.example", "method": "POST", "text": "x", "media_type": "plain" }),
            "a media type like",
        ),
        (
            json!({ "url": "https://a.example", "method": "POST", "form": {}, "media_type": "a/b" }),
            "a form is",
        ),
    ] {
        let input = json!({ "type": "object", "properties": { "a": {} } });
        let found = faults(&json!({ "actions": { "a": { "input": input, "http": http } } }));
        assert!(
            found.iter().any(|fault| fault.message.contains(message)),
            "{found:#?}"
        );
    }
}

#[test]
fn everything_is_told_at_once_and_no_value_is_repeated() {
    let found = faults(&json!({
        "credentials": { "acme": { "fields": { "apiKey": "canary" }, "kind": "canary" }, "b": 7 },
        "apps": {
            "acme": { "base_url": "canary", "timeout": "canary", "headers": { "X": "{{ canary" } },
            "b": { "base_url": "https://b.example", "sk-live canary": 1 },
        },
        "actions": {
            "a": { "app": "acme", "http": { "url": "/x" } },
            "b": { "app": "acme", "http": { "method": "canary", "url": "/x" } },
            "c": { "app": "nobody", "http": { "url": "/x" } },
        },
    }));
    // What is wrong itself is not called absent.
    let absent: Vec<_> = found
        .iter()
        .filter(|fault| fault.message.starts_with("there is no"))
        .collect();
    assert_eq!(absent.len(), 2, "{absent:#?}");
    assert!(found.len() >= 9, "{found:#?}");
    let told: Vec<_> = found
        .iter()
        .map(|fault| format!("{} {:?}", fault.message, fault.suggestion))
        .collect();
    assert!(!told.concat().contains("canary"), "{told:#?}");
}

/// A document with one of its values in place of another, or gone.
fn mutated() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        Just(json!("{{ input.x }}")),
        Just(json!("https://a.example/{{ credentials.acme.apiKey }}")),
    ];
    let value = leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec(("[a-z_]{1,8}|app|http|url|fields", inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    });
    (value, any::<proptest::sample::Index>()).prop_map(|(value, index)| {
        let mut document = whole();
        let mut pointers = Vec::new();
        walk(&document, String::new(), &mut pointers);
        let pointer = index.get(&pointers).clone();
        *document.pointer_mut(&pointer).unwrap() = value;
        document
    })
}

fn walk(value: &Value, at: String, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                walk(
                    value,
                    format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")),
                    found,
                );
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                walk(value, format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
    found.push(at);
}

#[test]
fn the_authorization_server_of_a_credential_is_data() {
    let document = json!({
        "credentials": { "slack": {
            "hosts": ["slack.example"],
            "oauth2": {
                "authorization_endpoint": "https://slack.example/authorize",
                "token_endpoint": "https://slack.example/token",
                "scopes": ["chat:write"],
                "parameters": { "access_type": "offline" },
                "client_auth": "post",
                "scope_separator": ",",
                "pkce": false,
                "token_at": "/authed_user",
                "token_types": ["bot"],
                "lifetime": "12h",
            },
        } },
        "actions": { "slack:me": {
            "credentials": ["slack"],
            "http": {
                "url": "https://slack.example/me",
                "headers": { "Authorization": "Bearer {{ credentials.slack.accessToken }}" },
            },
        } },
    });
    let built = built(&document);
    let slack = &built.credentials[0];
    assert_eq!(slack.kind(), CredentialKind::OAuth2);
    let server = slack.server().unwrap();
    assert_eq!(server.home(), "https://slack.example/token");
    assert_eq!(server.client_auth, Some(ClientAuth::Post));
    assert_eq!(server.quirks.scope_separator, ',');
    assert!(!server.quirks.pkce);
    assert_eq!(server.quirks.lifetime, Some(Duration::from_hours(12)));
    assert_eq!(crate::testing::actions(built).len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// Whatever a file holds, it is read or told: each fault points at something that is there, or
    /// at what it is missing from.
    #[test]
    fn any_file_is_taken_or_told(document in mutated()) {
        for fault in faults(&document) {
            let pointer = &fault.at.pointer;
            let parent = pointer.rsplit_once('/').map_or("", |(parent, _)| parent);
            prop_assert!(document.pointer(parent).is_some(), "{}", fault);
            prop_assert!(!fault.message.is_empty());
        }
    }
}
