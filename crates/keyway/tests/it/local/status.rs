use keyway_testkit::peers::{Era, HttpPeer, Script, StdioPeer};
use serde_json::json;

use super::{PROJECT, USER, aside, person, status, trust};
use crate::support::World;

#[tokio::test(flavor = "multi_thread")]
async fn every_server_has_its_line_and_its_state() {
    let http = HttpPeer::start(Script::new(Era::Legacy)).await;
    let child = StdioPeer::new(Script::new(Era::Modern), "local::peer");
    let world = person(&json!({
        "child": { "command": child.command(), "args": child.args(), "env": child.env() },
        "web": { "url": http.url(), "auth": { "type": "none" } },
        "gone": { "url": "http://127.0.0.1:1/mcp" },
        "off": { "command": "no-such-program", "enabled": false },
    }));
    world.write(
        PROJECT,
        r#"{"servers": {"theirs": {"command": "no-such-program"}}}"#,
    );

    let web = status(&world, "web", "user");
    assert_eq!(web["state"], "connected", "{web}");
    assert_eq!(
        (&web["transport"], &web["auth"]),
        (&"http".into(), &"none".into())
    );
    assert!(
        web["tools"].as_u64().unwrap() > 0 && web["since"].is_string(),
        "{web}"
    );
    assert!(web["reason"].is_null() && web["inForce"] == true, "{web}");
    let child = status(&world, "child", "user");
    assert_eq!(
        (&child["state"], &child["transport"]),
        (&"connected".into(), &"stdio".into())
    );
    let gone = status(&world, "gone", "user");
    assert_eq!(
        (&gone["state"], gone["nextRetry"].is_string()),
        (&"disconnected".into(), true)
    );
    let off = status(&world, "off", "user");
    assert_eq!(
        (&off["state"], &off["reason"]),
        (&"configured".into(), &"disabled by `enabled`".into())
    );
    let theirs = status(&world, "theirs", "project");
    assert_eq!(theirs["state"], "configured");
    assert_eq!(
        theirs["reason"],
        "project file is not trusted: keyway mcp trust"
    );

    let table = aside(|| world.run(&["mcp", "status"])).ok().out;
    let head = table.lines().next().unwrap();
    assert_eq!(
        head.split_whitespace().collect::<Vec<_>>(),
        [
            "SERVER",
            "STATE",
            "TRANSPORT",
            "AUTH",
            "TOOLS",
            "SINCE",
            "RETRY",
            "SOURCE",
            "WHY"
        ]
    );
    assert_eq!(table.lines().count(), 6, "{table}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_takes_its_time_is_shown_as_connecting() {
    let mute = HttpPeer::start(Script {
        mute: true,
        ..Script::default()
    })
    .await;
    let world = person(&json!({ "slow": { "url": mute.url() } }));
    let ran = aside(|| world.run(&["mcp", "status", "--wait", "200ms", "--json"]));
    assert_eq!(ran.ok().json()["servers"][0]["state"], "connecting");
    // Asked not to connect, it does not.
    let ran = aside(|| world.run(&["mcp", "status", "--wait", "0", "--json"]));
    assert_eq!(ran.ok().json()["servers"][0]["state"], "configured");
}

#[test]
fn without_any_server_it_says_how_to_add_one() {
    let ran = World::new().run(&["mcp", "status"]).ok();
    assert_eq!(ran.out, "no MCP servers are configured\n");
    assert!(ran.err.contains("keyway mcp add"), "{}", ran.err);
    assert!(!World::new().path("home/.keyway").exists());
}

#[test]
fn a_name_that_is_not_there_suggests_the_one_that_was_meant() {
    let world = person(&json!({ "github": { "command": "no-such-program" } }));
    let ran = world.run(&["mcp", "status", "gihtub"]);
    assert_eq!(ran.code, 2);
    insta::assert_snapshot!(ran.err, @"
    error: there is no server `gihtub`
      help: did you mean `github`?
    ");
    world.run(&["mcp", "status", "github"]).ok();
}

#[test]
fn a_gateway_is_meant_only_when_it_is_named() {
    let world = person(&json!({ "github": { "command": "no-such-program" } }))
        .with("KEYWAY_SERVER", "http://127.0.0.1:1");
    let ran = world.run(&["mcp", "status"]);
    assert!(
        ran.code == 1 && ran.err.contains("127.0.0.1:1"),
        "{}",
        ran.told()
    );
    let ran = world.run(&["mcp", "status", "github"]);
    assert!(
        ran.code == 2 && ran.err.contains("--local"),
        "{}",
        ran.told()
    );
    let ran = world.run(&["mcp", "status", "--local"]).ok();
    assert!(ran.out.contains("github"), "{}", ran.out);
    let ran = World::new().run(&["mcp", "status", "--api-key", "@env:X"]);
    assert_eq!(ran.code, 2, "{}", ran.told());
}

#[test]
fn the_folder_can_be_another() {
    let world = World::new();
    world.write(
        "own/mcp.json",
        r#"{"servers": {"a": {"command": "no-such-program"}}}"#,
    );
    let own = world.path("own").display().to_string();
    let ran = world
        .with("KEYWAY_HOME", &own)
        .run(&["mcp", "status", "--json"])
        .ok();
    assert_eq!(ran.json()["servers"][0]["name"], "a");
}

#[test]
fn a_file_that_others_can_change_is_warned_of() {
    use std::os::unix::fs::PermissionsExt as _;
    let world = person(&json!({}));
    let open = std::fs::Permissions::from_mode(0o666);
    std::fs::set_permissions(world.path(USER), open).unwrap();
    let ran = world.run(&["mcp", "status"]).ok();
    insta::assert_snapshot!(ran.err.replace("DIR/home", "HOME"), @"
    warning: HOME/.keyway/mcp.json: other users can change this file
      help: what is in it is run as you: `chmod 600` it
    `keyway mcp add` puts one into HOME/.keyway/mcp.json
    ");
    let own = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(world.path(USER), own).unwrap();
    let open = std::fs::Permissions::from_mode(0o777);
    std::fs::set_permissions(world.path("home/.keyway"), open).unwrap();
    let ran = world.run(&["mcp", "tools"]).ok();
    insta::assert_snapshot!(ran.err.replace("DIR/home", "HOME"), @"
    warning: HOME/.keyway/mcp.json: other users can put another file in its place
      help: what is in it is run as you: `chmod 700` its folder
    `keyway mcp add` adds one
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trusted_project_goes_first_server_by_server() {
    let mine = HttpPeer::start(Script::new(Era::Modern)).await;
    let theirs = HttpPeer::start(Script::new(Era::Modern)).await;
    let world = person(&json!({
        "both": { "url": mine.url(), "auth": { "type": "api_key", "key": "canary-key" } },
        "mine": { "url": mine.url() },
    }));
    let project = json!({ "servers": { "both": { "url": theirs.url() } } });
    world.write(PROJECT, &project.to_string());
    // Not trusted: the person's own stays in force, and the status tells of the other.
    assert_eq!(status(&world, "both", "user")["state"], "connected");
    assert_eq!(status(&world, "both", "project")["state"], "configured");
    assert!(theirs.gate().came().is_empty());

    trust(&world);
    assert_eq!(status(&world, "both", "project")["state"], "connected");
    assert_eq!(status(&world, "mine", "user")["state"], "connected");
    let keys: Vec<_> = theirs.gate().came();
    assert!(
        !keys.is_empty() && keys.iter().all(|(_, token)| token.is_none()),
        "{keys:?}"
    );
}
