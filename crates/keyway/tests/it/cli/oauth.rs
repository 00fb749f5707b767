use crate::support::World;

#[test]
fn a_client_is_made_listed_kept_out_and_deleted() {
    let world = World::new();
    world.run(&["api-keys", "create", "first"]).ok();
    let made = world.run(&[
        "oauth",
        "clients",
        "create",
        "Backend",
        "--redirect-uri",
        "https://b.example/cb",
        "--scope",
        "mcp:tools",
        "--json",
    ]);
    let made = made.ok().json();
    let id = made["id"].as_str().unwrap();
    let secret = made["secret"].as_str().unwrap();
    assert!(secret.starts_with("kws_"), "{made}");
    let listed = world.run(&["oauth", "clients", "list"]).ok();
    assert!(
        listed.out.contains(id) && listed.out.contains("Backend"),
        "{}",
        listed.out
    );
    assert!(!listed.out.contains(secret));
    let state = || {
        let listed = world
            .run(&["oauth", "clients", "list", "--json"])
            .ok()
            .json();
        listed["clients"][0]["state"].as_str().map(str::to_owned)
    };
    world.run(&["oauth", "clients", "disable", id]).ok();
    assert_eq!(state().as_deref(), Some("disabled"));
    world.run(&["oauth", "clients", "enable", id]).ok();
    assert_eq!(state().as_deref(), Some("active"));
    world.run(&["oauth", "clients", "delete", id]).ok();
    assert_eq!(state(), None);
    let again = world.run(&["oauth", "clients", "delete", id, "--json"]);
    assert_eq!(again.code, 1, "{}", again.out);
}

#[test]
fn the_secret_alone_is_the_result() {
    let world = World::new();
    world.run(&["api-keys", "create", "first"]).ok();
    let ran = world
        .run(&[
            "oauth",
            "clients",
            "create",
            "B",
            "--redirect-uri",
            "https://b.example/cb",
        ])
        .ok();
    assert_eq!(ran.out.lines().count(), 1, "{}", ran.out);
    assert!(ran.out.starts_with("kws_"));
}

#[test]
fn grants_are_seen_and_ended_at_the_command_line() {
    let world = World::new();
    world.run(&["api-keys", "create", "first"]).ok();
    let listed = world
        .run(&["oauth", "grants", "list", "--json"])
        .ok()
        .json();
    assert_eq!(listed["grants"], serde_json::json!([]));
    let all = world
        .run(&["oauth", "grants", "revoke", "--all", "--json"])
        .ok()
        .json();
    assert_eq!(all["revoked"], 0);
    let which = world.run(&["oauth", "grants", "revoke"]);
    assert_eq!(which.code, 2, "one has to say which");
    let both = world.run(&["oauth", "grants", "revoke", "--all", "--client", "x"]);
    assert_eq!(both.code, 2);
    let wrong = world.run(&["oauth", "grants", "revoke", "canary"]);
    assert_eq!(wrong.code, 2);
    assert!(!wrong.err.contains("canary"), "{}", wrong.err);
    let unknown = "grant_01890a5d-ac96-774b-bcce-b302099a8057";
    assert_eq!(world.run(&["oauth", "grants", "revoke", unknown]).code, 1);
}
