use crate::support::World;

#[test]
fn a_set_up_link_is_shown_and_alone_the_result() {
    let world = World::new();
    let first = world.run(&["setup-link"]).ok();
    assert_eq!(first.out.lines().count(), 1, "{}", first.out);
    assert!(
        first.out.starts_with("http://127.0.0.1:8420/setup/kwl_"),
        "{}",
        first.out
    );
    assert!(
        first.err.contains("first API key"),
        "a fresh data directory was set up: {}",
        first.err
    );
    let second = world.run(&["setup-link", "--json"]).ok().json();
    assert_ne!(second["url"].as_str().unwrap(), first.out.trim());
    assert!(second["expiresAt"].is_string());
}

#[test]
fn where_nothing_was_started_there_are_no_people() {
    let world = World::new();
    for command in [
        &["users", "list"][..],
        &["invitations", "list"],
        &["service-accounts", "list"],
        &["projects", "list"],
        &["organizations", "list"],
    ] {
        let ran = world.run(command);
        assert_eq!(ran.code, 1, "{command:?}");
        assert!(ran.err.contains("keyway serve"), "{}", ran.err);
    }
}

#[test]
fn organizations_people_and_machines_are_managed_from_the_terminal() {
    let world = World::new();
    world.run(&["setup-link"]).ok();
    let made = world.run(&[
        "organizations",
        "create",
        "acme",
        "--name",
        "Acme Inc",
        "--json",
    ]);
    assert_eq!(made.ok().json()["slug"], "acme");
    let renamed = world.run(&["organizations", "rename", "acme", "Acme Limited", "--json"]);
    assert_eq!(renamed.ok().json()["name"], "Acme Limited");
    let all = world.run(&["organizations", "list", "--json"]).ok().json();
    assert_eq!(all["organizations"].as_array().unwrap().len(), 2);

    let invite = ["invitations", "create", "o@example.com", "--role", "owner"];
    let there = ["--organization", "acme", "--json"];
    let made = world.run(&[&invite[..], &there].concat()).ok().json();
    assert!(made["url"].as_str().unwrap().contains("/invitations/kwi_"));
    let id = made["id"].as_str().unwrap();
    let here = world.run(&["invitations", "revoke", id]);
    assert_eq!(here.code, 1, "it is another organization's");
    world
        .run(&["invitations", "revoke", id, "--organization", "acme"])
        .ok();
    let listed = world.run(&["invitations", "list", "--organization", "acme", "--json"]);
    assert_eq!(listed.ok().json()["invitations"][0]["state"], "revoked");

    let bot = world
        .run(&["service-accounts", "create", "ci", "--json"])
        .ok()
        .json();
    let bot = bot["id"].as_str().unwrap();
    let key = world.run(&[
        "api-keys",
        "create",
        "ci",
        "--service-account",
        bot,
        "--scope",
        "mcp:tools",
        "--scope",
        "tools:github__*",
        "--json",
    ]);
    let key = key.ok().json();
    assert_eq!(
        (key["owner"].as_str(), key["scopes"].as_str()),
        (Some(bot), Some("mcp:tools"))
    );
    let disabled = world
        .run(&["service-accounts", "disable", bot, "--json"])
        .ok()
        .json();
    assert!(disabled["disabledAt"].is_string());
    world.run(&["service-accounts", "enable", bot]).ok();
    world.run(&["service-accounts", "delete", bot]).ok();

    let project = world
        .run(&["projects", "create", "web", "--json"])
        .ok()
        .json();
    let project = project["id"].as_str().unwrap();
    world.run(&["projects", "rename", project, "Site"]).ok();
    assert!(world.run(&["projects", "list"]).ok().out.contains("Site"));
    world.run(&["projects", "delete", project]).ok();

    let users = world.run(&["users", "list", "--json"]).ok().json();
    let owner = users["members"][0]["id"].as_str().unwrap();
    for command in [
        &["users", "role", owner, "member"][..],
        &["users", "remove", owner],
        &["users", "disable", owner],
    ] {
        let ran = world.run(command);
        assert_eq!(ran.code, 1, "{command:?}");
        assert!(ran.err.contains("last owner"), "{}", ran.err);
    }
}

#[test]
fn what_is_wrong_is_told_with_a_hint() {
    let world = World::new();
    world.run(&["setup-link"]).ok();
    for (command, code, hint) in [
        (
            &["users", "reset-link", "nobody@example.com"][..],
            1,
            "nobody",
        ),
        (
            &["users", "disable", "nobody@example.com"],
            1,
            "keyway users list",
        ),
        (
            &["users", "role", "x@example.com", "king"],
            2,
            "owner, admin, member",
        ),
        (
            &["users", "list", "--organization", "nowhere"],
            1,
            "no such organization",
        ),
        (&["projects", "delete", "x"], 2, "keyway projects list"),
        (
            &["service-accounts", "disable", "x"],
            2,
            "keyway service-accounts list",
        ),
        (&["organizations", "create", "Not A Slug"], 2, "/slug"),
        (
            &["api-keys", "create", "x", "--scope", "everything"],
            2,
            "--scope",
        ),
    ] {
        let ran = world.run(command);
        assert_eq!(ran.code, code, "{command:?}: {}", ran.err);
        assert!(ran.err.contains(hint), "{command:?}: {}", ran.err);
    }
}
