use std::process::Command;

use keyway_testkit::acme::Acme;
use serde_json::json;

use crate::support::{Served, World, mcp};

const KEY: &str = "canary-of-acme";

#[tokio::test(flavor = "multi_thread")]
async fn a_new_project_is_in_order_serves_and_is_called_over_mcp() {
    let acme = Acme::start(KEY).await;
    let world = World::new();
    let told = world.run(&["new", "acme"]).ok();
    assert_eq!(
        told.out,
        "6 files written into DIR/acme\n  cd acme\n  keyway validate\n  keyway dev\n"
    );
    let config = ["--config", "acme/keyway.yaml", "--data-dir", "acme/.keyway"];
    let run = |arguments: &[&str]| world.run(&[&config[..], arguments].concat());
    let checked = run(&["validate"]).ok();
    assert_eq!(
        checked.out,
        "1 credential, 1 app, 1 action in 1 file: everything is in order\n"
    );
    for file in [
        "README.md",
        "AGENTS.md",
        ".env.example",
        "definitions/acme.yaml",
    ] {
        let text = world.read(&format!("acme/{file}"));
        assert!(!text.contains("__"), "{file}: {text}");
    }
    assert!(
        world
            .read("acme/.gitignore")
            .starts_with(".env\n.keyway/*\n")
    );

    // As its README says, with the service at hand.
    let text = world.read("acme/definitions/acme.yaml");
    let text = text.replace("https://api.acme.example", &acme.url());
    world.write("acme/definitions/acme.yaml", &text);
    let example = world.read("acme/.env.example");
    world.write(
        "acme/.env",
        &example.replace("API_KEY=", &format!("API_KEY={KEY}")),
    );
    let set = [
        "credentials",
        "set",
        "acme",
        "--set",
        "apiKey=@env:ACME_API_KEY",
    ];
    run(&[&set[..], &["--scope", "org"]].concat()).ok();
    let served = Served::start(&world, &[&config[..], &["--no-auth"]].concat());
    let ask = served.ask(http::Method::POST, "/mcp");
    let params = json!({ "name": "acme-whoami", "arguments": {} });
    let answer = mcp::dress(ask, "tools/call", params).send().await.json();
    assert!(answer["result"].to_string().contains("Ada"), "{answer}");
    assert!(served.stop().await.0.success());
}

#[test]
fn a_folder_that_is_used_and_a_name_that_cannot_be_are_refused() {
    let world = World::new();
    world.write("used/mine.txt", "mine");
    world.write("file", "mine");
    for name in ["used", "file"] {
        let refused = world.run(&["new", name]);
        assert_eq!(refused.code, 2);
        assert!(
            refused.err.contains("nothing was written"),
            "{}",
            refused.told()
        );
    }
    let left: Vec<_> = std::fs::read_dir(world.path("used")).unwrap().collect();
    assert_eq!(
        (left.len(), world.read("used/mine.txt").as_str()),
        (1, "mine")
    );
    for name in ["Acme", "../up", "a/b", "mcp", ""] {
        let refused = world.run(&["new", name]);
        assert_eq!(refused.code, 2, "{name}");
        assert!(refused.err.contains("project's name"), "{}", refused.told());
    }
    let refused = world.run(&["new", "match", "--rust"]);
    assert_eq!(refused.code, 2, "{}", refused.told());
    assert!(!world.path("match").exists() && !world.path("../up").exists());

    std::fs::create_dir(world.path("empty")).unwrap();
    let made = world.run(&["new", "empty", "--json"]).ok().json();
    assert_eq!(made["kind"], "manifest");
    assert!(
        made["files"]
            .as_array()
            .unwrap()
            .contains(&json!("AGENTS.md"))
    );
}

/// Builds, tests and runs a new project in Rust on this workspace. By itself it takes minutes.
#[test]
#[ignore = "builds a whole program; `cargo xtask test --long` runs it"]
fn a_new_project_in_rust_builds_tests_green_and_serves() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let world = World::new();
    let new = ["new", "acme-billing", "--rust", "--keyway-path", root];
    world.run(&new).ok();
    std::fs::copy(
        format!("{root}/Cargo.lock"),
        world.path("acme-billing/Cargo.lock"),
    )
    .unwrap();
    let cargo = |arguments: &[&str]| {
        let ran = Command::new(env!("CARGO"))
            .args(arguments)
            .arg("--offline")
            .current_dir(world.path("acme-billing"))
            .env("CARGO_TARGET_DIR", format!("{root}/target/scaffold"))
            .output()
            .unwrap();
        let told = format!(
            "{}{}",
            String::from_utf8_lossy(&ran.stdout),
            String::from_utf8_lossy(&ran.stderr)
        );
        assert!(ran.status.success(), "{told}");
        told
    };
    let tested = cargo(&["test"]);
    assert!(tested.contains("2 passed"), "{tested}");
    assert!(!tested.contains("warning"), "{tested}");
    cargo(&["build"]);
    let program = format!("{root}/target/scaffold/debug/acme-billing");
    let listed = Command::new(program)
        .args(["validate", "--json"])
        .current_dir(world.path("acme-billing"))
        .output()
        .unwrap();
    assert!(listed.status.success());
}
