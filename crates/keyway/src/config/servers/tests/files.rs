use keyway_mcp::upstream::Transport;

use super::{World, specs};
use crate::config::Dialect;

#[test]
fn two_servers_of_one_name_name_both_places() {
    let world = World::new(
        "mcp_servers:\n  a: {url: 'http://h/'}\nmcp_files: [m.json]\n",
        &[("m.json", "{\"mcpServers\": {\"a\": {\"command\": \"x\"}}}")],
    );
    insta::assert_snapshot!(world.told(), @"
    m.json:1:17: a: another server has this name (at keyway.yaml:2:3), and that one is used
      help: give one of them another name
    out: a
    ");
    assert_eq!(specs(&world.load()).len(), 1);
}

#[test]
fn a_name_that_is_there_twice_in_one_file_is_a_syntax_error() {
    insta::assert_snapshot!(World::file("m.json", "{\"mcpServers\": {\"a\": {\"command\": \"x\"},\n\"a\": {\"command\": \"y\"}}}").told(), @"
    m.json:2:1: this key is there twice (first on line 1)
      help: none of this file's servers are used until it is mended
    out:
    ");
}

#[test]
fn desktop_clients_files() {
    let world = World::file(
        "claude.json",
        r#"{
        "globalShortcut": "x",
        "mcpServers": {
            "fs": {"command": "npx", "args": ["-y", "server", "${HOME_DIR:-/tmp}"], "env": {"T": "${TOKEN}"}, "autoApprove": ["x"]},
            "remote": {"type": "streamable-http", "url": "https://h/mcp", "headers": {"Authorization": "Bearer ${TOKEN}"}, "timeout": 60},
            "sse": {"type": "sse", "url": "https://h/sse"},
            "windsurf": {"serverUrl": "https://h/mcp", "disabledTools": ["a"]},
            "gemini": {"httpUrl": "https://h/mcp", "includeTools": ["a"], "trust": true},
            "copilot": {"type": "local", "command": "x", "tools": ["*"]},
            "off": {"command": "x", "disabled": true}
        }
    }"#,
    );
    insta::assert_snapshot!(world.told(), @"
    claude.json:4:111: fs.autoApprove: this is for the client the file is from: not used here
    claude.json:5:124: remote.timeout: this is for the client the file is from: not used here
    claude.json:8:75: gemini.trust: this is for the client the file is from: not used here
    out:
    ");
    let loaded = world.load();
    assert_eq!(loaded.mcp_files[0].dialect, Some(Dialect::Desktop));
    let specs = specs(&loaded);
    assert_eq!(specs.len(), 7);
    assert!(!specs[6].enabled && specs[0].enabled);
    let Transport::Stdio(stdio) = &specs[0].transport else {
        panic!()
    };
    assert_eq!(
        (stdio.args[2].as_str(), stdio.env["T"].expose().as_str()),
        ("/tmp", "canary-token")
    );
    assert!(
        !specs[3].tools.admits("a") && specs[4].tools.admits("a") && !specs[4].tools.admits("b")
    );
    assert!(loaded.config.secret_variables.contains("TOKEN"));
}

#[test]
fn vs_codes_file() {
    let world = World::file(
        "mcp.json",
        r#"{
        // comments are allowed
        "inputs": [{"type": "promptString", "id": "api-key", "password": true}],
        "servers": {
            "good": {"type": "http", "url": "https://h/mcp", "headers": {"X-Key": "${env:TOKEN}"}},
            "asks": {"type": "http", "url": "https://h/mcp", "headers": {"X-Key": "${input:api-key}"}},
            "folder": {"type": "stdio", "command": "${workspaceFolder}/run"},
            "envfile": {"type": "stdio", "command": "x", "envFile": ".env"},
        },
    }"#,
    );
    insta::assert_snapshot!(world.told(), @"
    mcp.json:6:83: asks.headers.X-Key: `${input:…}` asks a person, and nobody is there to ask: put the value into a variable and write `${env:API_KEY}`
    mcp.json:7:52: folder.command: this is a variable of an editor, which is not running here: write the value
    mcp.json:8:69: envfile.envFile: files of variables are not read
      help: put the variables into `env`, with `${env:NAME}` for their values
    out: asks, folder, envfile
    ");
    assert_eq!(world.load().mcp_files[0].dialect, Some(Dialect::VsCode));
}

#[test]
fn keens_file() {
    let world = World::file(
        "configs.json",
        r#"{"servers": {
        "plain": {"url": "https://h/mcp", "auth": {"type": "none"}},
        "docs": {"url": "https://h/mcp", "auth": {"type": "api_key", "key": "canary"}},
        "context7": {"url": "https://h/mcp", "auth": {"type": "api_key", "header": "CONTEXT7_API_KEY", "scheme": "", "key": "canary"}},
        "posthog": {"url": "https://h/mcp", "auth": {"type": "oauth", "scopes": ["read", "write"]}},
        "github": {"command": "npx", "args": ["-y", "s"], "env": {"T": "canary"}, "url": "https://ignored/"},
        "bad": {"url": "https://h/mcp", "type": "http2"}
    }}"#,
    );
    insta::assert_snapshot!(world.told(), @"
    configs.json:6:90: github.url: not used: with `command` the server is a child process
    configs.json:7:49: bad.type: expected one of `stdio`, `http`, `sse`
    out: bad
    ");
}

#[test]
fn a_file_that_cannot_be_read_has_no_servers() {
    insta::assert_snapshot!(World::new("mcp_files: [absent.json]\n", &[]).told(), @"
    absent.json: the file is not there: no servers from it
    out:
    ");
    insta::assert_snapshot!(World::file("m.json", "{\"mcpServers\": {\n  \"a\": {\"command\": \"canary\" \"x\"}}}").told(), @"
    m.json:2:28: expected comma
      help: none of this file's servers are used until it is mended
    out:
    ");
    insta::assert_snapshot!(World::file("m.json", "[]").told(), @"
    m.json:1:1: expected a mapping
      help: none of this file's servers are used until it is mended
    out:
    ");
    insta::assert_snapshot!(World::file("m.json", "{\"other\": 1}").told(), @"
    m.json:1:1: there is no `mcpServers`, `servers` or `mcp_servers` in this file
      help: none of this file's servers are used until it is mended
    out:
    ");
    insta::assert_snapshot!(World::file("m.json", "{\"mcpServers\": {}, \"servers\": {}}").told(), @"
    m.json:1:31: both `mcpServers` and `servers` are in this file: keep one
      help: none of this file's servers are used until it is mended
    out:
    ");
    insta::assert_snapshot!(World::file("m.yaml", "mcp_servers: [a]").told(), @"
    m.yaml:1:14: expected a mapping of names to servers, found a list
    out:
    ");
}
