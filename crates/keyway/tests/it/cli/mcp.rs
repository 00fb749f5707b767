use crate::support::World;

const SERVERS: &str =
    "mcp_servers:\n  gone: {command: no-such-program}\n  bad: {}\nmcp_files: [broken.json]\n";

#[test]
fn a_running_gateway_is_looked_at() {
    let world = World::of(SERVERS);
    world.write("broken.json", "{\"mcpServers\": {\n  \"a\" 1}}");
    let serving = world.serve(&["--no-auth"]);
    let server = ["--server", &serving.url];
    let mcp = |arguments: &[&str]| world.run(&[&["mcp"], arguments, &server[..]].concat());

    let status = mcp(&["status", "--json"]).ok().json();
    let names: Vec<_> = find_array(&status)
        .iter()
        .map(|server| server["name"].as_str().unwrap())
        .collect();
    assert!(names.contains(&"gone"), "{status}");
    // An entry that cannot be used, and a file, are there to say why.
    let reason = |name: &str| {
        let server = find_array(&status)
            .iter()
            .find(|server| server["name"] == name);
        server.unwrap()["reason"].as_str().unwrap().to_owned()
    };
    insta::assert_snapshot!(reason("bad"), @"keyway.yaml:3:8: bad: neither `command` nor `url`");
    insta::assert_snapshot!(reason("broken.json"), @"broken.json:2:7: expected colon after the string or word in object property");
    let table = mcp(&["status"]).ok().out;
    assert!(
        table.starts_with("SERVER") && table.contains("gone") && table.contains(" s ago"),
        "{table}"
    );

    let tools = mcp(&["tools", "--json"]).ok().json();
    assert!(
        tools["tools"]
            .as_array()
            .unwrap()
            .iter()
            .any(|tool| tool["name"] == "status")
    );
    let filtered = mcp(&["tools", "--filter", "no-such"]).ok().out;
    assert_eq!(filtered.lines().count(), 1, "{filtered}");

    let called = mcp(&["call", "status", "--json"]).ok().json();
    assert!(called["content"].is_array(), "{called}");
    let missing = mcp(&["call", "no-such-tool"]);
    assert_eq!(missing.code, 1, "{}", missing.told());
    let malformed = mcp(&["call", "status", "--input", "{canary"]);
    assert_eq!(malformed.code, 2);
    assert!(!malformed.told().contains("canary"));
}

fn find_array(answer: &serde_json::Value) -> &Vec<serde_json::Value> {
    let inside = answer
        .as_object()
        .and_then(|members| members.values().find_map(|value| value.as_array()));
    answer.as_array().or(inside).unwrap()
}

#[test]
fn a_gateway_that_wants_a_key_is_given_one() {
    let world = World::new();
    let key = world
        .run(&["api-keys", "create", "cli"])
        .ok()
        .out
        .trim()
        .to_owned();
    let serving = world.serve(&[]);
    let server = ["--server", &serving.url];
    let without = world.run(&[&["mcp", "tools"], &server[..]].concat());
    assert_eq!(without.code, 1);
    assert!(
        without.err.contains("wants an API key"),
        "{}",
        without.told()
    );

    world.write("key.txt", &key);
    let with = |key: &str| world.run(&[&["mcp", "tools", "--api-key", key], &server[..]].concat());
    with("@file:key.txt").ok();
    let wrong = with("kw_canary");
    assert!(
        wrong.err.contains("does not accept this API key"),
        "{}",
        wrong.told()
    );
    let world = world
        .with("KEYWAY_API_KEY", &key)
        .with("KEYWAY_SERVER", &serving.url);
    world.run(&["mcp", "tools"]).ok();
}

#[test]
fn what_is_no_gateway_is_told() {
    let ran = World::new().run(&["mcp", "status", "--server", "http://127.0.0.1:1"]);
    assert_eq!(ran.code, 1);
    insta::assert_snapshot!(ran.err, @"
    error: http://127.0.0.1:1: could not connect: connection refused
      help: is the gateway running? `keyway serve` starts it
    ");
    let ran = World::new().run(&["mcp", "status", "--server", "ftp://canary"]);
    assert_eq!(ran.code, 2);
    insta::assert_snapshot!(ran.err, @"
    error: the gateway's URL is not an http: or https: URL
      help: for example --server http://127.0.0.1:8420
    ");
}

#[test]
fn the_doctor_knows_a_running_gateway() {
    let world = World::new();
    let serving = world.serve(&[]);
    let bind = serving
        .url
        .trim_start_matches("http://")
        .trim_end_matches("/mcp")
        .to_owned();
    let world = world.with("KEYWAY_BIND", &bind);
    let told = world.run(&["doctor"]).ok().out;
    assert!(
        told.contains(&format!("a gateway listens on {bind}")),
        "{told}"
    );
}
