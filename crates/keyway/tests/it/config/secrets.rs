use crate::support::World;

/// Every way a secret gets into a configuration, good and bad.
const YAML: &str = "\
master_key: {command: [echo, x]}
mcp_servers:
  header: {url: 'https://h.example/canary-path?key=canary-query', headers: {X-Key: canary-header, X-Env: '${env:TOKEN}'}}
  key: {url: 'https://h.example/', auth: {type: api_key, key: '@file:key.txt'}}
  child: {command: sh, args: [canary-arg, '--key=${env:TOKEN}'], env: {A: canary-env, B: '@env:TOKEN'}}
  badurl: {url: 'https://canary-user:canary-pass@h.example/'}
  badkey: {url: 'https://h.example/', auth: {type: canary-type, key: canary-key}}
  badheader: {url: 'https://h.example/', headers: {X-A: \"canary-crlf\\r\\nX: y\"}}
  badenv: {command: sh, env: canary-env}
mcp_files: [m.json, broken.json]
";

fn world() -> World {
    let world = World::of(YAML)
        .with("TOKEN", "canary-variable")
        .with("KEYWAY_MASTER_KEY", "canary-master")
        .with("KEYWAY_API_KEY", "canary-api-key");
    world.write("key.txt", "canary-file\n");
    world.write("m.json", "{\"servers\": {\"v\": {\"type\": \"http\", \"url\": \"https://h.example/\", \"headers\": {\"A\": \"canary-json\"}}}}");
    world.write(
        "broken.json",
        "{\"mcpServers\": {\"canary\": \"canary-broken\" \"x\"}}",
    );
    world
}

#[test]
fn no_secret_is_ever_shown() {
    let world = world();
    for command in [
        &["config", "show"][..],
        &["config", "show", "--json"],
        &["config", "check"],
        &["config", "check", "--json"],
        &["doctor", "--offline"],
        &["doctor", "--offline", "--json"],
        &["client", "add", "cursor"],
        &["api-keys", "list"],
        &["mcp", "status", "--server", "http://127.0.0.1:1"],
    ] {
        let told = world.run(command).told();
        assert!(!told.contains("canary"), "{command:?}: {told}");
    }
}

#[test]
fn no_secret_is_shown_by_a_configuration_that_cannot_be_used() {
    let world = world();
    let bad = "bind: canary\ncanary secret: 1\nlog: {filter: 'canary=canary'}\npublic_url: https://canary@h/\n";
    world.write("keyway.yaml", &format!("{bad}{YAML}"));
    for command in [
        &["serve"][..],
        &["config", "show"],
        &["config", "check"],
        &["config", "check", "--json"],
        &["doctor", "--json"],
        &["api-keys", "list", "--json"],
    ] {
        let ran = world.run(command);
        assert_ne!(ran.code, 0);
        assert!(
            !ran.told().contains("canary"),
            "{command:?}: {}",
            ran.told()
        );
    }
}

#[test]
fn an_api_key_on_the_command_line_is_warned_about() {
    let ran = World::new().run(&[
        "mcp",
        "status",
        "--server",
        "http://127.0.0.1:1",
        "--api-key",
        "kw_canary",
    ]);
    assert!(
        ran.err.contains("warning: an API key on the command line"),
        "{}",
        ran.err
    );
    assert!(!ran.told().contains("kw_canary"));
    let ran = World::new().run(&[
        "mcp",
        "status",
        "--server",
        "http://127.0.0.1:1",
        "--api-key",
        "@env:UNSET",
    ]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("`UNSET` is not set"), "{}", ran.err);
}
