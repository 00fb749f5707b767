//! The failure table of the client side, row by row.

use keyway_testkit::peers::{Era, HttpPeer, Script, StdioPeer};
use serde_json::json;

use super::{USER, aside, person, status, statuses};
use crate::support::World;
use crate::support::wait::until;

#[test]
fn a_missing_file_is_no_failure() {
    let ran = World::new().run(&["mcp", "status", "--json"]).ok();
    assert_eq!(ran.json()["servers"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_bad_entry_does_not_stop_the_others() {
    let peer = HttpPeer::start(Script::new(Era::Modern)).await;
    let world = person(&json!({
        "bad": { "url": "ws://h.example" },
        "keyless": { "url": peer.url(), "auth": { "type": "api_key" } },
        "good": { "url": peer.url() },
    }));
    assert_eq!(status(&world, "good", "user")["state"], "connected");
    let bad = status(&world, "bad", "user");
    assert_eq!(
        (&bad["state"], &bad["inForce"]),
        (&"disconnected".into(), &false.into())
    );
    let keyless = status(&world, "keyless", "user");
    let reason = keyless["reason"].as_str().unwrap();
    assert!(reason.contains("the key is missing or empty"), "{reason}");
}

#[test]
fn a_server_that_is_not_there_is_disconnected_with_the_reason() {
    let world = person(&json!({ "gone": { "url": "http://127.0.0.1:1/mcp" } }));
    let ran = world.run(&["mcp", "status", "--json"]).ok();
    let gone = &ran.json()["servers"][0];
    assert_eq!(gone["state"], "disconnected");
    assert_eq!(gone["reason"], "could not connect: connection refused");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_refused_is_auth_failed_and_never_shown() {
    let peer = HttpPeer::start(Script::new(Era::Modern)).await;
    peer.gate().accept(&["another"]);
    let world = person(&json!({
        "locked": { "url": peer.url(), "auth": { "type": "api_key", "key": "canary-key" } },
        "header": { "url": peer.url(), "headers": { "Authorization": "Bearer canary-header" } },
    }));
    for name in ["locked", "header"] {
        assert_eq!(
            status(&world, name, "user")["state"],
            "auth_failed",
            "{name}"
        );
    }
    for arguments in [
        &["mcp", "status"][..],
        &["mcp", "status", "--json"],
        &["mcp", "tools"],
    ] {
        let told = aside(|| world.run(arguments)).told();
        assert!(!told.contains("canary"), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_token_a_server_behind_oauth_waits_for_a_person() {
    let peer = HttpPeer::start(Script::new(Era::Modern)).await;
    peer.gate().accept(&["a-token"]);
    let world = person(&json!({ "oauth": { "url": peer.url(), "auth": { "type": "oauth" } } }));
    let told = status(&world, "oauth", "user");
    assert_eq!(
        (&told["state"], &told["auth"]),
        (&"auth_required".into(), &"oauth".into())
    );
    let ran = aside(|| world.run(&["mcp", "tools", "oauth"]));
    assert!(
        ran.code == 1 && ran.err.contains("keyway mcp connect oauth"),
        "{}",
        ran.told()
    );
}

#[test]
fn a_program_that_cannot_start_or_ends_is_disconnected() {
    let world = person(&json!({
        "absent": { "command": "no-such-program" },
        "ends": { "command": "false" },
    }));
    let ran = world.run(&["mcp", "status", "--json"]).ok();
    for server in ran.json()["servers"].as_array().unwrap() {
        assert_eq!(server["state"], "disconnected", "{server}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_was_removed_is_not_configured_any_more() {
    let peer = HttpPeer::start(Script::new(Era::Modern)).await;
    let world = person(&json!({ "one": { "url": peer.url() }, "two": { "url": peer.url() } }));
    assert_eq!(statuses(&world).len(), 2);
    world.write(
        USER,
        &json!({ "servers": { "one": { "url": peer.url() } } }).to_string(),
    );
    let left = statuses(&world);
    assert_eq!((left.len(), &left[0]["name"]), (1, &"one".into()));
}

/// A child that neither leaves by itself nor lets its own child go.
fn clinging() -> StdioPeer {
    let script = Script {
        stays: true,
        forks: true,
        ..Script::new(Era::Modern)
    };
    StdioPeer::new(script, "local::peer")
}

async fn until_gone(child: &StdioPeer) {
    let pid = rustix::process::Pid::from_raw(child.wait_grandchild().await).unwrap();
    until("the grandchild to end", || async {
        rustix::process::test_kill_process(pid).is_err()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_child_process_is_left_behind() {
    let child = clinging();
    let entry = json!({ "command": child.command(), "args": child.args(), "env": child.env() });
    let world = person(&json!({ "child": entry }));
    assert_eq!(status(&world, "child", "user")["state"], "connected");
    until_gone(&child).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_ends_the_children_too() {
    let child = clinging();
    let mute = HttpPeer::start(Script {
        mute: true,
        ..Script::default()
    })
    .await;
    let entry = json!({ "command": child.command(), "args": child.args(), "env": child.env() });
    let world = person(&json!({ "child": entry, "slow": { "url": mute.url() } }));
    let mut command = world.command(&["mcp", "status", "--wait", "1m"]);
    let mut running = command.stderr(std::process::Stdio::null()).spawn().unwrap();
    child.wait_grandchild().await;
    let pid = rustix::process::Pid::from_child(&running);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    let ended = aside(|| running.wait()).unwrap();
    assert_eq!(ended.code(), Some(143));
    until_gone(&child).await;
}

#[test]
fn a_variable_that_means_nothing_is_warned_of() {
    let world = World::new().with("KEYWAY_GRANT", "canary");
    for command in ["status", "tools"] {
        let ran = world.run(&["mcp", command]).ok();
        let told = ran.told();
        assert!(told.contains("KEYWAY_GRANT: no setting has"), "{told}");
        assert!(told.contains("did you mean `KEYWAY_GRANTS`?"), "{told}");
        assert!(!told.contains("canary"), "{told}");
    }
}

#[test]
fn a_folder_of_ones_own_that_is_a_file_is_refused() {
    let world = World::new().with("KEYWAY_HOME", "file");
    world.write("file", "");
    for command in [
        &["mcp", "status"][..],
        &["approvals", "remembered"],
        &["mcp", "trust", "--list"],
    ] {
        let ran = world.run(command);
        assert_eq!(ran.code, 2, "{}", ran.told());
        assert!(
            ran.err.contains("DIR/file is not a folder"),
            "{}",
            ran.told()
        );
    }
}
