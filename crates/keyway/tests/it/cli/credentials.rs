use std::io::Write as _;
use std::process::Stdio;

use serde_json::json;

use crate::support::World;

const CANARY: &str = "canary-42fe";

fn world() -> World {
    let yaml = "
credentials:
  acme:
    title: Acme
    fields:
      apiKey: { title: API key }
      region: { secret: false, required: false }
    hosts: [api.acme.example]
";
    World::of(yaml).with("ACME_API_KEY", CANARY)
}

const SET: &[&str] = &["credentials", "set", "acme"];

#[test]
fn credentials_are_set_listed_and_revoked_at_the_terminal() {
    let world = world();
    let all = world.run(&["credentials", "definitions"]).ok();
    assert!(
        all.out.contains("acme") && all.out.contains("apiKey region?"),
        "{}",
        all.out
    );
    let set = [
        SET,
        &["--set", "apiKey=@env:ACME_API_KEY", "--scope", "org"],
    ]
    .concat();
    let made = world.run(&set).ok();
    assert!(
        made.out
            .starts_with("set: acme `default` for the organization"),
        "{}",
        made.out
    );
    let again = world.run(&set).ok();
    assert!(again.out.starts_with("replaced: "), "{}", again.out);
    for slug in ["web", "shop"] {
        world.run(&["projects", "create", slug]).ok();
    }
    world.write("key.txt", &format!("{CANARY}\n"));
    let fanned = [
        SET,
        &[
            "--set",
            "apiKey=@file:key.txt",
            "--set",
            "region=eu",
            "--scope",
            "project",
        ],
        &["--project-slug", "web", "--project-slug", "shop", "--json"],
    ];
    let fanned = world.run(&fanned.concat()).ok().json();
    let places: Vec<_> = fanned["credentials"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["project"].clone())
        .collect();
    assert_eq!(places, [json!("web"), json!("shop")]);

    let listed = world.run(&["credentials", "list", "--json"]).ok();
    let id = listed.json()["credentials"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let shown = world.run(&["credentials", "list"]).ok();
    for ran in [&made, &again, &listed, &shown] {
        let told = format!("{}{}", ran.out, ran.err);
        assert!(!told.contains(CANARY), "{told}");
    }
    world.run(&["credentials", "rename", &id, "live"]).ok();
    world.run(&["credentials", "revoke", &id]).ok();
    let left = world.run(&["credentials", "list", "--json"]).ok().json();
    assert_eq!(left["credentials"].as_array().unwrap().len(), 2);
}

#[test]
fn a_value_is_piped_in_and_its_line_break_is_not_part_of_it() {
    let world = world();
    let set = [SET, &["--set", "apiKey=@stdin"]].concat();
    let mut command = world.command(&set);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(format!("{CANARY}\n").as_bytes()).unwrap();
    drop(input);
    assert!(child.wait_with_output().unwrap().status.success());
    let empty = world.run(&set);
    assert_eq!(empty.code, 2);
    assert!(
        empty.err.contains("standard input is empty"),
        "{}",
        empty.err
    );
}

#[test]
fn what_is_typed_wrongly_is_refused_with_what_to_do_and_sets_nothing() {
    let world = world().with("EMPTY", "");
    world.run(&["projects", "list"]);
    world.run(&["setup-link"]).ok();
    let inline = format!("apiKey={CANARY}");
    for (arguments, told) in [
        (vec!["--set", "apiKey=@env:ABSENT"], "ABSENT"),
        (vec!["--set", "apiKey=@env:EMPTY"], "EMPTY"),
        (vec!["--set", "apiKey=@file:absent.txt"], "absent.txt"),
        (
            vec!["--set", "apikey=@env:ACME_API_KEY"],
            "did you mean `apiKey`?",
        ),
        (vec!["--set", "apiKey"], "FIELD=VALUE"),
        (vec!["--set", &inline, "--set", &inline], "given twice"),
        (
            vec!["--set", &inline, "--scope", "project"],
            "--project-slug",
        ),
        (vec!["--set", &inline, "--scope", "user"], "--user"),
        (
            vec!["--set", &inline, "--scope", "org", "--project-slug", "web"],
            "--scope project",
        ),
        (
            vec!["--set", &inline, "--scope", "galaxy"],
            "org, project or user",
        ),
        (vec![], "--set apiKey="),
    ] {
        let ran = world.run(&[SET, &arguments].concat());
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.err);
        assert!(ran.err.contains(told), "{arguments:?}: {}", ran.err);
        assert!(!ran.err.contains(CANARY), "{}", ran.err);
    }
    let absent = [
        SET,
        &[
            "--set",
            &inline,
            "--scope",
            "project",
            "--project-slug",
            "absent",
        ],
    ];
    let absent = world.run(&absent.concat());
    assert_eq!(absent.code, 1);
    assert!(
        absent.err.contains("keyway projects list"),
        "{}",
        absent.err
    );
    let unknown = world.run(&["credentials", "set", "acm", "--set", &inline]);
    assert!(
        unknown.err.contains("did you mean `acme`?"),
        "{}",
        unknown.err
    );
    let listed = world.run(&["credentials", "list", "--json"]).ok().json();
    assert_eq!(listed["credentials"], json!([]));
    // On the command line a value is taken, with a word of warning.
    let inline = world.run(&[SET, &["--set", &inline]].concat()).ok();
    assert!(inline.err.contains("seen by other users"), "{}", inline.err);
}
