use keyway_testkit::sql;
use serde_json::Value;

use crate::support::World;

/// A data directory with a few events in its log.
fn world() -> World {
    let world = World::new();
    for name in ["one", "two"] {
        world.run(&["api-keys", "create", name]).ok();
    }
    world
}

fn key(world: &World) -> String {
    world.run(&["audit", "key"]).ok().out.trim().to_owned()
}

#[tokio::test]
async fn where_nothing_was_written_down_that_is_said() {
    let world = World::new();
    for command in [
        &["audit", "tail"][..],
        &["audit", "verify"],
        &["audit", "export"],
    ] {
        let ran = world.run(command);
        assert_eq!(ran.code, 1, "{}", ran.told());
        assert!(
            ran.err.contains("nothing was written down here yet"),
            "{}",
            ran.told()
        );
    }
}

#[tokio::test]
async fn the_last_events_are_shown_and_can_be_chosen() {
    let world = world();
    let told = world.run(&["audit", "tail"]).ok().out;
    assert_eq!(told.lines().count(), 4, "{told}");
    assert!(told.contains("api_key_made  operator"), "{told}");
    let lines = |more: &[&str]| {
        let arguments = [&["audit", "tail", "--json"], more].concat();
        let out = world.run(&arguments).ok().out;
        let read = |line: &str| serde_json::from_str::<Value>(line).unwrap();
        out.lines().map(read).collect::<Vec<_>>()
    };
    assert_eq!(lines(&["-n", "1"])[0]["seq"], 4);
    assert_eq!(lines(&["--kind", "call"]).len(), 0);
    assert_eq!(
        lines(&["--kind", "api_key_made", "--actor", "operator"]).len(),
        4
    );
    assert_eq!(lines(&["--tool", "nothing"]).len(), 0);
    assert_eq!(lines(&["--since", "1h"]).len(), 4);
    assert_eq!(lines(&["--since", "2100-01-01T00:00:00Z"]).len(), 0);
    for wrong in [&["--kind", "canary"][..], &["--since", "canary"]] {
        let ran = world.run(&[&["audit", "tail"], wrong].concat());
        assert_eq!(ran.code, 2, "{}", ran.told());
        assert!(!ran.err.contains("canary"), "{}", ran.told());
    }
    let ran = world.run(&["audit", "tail", "--organization", "canary"]);
    assert_eq!(ran.code, 2, "{}", ran.told());
}

#[tokio::test]
async fn a_whole_log_passes_and_an_altered_one_does_not() {
    let world = world();
    let ran = world.run(&["audit", "verify"]).ok();
    assert!(ran.out.contains("whole; 4 events"), "{}", ran.told());
    let alter = "DROP TRIGGER audit_blocks_stay; UPDATE audit_blocks SET moments = zeroblob(8) WHERE first <= 2 AND last >= 2";
    sql::run(&world.path(".keyway/keyway.db"), alter).await;
    let ran = world.run(&["audit", "verify"]);
    assert_eq!(ran.code, 1, "{}", ran.told());
    assert!(ran.out.contains("BROKEN in 1 place"), "{}", ran.told());
    assert!(ran.out.contains("event 2 was changed"), "{}", ran.told());
    let ran = world.run(&["audit", "verify", "--organization", "default", "--json"]);
    assert_eq!(ran.code, 1, "{}", ran.told());
    let told: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(told["whole"], false);
    assert_eq!(told["logs"][0]["broken"][0]["code"], "edited");
    assert_eq!(told["logs"][0]["broken"][0]["seq"], 2);
}

#[tokio::test]
async fn an_export_is_checked_with_the_public_key_alone() {
    let world = world();
    world.run(&["audit", "export", "-o", "out.jsonl"]).ok();
    let again = world.run(&["audit", "export", "-o", "out.jsonl"]);
    assert_eq!(again.code, 2, "an export replaces no file");
    let elsewhere = World::new();
    let text = world.read("out.jsonl");
    elsewhere.write("out.jsonl", &text);
    let key = key(&world);
    let verify =
        |key: &str| elsewhere.run(&["audit", "verify", "--file", "out.jsonl", "--key", key]);
    let ran = verify(&key).ok();
    assert!(
        ran.out.contains("whole; 5 events, all of them signed"),
        "{}",
        ran.told()
    );
    elsewhere.write("out.jsonl", &text.replacen("operator", "somebody", 1));
    let ran = verify(&key);
    assert_eq!(ran.code, 1, "{}", ran.told());
    assert!(ran.out.contains("event 1 was changed"), "{}", ran.told());
    elsewhere.write("out.jsonl", &text);
    let other = "0123456789abcdef:".to_owned() + &"0".repeat(64);
    let ran = verify(&other);
    assert_eq!(ran.code, 1, "{}", ran.told());
    assert!(
        ran.out.contains("a key that is not known"),
        "{}",
        ran.told()
    );
    let forged = format!("{}:{}", &key[..16], "0".repeat(64));
    assert!(
        verify(&forged).out.contains("is forged"),
        "{}",
        verify(&forged).told()
    );
    let ran = elsewhere.run(&["audit", "verify", "--file", "out.jsonl"]);
    assert!(ran.code == 1 && ran.err.contains("--key"), "{}", ran.told());
    elsewhere.write("out.jsonl", "canary");
    let ran = verify(&key);
    assert!(
        ran.code == 1 && !ran.err.contains("canary"),
        "{}",
        ran.told()
    );
}
