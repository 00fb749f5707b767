use crate::support::World;

#[test]
fn everything_wrong_is_told_with_its_place() {
    let world =
        World::of("bnid: 1\nmcp:\n  enabled: maybe\nmcp_servers:\n  a: {ulr: 'http://h/'}\n");
    insta::assert_snapshot!(world.run(&["config", "check"]).told(), @"
    exit 2
    error: DIR/keyway.yaml:1:1: unknown key `bnid`
      help: did you mean `bind`?
    error: DIR/keyway.yaml:3:12: mcp.enabled: expected true or false
    error: DIR/keyway.yaml:5:7: a: unknown field `ulr`
      help: did you mean `url`?
    the gateway does not start until these are mended
    ");
    let json = world.run(&["config", "check", "--json"]).json();
    assert_eq!(
        (&json["starts"], &json["ok"]),
        (&false.into(), &false.into())
    );
    let first = &json["findings"][0];
    assert_eq!((&first["line"], &first["column"]), (&1.into(), &1.into()));
}

#[test]
fn a_bad_entry_or_file_does_not_stop_the_start_but_is_an_error() {
    let world = World::of(
        "mcp_servers:\n  good: {command: sh}\n  bad: {}\nmcp_files: [m.json, absent.json]\n",
    );
    world.write("m.json", "{\"mcpServers\": {\"m\": {\"command\": \"sh\"}}}");
    insta::assert_snapshot!(world.run(&["config", "check"]).told(), @"
    exit 2
    error: DIR/keyway.yaml:3:8: bad: neither `command` nor `url`
      help: give `command` for a child process, or `url` for a server behind HTTP
    note: DIR/absent.json: the file is not there: no servers from it
    DIR/m.json: 1 server in the format of desktop clients' `mcpServers`
    DIR/keyway.yaml: the gateway starts, with 2 of 3 MCP servers
    ");
    let json = world.run(&["config", "check", "--json"]).json();
    assert_eq!(
        (&json["starts"], &json["ok"]),
        (&true.into(), &false.into())
    );
}

#[test]
fn a_good_configuration_is_exit_code_0() {
    World::of("mcp_servers:\n  good: {command: sh}\n")
        .run(&["config", "check"])
        .ok();
}

#[test]
fn a_configuration_that_cannot_be_used_ends_every_command_with_2() {
    let world = World::of("mcp: {rotue: /x}\n");
    for command in [
        &["serve"][..],
        &["api-keys", "list"],
        &["config", "show"],
        &["call"],
        &["client", "add", "cursor"],
    ] {
        let ran = world.run(command);
        assert_eq!(ran.code, 2, "{}", ran.told());
        assert!(ran.err.contains("did you mean `route`?"), "{}", ran.err);
    }
    let json = world.run(&["config", "show", "--json"]);
    let error: serde_json::Value = serde_json::from_str(&json.err).unwrap();
    assert_eq!(error["error"]["code"], "invalid_configuration");
    assert_eq!(error["error"]["findings"][0]["line"], 1);
}
