use std::path::Path;

use super::super::*;
use super::{World, errors};

#[test]
fn unknown_keys_are_errors_with_a_place_and_a_suggestion() {
    insta::assert_snapshot!(errors(
        "bnid: 127.0.0.1:1\nmcp:\n  ruote: /x\n  bind: x\nsomething: 1\nsk-live canary: 1\nroute: /x\n"
    ), @"
    keyway.yaml:1:1: unknown key `bnid`
      help: did you mean `bind`?
    keyway.yaml:3:3: mcp: unknown key `ruote`
      help: did you mean `route`?
    keyway.yaml:4:3: mcp: unknown key `bind`
      help: `bind` stands at the top level
    keyway.yaml:5:1: unknown key `something`
      help: `keyway config schema` lists every key
    keyway.yaml:6:1: unknown key
      help: `keyway config schema` lists every key
    keyway.yaml:7:1: unknown key `route`
      help: did you mean `mcp.route`?
    ");
}

#[test]
fn an_address_of_the_wrong_type_is_told_what_one_looks_like() {
    for wrong in ["5", "[a]", "''"] {
        let told = errors(&format!("bind: {wrong}\n"));
        assert!(told.contains("an IP address and a port"), "{told}");
    }
}

#[test]
fn wrong_values_are_errors_that_do_not_repeat_them() {
    let text = errors(
        "bind: canary\npublic_url: https://canary@host/x\nallowed_origins: [canary]\nallowed_hosts: ['canary/x']\n\
         data_dir: ''\nmcp:\n  enabled: canary\n  route: canary\n  markdown_depth_limit: 99\n  session_ttl: canary\n\
         \x20 icons: [{src: canary}]\n  title:\nauth: canary\nexpose:\n  default: [canary]\nlimits:\n  body_bytes: 4 canaries\n\
         log:\n  format: canary\n  filter: 'x=canary'\nmaster_key:\n  command: []\negress:\n  allow: canary\n",
    );
    assert!(!text.contains("canary"), "{text}");
    insta::assert_snapshot!(text, @"
    keyway.yaml:1:7: bind: expected an IP address and a port, like `127.0.0.1:8420`
    keyway.yaml:2:13: public_url: expected `http://` or `https://`, a host and if needed a port, without path or query
    keyway.yaml:3:18: allowed_origins: expected `*`, or origins like `https://app.example.com`
    keyway.yaml:4:16: allowed_hosts: expected host names like `gateway.example.com`
    keyway.yaml:5:11: data_dir: expected text that is not empty
    keyway.yaml:7:12: mcp.enabled: expected true or false
    keyway.yaml:8:10: mcp.route: expected a path like `/mcp`, without a slash at its end
    keyway.yaml:9:25: mcp.markdown_depth_limit: expected a whole number from 1 to 32
    keyway.yaml:10:16: mcp.session_ttl: expected a time span from 1s to 8760h, like `250ms`, `30s`, `5m` or `24h`
    keyway.yaml:11:10: mcp.icons: expected a list of `src` (an `https:` or `data:` URI), `mime_type` and `sizes`
    keyway.yaml:12:8: mcp.title: there is no value
      help: give one, or remove the key
    keyway.yaml:13:7: auth: expected keys under it, found text
    keyway.yaml:15:12: expose.default: expected a list of one of `mcp`, `http`, `ws`, `cli`
    keyway.yaml:17:15: limits.body_bytes: expected a number of bytes from 1024 to 1073741824, like `4194304` or `4 MiB`
    keyway.yaml:19:11: log.format: expected one of `auto`, `text`, `json`
    keyway.yaml:20:11: log.filter: expected a level (`error`, `warn`, `info`, `debug`, `trace`, `off`), or directives like `info,keyway_mcp=debug`
    keyway.yaml:22:12: master_key.command: expected a program and its arguments
    keyway.yaml:24:10: egress.allow: expected a list of texts
    ");
}

#[test]
fn a_route_of_another_endpoint_is_refused() {
    insta::assert_snapshot!(errors("mcp: {route: /v1/mcp}"), @"keyway.yaml:1:14: mcp.route: `/v1` belongs to another endpoint");
}

#[test]
fn references_in_plain_keys_are_explained() {
    insta::assert_snapshot!(errors("bind: ${env:ADDRESS}"), @"
    keyway.yaml:1:7: bind: expected an IP address and a port, like `127.0.0.1:8420`
      help: references work in `mcp_servers`; set the variable KEYWAY_BIND instead
    ");
}

#[test]
fn a_file_that_is_no_mapping_or_no_yaml_is_refused() {
    insta::assert_snapshot!(errors("- a\n- b\n"), @"keyway.yaml:1:1: expected keys and values, found a list");
    insta::assert_snapshot!(errors("bind: [1\nmcp: 2\n"), @"keyway.yaml:2:4: illegal placement of ':' indicator");
    insta::assert_snapshot!(errors("bind: 127.0.0.1:1\nbind: 127.0.0.1:2\n"), @"keyway.yaml:2:1: this key is there twice (first on line 1)");
}

#[test]
fn flags_go_before_variables_before_the_file() {
    let world = World::new("bind: 127.0.0.1:1\nmcp: {title: file, name: file, version: file}\n");
    let env = [
        ("KEYWAY_MCP_TITLE", "variable"),
        ("KEYWAY_MCP_NAME", "variable"),
        ("KEYWAY_BIND", ""),
    ];
    let flags = vec![Flag {
        name: "--name",
        key: "mcp.name",
        value: "flag".into(),
    }];
    let loaded = world.load_with(&env, flags).unwrap();
    let mcp = &loaded.config.mcp;
    assert_eq!(
        (
            mcp.version.as_deref(),
            mcp.title.as_deref(),
            mcp.name.as_deref()
        ),
        (Some("file"), Some("variable"), Some("flag"))
    );
    // An empty variable is as good as none.
    assert_eq!(loaded.config.listen.bind.port(), 1);
    assert_eq!(loaded.places["mcp.name"], Place::Flag("--name"));
    assert_eq!(
        loaded.places["mcp.title"],
        Place::Variable("KEYWAY_MCP_TITLE".into())
    );
    let file = world.dir.path().join("keyway.yaml");
    assert!(
        matches!(&loaded.places["bind"], Place::File { path, at: Some(at) } if *path == file && at.line == 1)
    );
}

#[test]
fn unknown_variables_warn_with_a_suggestion() {
    let world = World::new("");
    let loaded = world
        .load_with(
            &[
                ("KEYWAY_BNID", "canary"),
                ("KEYWAY_ZZZZZZ", "x"),
                ("OTHER", "x"),
            ],
            Vec::new(),
        )
        .unwrap();
    assert!(
        loaded
            .findings
            .iter()
            .all(|finding| finding.severity == Severity::Warning)
    );
    insta::assert_snapshot!(world.show(&loaded.findings), @"
    KEYWAY_BNID: no setting has this variable (KEYWAY_…)
      help: did you mean `KEYWAY_BIND`?
    KEYWAY_ZZZZZZ: no setting has this variable (KEYWAY_…)
    ");
}

#[test]
fn a_named_file_must_be_there() {
    let world = World::new("");
    let error = world
        .load_with(&[("KEYWAY_CONFIG", "absent.yaml")], Vec::new())
        .map(|_| ())
        .unwrap_err();
    insta::assert_snapshot!(error, @"KEYWAY_CONFIG: absent.yaml does not exist");
}

#[test]
fn no_authentication_is_for_loopback_only() {
    insta::assert_snapshot!(errors("bind: 0.0.0.0:1\nauth: {required: false}\n"), @"
    keyway.yaml:2:18: auth.required: without authentication Keyway listens on loopback addresses only
      help: bind to 127.0.0.1, or require API keys
    ");
}

#[test]
fn an_empty_master_key_is_refused_and_a_given_one_is_not_printed() {
    let world = World::new("");
    let empty = world
        .load_with(&[("KEYWAY_MASTER_KEY", "")], Vec::new())
        .map(|_| ())
        .unwrap_err();
    insta::assert_snapshot!(empty, @"
    KEYWAY_MASTER_KEY: the variable is set and holds no key
      help: give it a key, or unset it
    ");
    let loaded = world
        .load_with(&[("KEYWAY_MASTER_KEY", "canary")], Vec::new())
        .unwrap();
    assert_eq!(
        loaded.config.master_key.value.as_ref().unwrap().expose(),
        "canary"
    );
    assert!(!format!("{loaded:?}").contains("canary"));
}

#[test]
fn children_inherit_neither_our_variables_nor_sources_of_secrets() {
    let world =
        World::new("mcp_servers:\n  a: {url: 'http://h/mcp', headers: {X-Key: '${env:TOKEN}'}}\n");
    let env = [("TOKEN", "t"), ("PATH", "/bin"), ("KEYWAY_MCP_NAME", "n")];
    let loaded = world.load_with(&env, Vec::new()).unwrap();
    let environment: Environment = env.iter().copied().collect();
    let inherited = environment.for_children(&loaded.config.secret_variables);
    assert_eq!(inherited.keys().collect::<Vec<_>>(), ["PATH"]);
}

#[test]
fn a_home_directory_may_be_written_as_a_tilde() {
    let world = World::new("mcp_files: [~/servers.json, other.json]\n");
    let loaded = world
        .load_with(&[("HOME", "/people/x")], Vec::new())
        .unwrap();
    assert_eq!(
        loaded.config.mcp_files[0],
        Path::new("/people/x/servers.json")
    );
    assert_eq!(
        loaded.config.mcp_files[1],
        world.dir.path().join("other.json")
    );
}
