use crate::support::World;

#[test]
fn each_value_says_where_it_comes_from() {
    let world = World::of("mcp: {title: T, name: file}\n").with("KEYWAY_MCP_NAME", "variable");
    let ran = world
        .run(&["config", "show", "--data-dir", "d", "--json"])
        .ok();
    let settings = &ran.json()["settings"];
    for (key, value, from) in [
        ("mcp.title", "T", "DIR/keyway.yaml:1:14"),
        ("mcp.name", "variable", "KEYWAY_MCP_NAME"),
        ("data_dir", "DIR/d", "--data-dir"),
        ("mcp.route", "/mcp", "default"),
    ] {
        assert_eq!(settings[key]["value"], value, "{key}");
        assert_eq!(settings[key]["from"], from, "{key}");
    }
}

#[test]
fn people_get_a_table() {
    let world = World::of(
        "mcp_servers:\n  a: {command: sh}\n  b: {url: 'https://h.example/mcp?key=k'}\n  c: {}\n",
    );
    let ran = world.run(&["config", "show"]).ok();
    let servers: Vec<_> = ran
        .out
        .lines()
        .skip_while(|line| !line.starts_with("MCP SERVER"))
        .collect();
    insta::assert_snapshot!(servers.join("\n"), @"
    MCP SERVER  REACHED BY                    AUTH  FROM
    a           stdio: sh                     -     DIR/keyway.yaml:2:3
    b           http: https://h.example/…     none  DIR/keyway.yaml:3:3
    c           unusable: see `config check`  -     DIR/keyway.yaml:4:3
    ");
}

#[test]
fn the_schema_accepts_what_the_program_accepts() {
    let schema = World::new().run(&["config", "schema"]).ok().json();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let good = serde_json::json!({
        "bind": "127.0.0.1:1",
        "mcp": {"session_ttl": "2h", "icons": [{"src": "https://x.example/i.png", "sizes": ["any"]}]},
        "limits": {"body_bytes": "4 MiB", "json_depth": 64},
        "mcp_servers": {
            "a": {"command": "sh", "env": {"PORT": 1}},
            "b": {"url": "https://h/", "auth": {"type": "api_key", "key": "k"}, "prefix": false, "timeouts": {"call": 0}},
            "c": {"url": "https://h/", "auth": "oauth", "keep_alive": "30s", "tools": {"deny": ["x"]}},
        },
    });
    assert!(
        validator.is_valid(&good),
        "{:?}",
        validator.iter_errors(&good).next()
    );
    World::of(&good.to_string()).run(&["config", "check"]).ok();
    for bad in [
        serde_json::json!({"bnid": 1}),
        serde_json::json!({"mcp": {"enabled": "maybe"}}),
        serde_json::json!({"mcp_servers": {"a": {}}}),
        serde_json::json!({"mcp_servers": {"-a": {"command": "x"}}}),
        serde_json::json!({"mcp_servers": {"a": {"command": "x", "ulr": 1}}}),
    ] {
        assert!(!validator.is_valid(&bad), "{bad}");
        assert_eq!(
            World::of(&bad.to_string()).run(&["config", "check"]).code,
            2,
            "{bad}"
        );
    }
}
