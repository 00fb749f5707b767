use std::collections::BTreeSet;

use keyway_core::ports::Random;
use keyway_core::provider::{Effect, Granularity, IntegrationProvider as _};
use serde_json::{Value, json};

use super::super::triggers::explain;
use super::super::{Linear, parse};
use super::{Set, created};

fn places(set: &Set) -> Vec<String> {
    let error = Linear
        .check(&set.context(), Granularity::PerIssue)
        .unwrap_err();
    assert!(!format!("{error:?}").contains("canary"));
    let places = error.problems().iter();
    places.map(|one| one.pointer.clone()).collect()
}

#[test]
fn settings_of_linear_that_cannot_work_are_told_at_their_place() {
    Linear
        .check(&Set::app().context(), Granularity::PerIssue)
        .unwrap();
    Linear
        .check(&Set::key().context(), Granularity::PerIssue)
        .unwrap();
    for (name, value) in [
        ("apiUrl", json!("http://canary.example")),
        ("apiUrl", json!("https://canary:canary@linear.app")),
        ("webUrl", json!("https://linear.app?canary")),
        ("webUrl", json!("canary")),
        ("clientId", json!("")),
        ("clientId", json!(" canary")),
        ("oauthClientId", json!("c".repeat(256))),
    ] {
        let mut set = Set::app();
        set.settings[name] = value;
        assert_eq!(places(&set), [format!("/settings/{name}")]);
    }
    let mut here = Set::app();
    here.settings["apiUrl"] = "http://127.0.0.1:8080".into();
    here.settings["webUrl"] = "http://localhost:8080/".into();
    Linear
        .check(&here.context(), Granularity::PerIssue)
        .unwrap();
    let mut more = Set::app();
    more.settings["canary"] = 1.into();
    assert_eq!(places(&more), ["/settings"]);
    let mut short = Set::app();
    short.secret = keyway_core::Secret::new("canary".into());
    assert_eq!(places(&short), ["/secret"]);
}

#[test]
fn triggers_of_linear_that_cannot_work_are_told_at_their_place() {
    let set = |triggers: Value| Set::app().triggers(triggers);
    for (triggers, place) in [
        (json!({ "teams": [] }), "/triggers/teams"),
        (json!({ "people": ["ada", ""] }), "/triggers/people/1"),
        (
            json!({ "events": ["session", "canary"] }),
            "/triggers/events/1",
        ),
        (json!({ "events": ["labeled"] }), "/triggers/labels"),
        (
            json!({ "labels": ["a"], "events": ["session"] }),
            "/triggers/events",
        ),
        (json!({ "teams": vec!["a"; 33] }), "/triggers/teams"),
        (json!({ "canary": true }), "/triggers"),
        (json!({ "teams": "canary" }), "/triggers"),
    ] {
        assert_eq!(places(&set(triggers)), [place]);
    }
    let good = set(
        json!({ "teams": ["ENG"], "people": ["a@b.example"], "labels": ["x"], "events": ["labeled"] }),
    );
    Linear
        .check(&good.context(), Granularity::PerThread)
        .unwrap();
    let unreadable = set(json!({ "canary": true }));
    assert_eq!(unreadable.rule(&created()), "settings_unreadable");
}

#[test]
fn a_secret_that_is_made_here_can_be_installed_with() {
    struct Sevens;
    impl Random for Sevens {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(7);
        }
    }
    let mut set = Set::app();
    set.secret = Linear.new_secret(&set.settings, &Sevens);
    Linear.check(&set.context(), Granularity::PerIssue).unwrap();
}

#[test]
fn every_tool_has_a_scope_and_every_scope_something_it_permits() {
    let offer = Linear.publication();
    let tools = Linear.tools();
    assert_eq!(tools.len(), 9);
    let names: BTreeSet<_> = tools
        .iter()
        .map(|tool| tool.full_name(Linear.id()))
        .collect();
    assert_eq!(names.len(), 9);
    assert!(
        names
            .iter()
            .all(|name| name.starts_with("mcp_linear_") && name.len() <= 64)
    );
    let offered: BTreeSet<_> = offer.scopes.iter().map(|scope| scope.name).collect();
    let used: BTreeSet<_> = tools
        .iter()
        .map(|tool| tool.scope)
        .chain(Linear.reply_scope())
        .collect();
    assert_eq!(offered, used);
    assert_eq!(offered.len(), offer.scopes.len());
    let unusual: Vec<_> = offer.scopes.iter().filter(|scope| !scope.usual).collect();
    assert_eq!(
        unusual.iter().map(|scope| scope.name).collect::<Vec<_>>(),
        ["graphql.read"]
    );
    assert!(offer.granularities.contains(&offer.usual));
    assert_eq!(offer.usual, Granularity::PerIssue);
    for tool in tools {
        let schema = (tool.input_schema)();
        assert_eq!(schema["type"], "object", "{}", tool.name);
        assert_eq!(schema["additionalProperties"], false, "{}", tool.name);
        let required = schema["required"].as_array().unwrap();
        assert!(
            required
                .iter()
                .all(|name| schema["properties"][name.as_str().unwrap()].is_object())
        );
        assert_eq!(
            tool.effect == Effect::Reads,
            tool.scope.split('.').next_back() == Some("read"),
            "{}",
            tool.name
        );
    }
}

#[test]
fn every_rule_is_explained() {
    for rule in parse::RULES {
        assert_ne!(explain(rule), explain("?"), "{rule}");
    }
    assert_eq!(explain("?"), "this version does not know the rule");
}
