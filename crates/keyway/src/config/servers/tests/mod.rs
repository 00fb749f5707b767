mod files;

use keyway_mcp::upstream::{Auth, HttpKind, ServerSpec, Transport};

use crate::config::{Environment, Finding, Inputs, Loaded, load};

const ENV: &[(&str, &str)] = &[("TOKEN", "canary-token"), ("EMPTY", ""), ("PATH", "/bin")];

/// Loads a `keyway.yaml`, with another file beside it where a test has one.
struct World {
    dir: tempfile::TempDir,
}

impl World {
    fn new(yaml: &str, files: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("keyway.yaml"), yaml).unwrap();
        for (name, text) in files {
            std::fs::write(dir.path().join(name), text).unwrap();
        }
        Self { dir }
    }

    fn file(name: &str, text: &str) -> Self {
        Self::new(&format!("mcp_files: [{name}]\n"), &[(name, text)])
    }

    fn load(&self) -> Loaded {
        let environment: Environment = ENV.iter().copied().collect();
        load(&Inputs {
            directory: self.dir.path(),
            file: None,
            environment: &environment,
            flags: Vec::new(),
        })
        .unwrap_or_else(|findings| panic!("{}", self.show(&findings)))
    }

    fn show(&self, findings: &[Finding]) -> String {
        let dir = format!("{}/", self.dir.path().display());
        let lines: Vec<_> = findings.iter().map(ToString::to_string).collect();
        lines.join("\n").replace(&dir, "")
    }

    /// What is said, with the names of the servers that are out.
    fn told(&self) -> String {
        let loaded = self.load();
        let out: Vec<_> = loaded
            .config
            .mcp_servers
            .iter()
            .filter(|server| server.spec.is_err())
            .map(|server| server.name.clone())
            .collect();
        let text = format!("{}\nout: {}", self.show(&loaded.findings), out.join(", "));
        assert!(!text.contains("canary"), "{text}");
        assert!(!format!("{loaded:?}").contains("canary-token"));
        text
    }
}

fn specs(loaded: &Loaded) -> Vec<&ServerSpec> {
    let servers = loaded.config.mcp_servers.iter();
    servers
        .filter_map(|server| server.spec.as_ref().ok())
        .collect()
}

fn one(yaml: &str) -> ServerSpec {
    let world = World::new(&format!("mcp_servers:\n  a: {yaml}\n"), &[]);
    let loaded = world.load();
    assert!(
        loaded.findings.is_empty(),
        "{}",
        world.show(&loaded.findings)
    );
    specs(&loaded)[0].clone()
}

fn told(yaml: &str) -> String {
    World::new(&format!("mcp_servers:\n{yaml}"), &[]).told()
}

#[test]
fn a_command_makes_a_child_process() {
    let spec = one(
        "{command: npx, args: [-y, '${env:TOKEN}', '5'], env: {A: '@env:TOKEN', PORT: 80}, cwd: sub}",
    );
    let Transport::Stdio(stdio) = &spec.transport else {
        panic!("not stdio")
    };
    assert_eq!(stdio.command, "npx");
    assert_eq!(stdio.args, ["-y", "canary-token", "5"]);
    assert_eq!(stdio.env["A"].expose(), "canary-token");
    assert_eq!(stdio.env["PORT"].expose(), "80");
    assert!(stdio.cwd.as_ref().unwrap().is_absolute());
    assert_eq!(spec.secrets.len(), 1);
}

#[test]
fn an_empty_command_does_not() {
    assert!(matches!(
        one("{command: '', url: 'http://localhost:1/mcp'}").transport,
        Transport::Http(_)
    ));
}

#[test]
fn the_header_table() {
    for (auth, expected) in [
        ("{type: api_key, key: k}", "authorization: Bearer k"),
        ("{type: api_key, key: k, header: X-Key}", "x-key: k"),
        (
            "{type: api_key, key: k, header: X-Key, scheme: ''}",
            "x-key: k",
        ),
        (
            "{type: api_key, key: k, scheme: Token}",
            "authorization: Token k",
        ),
        ("{type: api_key, key: k, scheme: ''}", "authorization: k"),
        (
            "{type: api_key, key: k, header: X-Key, scheme: Token}",
            "x-key: Token k",
        ),
    ] {
        let spec = one(&format!("{{url: 'http://localhost:1/mcp', auth: {auth}}}"));
        let Transport::Http(http) = &spec.transport else {
            panic!("not http")
        };
        let (name, value) = http.auth.header().unwrap().unwrap();
        assert_eq!(format!("{name}: {}", value.to_str().unwrap()), expected);
    }
}

#[test]
fn transports_and_urls() {
    for (yaml, expected) in [
        ("{url: 'https://h/mcp'}", HttpKind::Auto),
        (
            "{url: 'https://h/mcp', transport: http}",
            HttpKind::StreamableOnly,
        ),
        ("{url: 'https://h/sse', transport: sse}", HttpKind::Sse),
        ("{url: 'unix:/run/x.sock#/mcp'}", HttpKind::Auto),
    ] {
        let Transport::Http(http) = one(yaml).transport else {
            panic!("not http")
        };
        assert_eq!(http.kind, expected, "{yaml}");
    }
}

#[test]
fn options() {
    let spec = one(
        "{url: 'http://h/mcp', auth: oauth, prefix: false, enabled: false, keep_alive: false, \
         timeouts: {connect: 5s, call: 0}, tools: {allow: [a], deny: [b]}}",
    );
    insta::assert_debug_snapshot!(spec, @r#"
    ServerSpec {
        key: "a",
        id: None,
        transport: Http(
            Http {
                headers: [],
                kind: Auto,
                auth: OAuth(
                    OAuth {
                        scopes: [],
                        client_id: None,
                        client_secret: None,
                        profile: "",
                    },
                ),
                destination: Operator,
                hosts: None,
                ..
            },
        ),
        prefix: None,
        enabled: false,
        tools: ToolFilter {
            allow: Some(
                [
                    "a",
                ],
            ),
            deny: [
                "b",
            ],
        },
        timeouts: Timeouts {
            connect: 5s,
            call: None,
        },
        retries: 1,
        keep_alive: None,
        secrets: [],
    }
    "#);
    assert!(matches!(spec.transport, Transport::Http(http) if matches!(http.auth, Auth::OAuth(_))));
}

#[test]
fn an_entry_may_belong_to_another_organization() {
    let world = World::new(
        "mcp_servers:\n  a: {url: 'http://h/', organization: acme}\n  b: {url: 'http://h/'}\n",
        &[],
    );
    let loaded = world.load();
    let of: Vec<_> = loaded
        .config
        .mcp_servers
        .iter()
        .map(|server| server.organization.as_str())
        .collect();
    assert_eq!(of, ["acme", "default"]);
}

#[test]
fn one_bad_entry_costs_that_entry_only() {
    let world = World::new(
        "mcp_servers:\n  good: {url: 'http://h/'}\n  bad: {ulr: 'http://canary/'}\n",
        &[],
    );
    insta::assert_snapshot!(world.told(), @"
    keyway.yaml:3:9: bad: unknown field `ulr`
      help: did you mean `url`?
    out: bad
    ");
    assert_eq!(specs(&world.load()).len(), 1);
}

#[test]
fn bad_entries_say_file_line_and_field() {
    insta::assert_snapshot!(told(
        "  text: canary\n  empty: {}\n  both: {command: x, transport: http, url: 'http://h/'}\n  \
         nocommand: {transport: stdio, url: 'http://h/'}\n  what: {transport: canary, url: 'http://h/'}\n  \
         ws: {url: 'wss://canary/'}\n  userinfo: {url: 'http://a:canary@h/'}\n  fragment: {url: 'http://h/#canary'}\n  \
         noturl: {url: canary}\n  unix: {url: 'unix:canary'}\n  bad name!: {url: 'http://h/'}\n"
    ), @"
    keyway.yaml:2:9: text: expected a mapping, found text
    keyway.yaml:3:10: empty: neither `command` nor `url`
      help: give `command` for a child process, or `url` for a server behind HTTP
    keyway.yaml:4:33: both.transport: this transport has no `command`
      help: remove `command`, or the transport: with `command` it is stdio
    keyway.yaml:5:26: nocommand.transport: stdio needs a `command`
      help: add `command`, or remove the transport: with a URL it is HTTP
    keyway.yaml:6:21: what.transport: expected one of `stdio`, `http`, `sse`
    keyway.yaml:7:13: ws.url: WebSocket is not a transport of MCP
    keyway.yaml:8:19: userinfo.url: a URL with user name or password is not accepted: use `auth` or `headers`
    keyway.yaml:9:19: fragment.url: a URL with `#…` is not accepted
    keyway.yaml:10:17: noturl.url: expected an `http:`, `https:` or `unix:` URL
    keyway.yaml:11:15: unix.url: expected `unix:/path/to.sock`, if needed with `#/path`
    keyway.yaml:12:3: unnamed: a server's name is 1 to 128 letters, digits, `_`, `-` and `.`, the first a letter or digit
    out: text, empty, both, nocommand, what, ws, userinfo, fragment, noturl, unix, unnamed
    ");
}

#[test]
fn bad_credentials_say_what_to_do() {
    insta::assert_snapshot!(told(
        "  unset: {url: 'http://h/', auth: {type: api_key, key: '@env:UNSET'}}\n  \
         empty: {url: 'http://h/', headers: {X-Key: '${env:EMPTY}'}}\n  \
         nokey: {url: 'http://h/', auth: {type: api_key}}\n  \
         emptykey: {url: 'http://h/', auth: {type: api_key, key: ' '}}\n  \
         type: {url: 'http://h/', auth: {type: canary}}\n  word: {url: 'http://h/', auth: canary}\n  \
         member: {url: 'http://h/', auth: {type: none, kye: canary}}\n  \
         stdio: {command: x, auth: oauth}\n  stdioheaders: {command: x, headers: {A: canary}}\n  \
         httpenv: {url: 'http://h/', env: {A: canary}}\n  \
         header: {url: 'http://h/', headers: {'a b': canary}}\n  host: {url: 'http://h/', headers: {Host: canary}}\n  \
         crlf: {url: 'http://h/', headers: {X-A: \"canary\\r\\nX-B: c\"}}\n"
    ), @"
    keyway.yaml:2:56: unset.auth.key: the environment variable `UNSET` is not set
    keyway.yaml:3:46: empty.headers.X-Key: the environment variable `EMPTY` is empty
    keyway.yaml:4:35: nokey.auth.key: the key is missing or empty
      help: give it as `${env:NAME}` or `@file:PATH`
    keyway.yaml:5:59: emptykey.auth.key: the key is missing or empty
      help: give it as `${env:NAME}` or `@file:PATH`
    keyway.yaml:6:41: type.auth.type: expected one of `none`, `api_key`, `oauth`
    keyway.yaml:7:34: word.auth.type: expected one of `none`, `api_key`, `oauth`
    keyway.yaml:8:49: member.auth: unknown field `kye`
      help: did you mean `key`?
    keyway.yaml:9:29: stdio.auth: a child process has no HTTP authentication
      help: give it credentials in `env`
    keyway.yaml:10:39: stdioheaders.headers: a child process has no headers
      help: give it credentials in `env`
    keyway.yaml:11:36: httpenv.env: only a server with `command` has this
    keyway.yaml:12:39: header.headers: `a b` is not a header name
    keyway.yaml:13:37: host.headers: header `Host` cannot be set: the transport writes it
    keyway.yaml:14:37: crlf.headers: the value of header `x-a` has characters that a header cannot carry
    out: unset, empty, nokey, emptykey, type, word, member, stdio, stdioheaders, httpenv, header, host, crlf
    ");
}

#[test]
fn bad_options_are_told_together() {
    insta::assert_snapshot!(told(
        "  a:\n    url: http://h/\n    prefix: 'a b canary'\n    organization: Canary\n    enabled: canary\n    \
         keep_alive: canary\n    timeouts: {connect: canary, read: 1}\n    tools: {allow: canary, only: []}\n    \
         headers: canary\n    args: canary\n"
    ), @"
    keyway.yaml:4:13: a.prefix: expected up to 32 letters, digits, `_` and `-`, or `false` for none
    keyway.yaml:5:19: a.organization: expected the slug of an organization: lower-case letters, digits and `-`
    keyway.yaml:6:14: a.enabled: expected true or false
    keyway.yaml:7:17: a.keep_alive: expected a time span from 1ms to 24h, like `250ms`, `30s`, `5m` or `24h`
    keyway.yaml:8:25: a.timeouts.connect: expected a time span from 1ms to 24h, like `250ms`, `30s`, `5m` or `24h`
    keyway.yaml:8:33: a.timeouts: expected only `connect` and `call`
    keyway.yaml:9:20: a.tools.allow: expected a list of tool names
    keyway.yaml:9:28: a.tools: expected only `allow` and `deny`
    keyway.yaml:10:14: a.headers: expected a mapping of names to texts
    keyway.yaml:11:11: a.args: only a server with `command` has this
    out: a
    ");
}
