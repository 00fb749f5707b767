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
    world
        .run(&["call", "status", "--config", "other.yaml"])
        .ok();
    assert!(world.path("elsewhere").exists());
    world.run(&["call", "status", "--data-dir=third"]).ok();
    assert!(world.path("third").exists() && !world.path(".keyway").exists());
}

#[test]
fn calling_beside_a_running_gateway_works() {
    let world = World::new();
    let _serving = world.serve(&[]);
    world.run(&["call", "status"]).ok();
    world.run(&["api-keys", "create", "x"]).ok();
}
