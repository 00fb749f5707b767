use std::os::unix::fs::{MetadataExt as _, symlink};

use super::{PROJECT, USER, person, status, trust};
use crate::support::World;

#[test]
fn a_server_is_added_to_a_file_of_ones_own() {
    let world = World::new().with("TOKEN", "canary-token");
    let add = |arguments: &[&str]| world.run(&[&["mcp", "add"], arguments].concat()).ok();
    add(&["docs", "--url", "https://docs.example.com/mcp"]);
    add(&[
        "api",
        "--url",
        "https://h.example/mcp",
        "--key",
        "@env:TOKEN",
        "--key-header",
        "X-Key",
        "--header",
        "X-Team=a",
    ]);
    add(&[
        "posthog",
        "--url",
        "https://p.example/mcp",
        "--oauth",
        "--scope",
        "read",
        "--scope",
        "write",
    ]);
    let told = add(&[
        "run",
        "--env",
        "MODE=fast",
        "--cwd",
        "sub",
        "--",
        "./bin/server",
        "-y",
        "--url",
    ]);
    assert!(told.out.starts_with("added `run` in DIR/"), "{}", told.out);
    let file = world
        .read(USER)
        .replace(&world.path("").display().to_string(), "DIR/");
    insta::assert_snapshot!(file, @r#"
    {
      "servers": {
        "docs": {
          "url": "https://docs.example.com/mcp"
        },
        "api": {
          "url": "https://h.example/mcp",
          "headers": {
            "X-Team": "a"
          },
          "auth": {
            "type": "api_key",
            "key": "@env:TOKEN",
            "header": "X-Key"
          }
        },
        "posthog": {
          "url": "https://p.example/mcp",
          "auth": {
            "type": "oauth",
            "scopes": ["read", "write"]
          }
        },
        "run": {
          "command": "DIR/./bin/server",
          "args": ["-y", "--url"],
          "env": {
            "MODE": "fast"
          },
          "cwd": "DIR/sub"
        }
      }
    }
    "#);
    let of = |path: &str| std::fs::metadata(world.path(path)).unwrap().mode() & 0o777;
    assert_eq!((of(USER), of("home/.keyway")), (0o600, 0o700));
    let told = world.run(&["mcp", "status", "--wait", "0", "--json"]).ok();
    assert!(
        told.json()["servers"]
            .as_array()
            .unwrap()
            .iter()
            .all(|one| one["state"] == "configured")
    );
}

#[test]
fn everything_else_in_the_file_stays_as_it_was() {
    let world = World::new();
    let before =
        "{\n  // mine\n  \"servers\": {\n    \"old\": {\"command\": \"x\"}, // keep me\n  },\n}\n";
    world.write("dotfiles/mcp.json", before);
    std::fs::create_dir(world.path("home/.keyway")).unwrap();
    symlink(world.path("dotfiles/mcp.json"), world.path(USER)).unwrap();
    world.run(&["mcp", "add", "new", "--", "y"]).ok();
    let after = world.read("dotfiles/mcp.json");
    assert!(
        after.contains("// mine") && after.contains("{\"command\": \"x\"}, // keep me"),
        "{after}"
    );
    assert!(world.path(USER).is_symlink());
    world.run(&["mcp", "remove", "new"]).ok();
    assert!(world.read(USER).contains("// keep me") && !world.read(USER).contains("new"));
}

#[test]
fn secrets_are_written_as_references_only() {
    let world = World::new();
    for arguments in [
        &["x", "--url", "https://h.example", "--key", "canary"][..],
        &[
            "x",
            "--url",
            "https://h.example",
            "--header",
            "Authorization=Bearer canary",
        ],
        &["x", "--url", "https://h.example?token=canary"],
        &[
            "x",
            "--url",
            "https://h.example",
            "--oauth",
            "--client-id",
            "i",
            "--client-secret",
            "canary",
        ],
        &["x", "--env", "GITHUB_TOKEN=canary", "--", "y"],
    ] {
        let ran = world.run(&[&["mcp", "add"], arguments].concat());
        assert_eq!(ran.code, 2, "{}", ran.told());
        assert!(
            ran.err.contains("secret") && !ran.told().contains("canary"),
            "{}",
            ran.told()
        );
    }
    assert!(!world.path(USER).exists());
    let ran = world
        .run(&[
            "mcp",
            "add",
            "x",
            "--env",
            "GITHUB_TOKEN=${env:LATER}",
            "--",
            "y",
        ])
        .ok();
    assert!(ran.err.contains("`LATER` is not set now"), "{}", ran.err);
}

#[test]
fn what_cannot_be_used_is_not_written() {
    let world = person(&serde_json::json!({ "docs": { "command": "x" } }));
    let before = world.read(USER);
    for (arguments, told) in [
        (&["docs", "--", "y"][..], "is in DIR/"),
        (&["a b", "--", "y"], "a server's name is"),
        (&["x"], "neither a URL nor a program"),
        (&["x", "--url", "ftp://canary"], "expected an `http:`"),
        (
            &["x", "--url", "https://h.example", "--header", "X"],
            "expected `NAME=value`",
        ),
        (
            &["x", "--env", "KEY=@file:absent", "--", "y"],
            "does not exist",
        ),
    ] {
        let ran = world.run(&[&["mcp", "add"], arguments].concat());
        assert!(ran.code == 2 && ran.err.contains(told), "{}", ran.told());
        assert!(!ran.told().contains("canary"), "{}", ran.told());
    }
    assert_eq!(world.read(USER), before);
    world
        .run(&["mcp", "add", "docs", "--replace", "--", "y"])
        .ok();
    assert!(world.read(USER).contains("\"y\""));
    world.write(USER, "{");
    let ran = world.run(&["mcp", "add", "x", "--", "y"]);
    assert!(ran.code == 2 && world.read(USER) == "{", "{}", ran.told());
}

#[test]
fn a_server_that_is_not_there_cannot_be_removed() {
    let world =
        person(&serde_json::json!({ "docs": { "url": "https://h.example", "auth": "oauth" } }));
    let ran = world.run(&["mcp", "remove", "dcos"]);
    assert!(
        ran.code == 2 && ran.err.contains("did you mean `docs`?"),
        "{}",
        ran.told()
    );
    let ran = world.run(&["mcp", "remove", "docs"]).ok();
    assert!(
        ran.err.contains("keyway mcp disconnect docs"),
        "{}",
        ran.err
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_s_file_stays_trusted_when_its_person_writes_it() {
    let world = World::new();
    world
        .run(&["mcp", "add", "--project", "one", "--", "no-such"])
        .ok();
    assert_eq!(status(&world, "one", "project")["state"], "disconnected");
    // One that somebody else wrote does not become trusted by it.
    world.write(
        PROJECT,
        r#"{"servers": {"theirs": {"command": "no-such"}}}"#,
    );
    world
        .run(&["mcp", "add", "--project", "mine", "--", "no-such"])
        .ok();
    assert_eq!(status(&world, "mine", "project")["state"], "configured");
    trust(&world);
    world.run(&["mcp", "remove", "--project", "theirs"]).ok();
    assert_eq!(status(&world, "mine", "project")["state"], "disconnected");
    let ran = world.run(&[
        "mcp",
        "add",
        "--project",
        "k",
        "--url",
        "https://h.example",
        "--key",
        "@file:x",
    ]);
    assert!(
        ran.code == 2 && ran.err.contains("cannot read other files"),
        "{}",
        ran.told()
    );
}

#[test]
fn an_entry_that_could_not_be_used_is_refused_by_its_field() {
    let world = World::new();
    let ran = world.run(&["mcp", "add", "docs", "--url", "ftp://docs.example.com"]);
    assert_eq!(ran.code, 2);
    insta::assert_snapshot!(ran.err, @"
    error: a server could not be used like this; nothing was written
      docs.url: expected an `http:`, `https:` or `unix:` URL
    ");
    assert!(!world.path("home/.keyway").exists());
}
