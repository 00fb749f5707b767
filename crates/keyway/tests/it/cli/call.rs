use crate::support::World;

#[test]
fn an_unknown_action_is_told() {
    let ran = World::new().run(&["call", "no:such"]);
    assert_eq!(ran.code, 2, "{}", ran.told());
    assert!(
        ran.err.contains("there is no action of this name"),
        "{}",
        ran.err
    );
}

#[test]
fn an_action_is_called_and_listed() {
    let world = World::new();
    let listed = world.run(&["call", "--json"]).ok().json();
    assert!(
        listed["actions"]
            .as_array()
            .unwrap()
            .iter()
            .any(|action| action["slug"] == "status")
    );
    let called = world.run(&["call", "status", "--json"]).ok().json();
    assert!(called.is_object(), "{called}");
    let people = world.run(&["call", "status"]).ok().out;
    assert!(
        serde_json::from_str::<serde_json::Value>(&people).is_err(),
        "markdown: {people}"
    );
    let help = world.run(&["call", "status", "--help"]).ok().out;
    assert!(help.contains("Usage: keyway call status"), "{help}");
}

#[test]
fn options_of_every_command_may_stand_behind_the_slug() {
    let world = World::new();
    world.write("other.yaml", "data_dir: elsewhere\n");
    world.write("elsewhere/keyway.db", "no database");
    for words in [["--config", "other.yaml"], ["--data-dir", "elsewhere"]] {
        let ran = world.run(&[&["call", "status"], &words[..]].concat());
        assert_eq!(ran.code, 1, "the broken database is used: {}", ran.told());
    }
    world.run(&["call", "status"]).ok();
}

#[test]
fn a_call_where_no_gateway_was_started_makes_nothing() {
    let world = World::new();
    let ran = world.run(&["call", "status"]).ok();
    assert_eq!(ran.err, "");
    world.run(&["call"]).ok();
    world.run(&["call", "no:such"]);
    assert!(!world.path(".keyway").exists());
}

#[test]
fn a_bad_command_line_is_told_as_json_when_asked() {
    for words in [
        &["--json", "sevre"][..],
        &["call", "status", "--json", "--foo"],
    ] {
        let ran = World::new().run(words);
        assert_eq!(ran.code, 2, "{}", ran.told());
        let told: serde_json::Value = serde_json::from_str(&ran.err).unwrap();
        assert_eq!(told["error"]["code"], "bad_command_line", "{told}");
    }
    let ran = World::new().run(&["--json", "sevre"]);
    insta::assert_snapshot!(ran.err, @r#"{"error":{"code":"bad_command_line","message":"unrecognized subcommand 'sevre'","hint":"some similar subcommands exist: 'service-accounts', 'users', 'servers', 'serve'"}}"#);
}

#[test]
fn calling_beside_a_running_gateway_works() {
    let world = World::new();
    let _serving = world.serve(&[]);
    world.run(&["call", "status"]).ok();
    world.run(&["api-keys", "create", "x"]).ok();
}
