use std::os::unix::fs::PermissionsExt as _;

use crate::support::World;

#[test]
fn without_write_the_entry_is_printed() {
    let world = World::of("bind: 0.0.0.0:9000\nmcp: {route: /agents}\n");
    let ran = world.run(&["client", "add", "claude-code"]).ok();
    insta::assert_snapshot!(ran.told(), @r#"
    exit 0
    {
      "mcpServers": {
        "keyway": {
          "type": "http",
          "url": "http://127.0.0.1:9000/agents",
          "headers": {
            "Authorization": "Bearer ${KEYWAY_API_KEY}"
          }
        }
      }
    }
    set KEYWAY_API_KEY to an API key (`keyway api-keys create`) where the client is started
    "#);
    assert!(!world.path(".mcp.json").exists());
}

#[test]
fn write_merges_and_keeps_the_file_as_it_was() {
    let world = World::new();
    let before = "{\n  // mine\n  \"mcpServers\": {\"other\": {\"command\": \"x\"}}\n}\n";
    world.write(".cursor/mcp.json", before);
    insta::assert_snapshot!(world.run(&["client", "add", "cursor", "--write"]).ok().told(), @"
    exit 0
    DIR/.cursor/mcp.json: added `keyway`; as it was: DIR/.cursor/mcp.json.bak
    set KEYWAY_API_KEY to an API key (`keyway api-keys create`) where the client is started
    ");
    insta::assert_snapshot!(world.read(".cursor/mcp.json"), @r#"
    {
      // mine
      "mcpServers": {
        "other": {"command": "x"},
        "keyway": {
          "url": "http://127.0.0.1:8420/mcp",
          "headers": {
            "Authorization": "Bearer ${env:KEYWAY_API_KEY}"
          }
        }
      }
    }
    "#);
    assert_eq!(world.read(".cursor/mcp.json.bak"), before);
    // Once more changes nothing, and keeps nothing.
    let again = world.run(&["client", "add", "cursor", "--write"]).ok();
    assert!(again.out.contains("is there already"), "{}", again.out);
    assert!(!world.path(".cursor/mcp.json.bak1").exists());
}

#[test]
fn the_file_of_the_user_and_other_files_can_be_named() {
    let world = World::new();
    world
        .run(&["client", "add", "claude-code", "--user", "--write"])
        .ok();
    assert!(
        world
            .read("home/.claude.json")
            .contains("${KEYWAY_API_KEY}")
    );
    world
        .run(&[
            "client",
            "add",
            "vscode",
            "--file",
            "sub/mcp.json",
            "--write",
        ])
        .ok();
    assert!(
        world
            .read("sub/mcp.json")
            .contains("${input:keyway-api-key}")
    );
    assert_eq!(
        world
            .run(&["client", "add", "vscode", "--user", "--write"])
            .code,
        2
    );
}

#[test]
fn a_key_is_written_only_when_asked_for() {
    let world = World::new().with("KEYWAY_API_KEY", "kw_canary");
    let server = ["--server", "https://gw.example.com"];
    let add = |more: &[&str]| {
        let arguments = [&["client", "add", "cursor"], &server[..], more].concat();
        world.run(&arguments)
    };
    assert!(!add(&["--write"]).ok().told().contains("kw_canary"));
    assert!(!world.read(".cursor/mcp.json").contains("kw_canary"));
    add(&["--inline-key", "--write", "--file", "own.json"]).ok();
    assert!(world.read("own.json").contains("Bearer kw_canary"));
    let mode = std::fs::metadata(world.path("own.json"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let none = World::new();
    insta::assert_snapshot!(none.run(&["client", "add", "cursor", "--inline-key"]).told(), @"
    exit 2
    error: there is no API key to write
      help: set KEYWAY_API_KEY, or give --api-key @file:PATH
    ");
}

#[test]
fn a_file_that_is_no_json_is_left_alone() {
    let world = World::new();
    world.write(".mcp.json", "{\n  \"mcpServers\": canary\n");
    insta::assert_snapshot!(world.run(&["client", "add", "claude-code", "--write"]).told(), @"
    exit 2
    error: DIR/.mcp.json: line 2 is not JSON
      help: nothing was written; without --write the entry is printed
    ");
    assert!(!world.path(".mcp.json.bak").exists());
}
