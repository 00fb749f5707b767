//! Warnings that every command tells, whatever it is about.

use std::os::unix::fs::PermissionsExt as _;

use keyway_testkit::peers::{HttpPeer, Script};
use serde_json::{Value, json};

use super::{aside, person};

const COMMANDS: &[&[&str]] = &[
    &["mcp", "call", "peer", "echo", "--approve", "peer/echo"],
    &["mcp", "read", "peer", "test://static"],
    &["mcp", "prompt", "peer", "greet", "who=Ada"],
    &["mcp", "resources"],
    &["mcp", "prompts"],
    &["mcp", "tools"],
    &["mcp", "context"],
    &["mcp", "skills"],
    &["mcp", "connect", "peer"],
    &["mcp", "disconnect", "nobody"],
    &["mcp", "grants"],
    &["mcp", "trust", "--list"],
    &["mcp", "add", "other", "--url", "http://127.0.0.1:9/mcp"],
    &["mcp", "remove", "other"],
    &["approvals", "remembered"],
];

#[tokio::test(flavor = "multi_thread")]
async fn every_command_warns_on_standard_error_and_answers_as_ever() {
    let peer = HttpPeer::start(Script::default()).await;
    let world = person(&json!({ "peer": { "url": peer.url() } }))
        .with("KEYWAY_GRANT", "canary")
        .with("KEYWAY_GRANTS", "file");
    let lab = json!({ "base_url": "http://127.0.0.1:9/v1", "key": "canary-key" });
    let models = json!({ "vendors": { "lab": lab } });
    world.write("home/.keyway/models.json", &models.to_string());
    let mode = |name: &str, mode| {
        let permissions = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(world.path(name), permissions).unwrap();
    };
    mode("home/.keyway", 0o700);
    mode("home/.keyway/mcp.json", 0o666);
    mode("home/.keyway/models.json", 0o644);
    for command in COMMANDS {
        let shared = world.path("home/.keyway/mcp.json");
        let shared = std::fs::metadata(shared).unwrap().permissions().mode() & 0o022 != 0;
        let ran = aside(|| world.run(&[command, &["--json"][..]].concat()));
        let told = format!("{command:?}: {}", ran.told());
        let once = |text: &str| assert_eq!(ran.err.matches(text).count(), 1, "{told}");
        once("KEYWAY_GRANT: no setting has this variable");
        once("other users can read this file, and a key is in it");
        if shared {
            once("other users can change this file");
        }
        assert!(!told.contains("canary"), "{told}");
        if command.contains(&"nobody") {
            assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{told}");
        } else {
            assert_eq!(ran.code, 0, "{told}");
            let _: Value = serde_json::from_str(&ran.out).expect(&told);
        }
    }
}
