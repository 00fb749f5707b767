use keyway_testkit::acme::{Acme, Misbehaviour};
use serde_json::{Value, json};

use crate::support::{Ran, World};

const GUIDE: &str = include_str!("../../../../../docs/how-to/actions-without-code.md");
const KEY: &str = "canary-key-of-acme";

/// The block of the guide that begins with this line.
fn block(first: &str) -> String {
    let (_, rest) = GUIDE.split_once(&format!("```yaml\n{first}\n")).unwrap();
    rest.split_once("```").unwrap().0.to_owned()
}

/// What the guide shows to be said after a command.
fn said(command: &str, nth: usize) -> &'static str {
    let after = GUIDE.split(&format!("$ {command}\n")).nth(nth).unwrap();
    after.split_once("```").unwrap().0
}

/// A project with what the guide defines, against an Acme on this machine.
fn world(acme: &Acme) -> World {
    let world = World::new().with("ACME_API_KEY", KEY);
    let text = block("# definitions/acme.yaml");
    let text = text.replace("https://api.acme.example", &acme.url());
    assert!(text.contains("http://localhost"));
    world.write("definitions/acme.yaml", &text);
    world
}

/// Every command of the guide that begins so, run.
fn run(world: &World, command: &str) -> Ran {
    let shown: Vec<_> = GUIDE
        .lines()
        .filter_map(|line| line.strip_prefix("$ keyway "))
        .filter(|shown| shown.starts_with(command))
        .collect();
    let [shown] = shown.as_slice() else {
        panic!("{command} is shown once: {shown:?}");
    };
    let mut words = Vec::new();
    for (index, part) in shown.split('"').enumerate() {
        if index % 2 == 1 {
            words.push(part);
        } else {
            words.extend(part.split_whitespace());
        }
    }
    words.push("--json");
    world.run(&words)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_how_to_does_what_it_says() {
    let acme = Acme::start(KEY).await;
    let world = world(&acme);
    let ran = world.run(&["validate"]).ok();
    assert_eq!(ran.out, said("keyway validate", 1));
    run(&world, "credentials set").ok();
    assert_eq!(run(&world, "call acme:whoami").ok().json(), "Ada");
    let ticket = json!({ "id": "T-1", "title": "Printer", "body": "It is on fire" });
    assert_eq!(run(&world, "call acme:create-ticket").ok().json(), ticket);
    assert_eq!(run(&world, "call acme:view-ticket").ok().json(), ticket);
    let wrong = world.run(&["call", "acme:view-ticket", "--id", "T-9", "--json"]);
    assert_eq!(wrong.code, 1, "{}", wrong.told());
    assert!(
        wrong.told().contains("ticket_not_found"),
        "{}",
        wrong.told()
    );

    world.write("definitions/more.yaml", &block("# definitions/more.yaml"));
    let ran = world.run(&["validate"]).ok();
    assert!(
        ran.out
            .starts_with("1 credential, 1 app, 4 actions in 2 files"),
        "{}",
        ran.out
    );
    let text = format!(
        "# definitions/wrong.yaml\n{}",
        block("# definitions/wrong.yaml")
    );
    world.write("definitions/wrong.yaml", &text);
    let ran = world.run(&["validate"]);
    assert_eq!(ran.code, 2);
    assert_eq!(
        ran.out.replace("DIR/", "/srv/acme/"),
        said("keyway validate", 2)
    );
    let check = world.run(&["config", "check", "--json"]);
    let findings = check.json()["findings"].clone();
    assert_eq!(
        (
            check.code,
            findings[0]["line"].clone(),
            findings[0]["column"].clone()
        ),
        (2, json!(6), json!(7))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_the_service_answers_is_a_result_or_a_failure_that_repeats_nothing() {
    let acme = Acme::start(KEY).await;
    let world = world(&acme);
    run(&world, "credentials set").ok();
    let view = |world: &World| world.run(&["call", "acme:view-ticket", "--id", "T-1", "--json"]);
    for (misbehaviour, code) in [
        (
            Misbehaviour::Busy { retry_after: 1 },
            "upstream_rate_limited",
        ),
        (Misbehaviour::Fails, "upstream_failed"),
        (Misbehaviour::NoJson, "upstream_not_json"),
        (
            Misbehaviour::Large { bytes: 50 << 20 },
            "upstream_too_large",
        ),
        // The key goes to no other host.
        (
            Misbehaviour::Redirects {
                to: "http://127.0.0.1:1/".into(),
            },
            "upstream_refused_address",
        ),
    ] {
        let shown = format!("{misbehaviour:?}");
        acme.misbehave(misbehaviour);
        let ran = view(&world);
        assert_eq!(ran.code, 1, "{shown}: {}", ran.told());
        assert!(ran.told().contains(code), "{shown}: {}", ran.told());
        assert!(!ran.told().contains("canary"), "{shown}: {}", ran.told());
    }
    acme.misbehave(Misbehaviour::NoContent);
    assert_eq!(view(&world).ok().json(), Value::Null);
    acme.forget_keys();
    let ran = view(&world);
    assert!(
        ran.told().contains("upstream_unauthorized"),
        "{}",
        ran.told()
    );
    assert!(!ran.told().contains("canary"), "{}", ran.told());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_input_reaches_nothing_but_its_place() {
    let acme = Acme::start(KEY).await;
    let world = world(&acme);
    run(&world, "credentials set").ok();
    let asked = acme.received().len();
    for id in ["..", "../me", ".", "a/../../me"] {
        let ran = world.run(&["call", "acme:view-ticket", "--id", id, "--json"]);
        assert_eq!(ran.code, 2, "{id}: {}", ran.told());
        assert!(ran.told().contains("/id"), "{id}: {}", ran.told());
    }
    assert_eq!(acme.received().len(), asked);
    let ran = world.run(&["call", "acme:view-ticket", "--id", "x/me?a=b#c", "--json"]);
    assert!(ran.told().contains("ticket_not_found"), "{}", ran.told());
    let line = acme.received().pop().unwrap().line;
    assert_eq!(line, "GET /v1/tickets/x%2Fme%3Fa%3Db%23c");
}

#[test]
fn definitions_that_clash_are_told_without_a_start() {
    let world = World::of(
        "actions:\n  other: { http: { url: 'https://a.example/' } }\n  a:b: { http: { url: 'https://a.example/' } }\n  a-b: { http: { url: 'https://a.example/' } }\n",
    );
    let ran = world.run(&["validate", "--json"]);
    assert_eq!(ran.code, 2, "{}", ran.told());
    let told = ran.json()["clashes"][0].as_str().unwrap().to_owned();
    assert!(
        told.contains("keyway.yaml:3:3") && told.contains("keyway.yaml:4:3"),
        "{told}"
    );
    assert_eq!(ran.json()["actions"], 3);
    assert!(!world.path(".keyway").exists());
}
