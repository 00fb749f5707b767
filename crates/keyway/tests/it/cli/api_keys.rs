use crate::support::World;

#[test]
fn a_key_is_made_listed_replaced_and_ended() {
    let world = World::new();
    let made = world
        .run(&[
            "api-keys",
            "create",
            "laptop",
            "--expires-in",
            "90d",
            "--json",
        ])
        .ok();
    let made = made.json();
    let key = made["key"].as_str().unwrap().to_owned();
    let id = made["id"].as_str().unwrap().to_owned();
    assert!(key.starts_with("kw_"), "{made}");

    let listed = world.run(&["api-keys", "list", "--json"]).ok();
    assert!(!listed.out.contains(&key));
    let named = |json: &serde_json::Value| -> Vec<String> {
        let keys = json["apiKeys"].as_array().unwrap().iter();
        keys.filter(|key| key["name"] == "laptop")
            .map(|key| key["state"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(named(&listed.json()), ["active"]);

    let rotated = world
        .run(&["api-keys", "rotate", &id, "--overlap", "1h", "--json"])
        .ok()
        .json();
    assert_ne!(rotated["key"].as_str().unwrap(), key);
    assert_eq!(
        named(&world.run(&["api-keys", "list", "--json"]).json()),
        ["active", "active"]
    );

    world.run(&["api-keys", "revoke", &id]).ok();
    let states = named(&world.run(&["api-keys", "list", "--json"]).json());
    assert_eq!(states, ["revoked", "active"]);
}

#[test]
fn the_key_alone_is_the_result() {
    let world = World::new();
    let ran = world.run(&["api-keys", "create", "script"]).ok();
    assert_eq!(ran.out.lines().count(), 1, "{}", ran.out);
    assert!(ran.out.starts_with("kw_"));
    // A fresh data directory was set up: the first key is told, once.
    assert!(ran.err.contains("first API key"), "{}", ran.err);
    assert!(
        !world
            .run(&["api-keys", "create", "again"])
            .ok()
            .err
            .contains("first API key")
    );
}

#[test]
fn bad_requests_say_what_to_do() {
    let world = World::new();
    insta::assert_snapshot!(world.run(&["api-keys", "list"]).told(), @"
    exit 1
    error: there are no API keys in this data directory yet
      help: start the gateway once (`keyway serve`), or name the directory with --data-dir
    ");
    assert!(!world.path(".keyway").exists());
    world.run(&["api-keys", "create", "x"]).ok();
    let id = "key_0198c0de-0000-7000-8000-000000000000";
    insta::assert_snapshot!(world.run(&["api-keys", "revoke", "canary"]).told(), @"
    exit 2
    error: expected an id of the form key_<uuid>
      help: `keyway api-keys list` shows the ids
    ");
    insta::assert_snapshot!(world.run(&["api-keys", "revoke", id]).told(), @"
    exit 1
    error: there is no API key with this id
    ");
    insta::assert_snapshot!(world.run(&["api-keys", "create", "y", "--expires-in", "canary"]).told(), @"
    exit 2
    error: --expires-in: expected a time span like 30m, 24h or 90d
    ");
    insta::assert_snapshot!(world.run(&["api-keys", "rotate", id, "--overlap", "400d"]).told(), @"
    exit 2
    error: the input is not valid
      /overlap: expected at most 90 days
    ");
}

#[test]
fn another_master_key_does_not_stop_the_keys_of_clients() {
    let world = World::new();
    world.run(&["api-keys", "create", "x"]).ok();
    std::fs::remove_file(world.path(".keyway/master.key")).unwrap();
    world.run(&["api-keys", "list"]).ok();
    assert!(!world.path(".keyway/master.key").exists());
}
