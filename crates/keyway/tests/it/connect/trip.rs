use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, ChildStderr, Stdio};

use keyway_testkit::authorization::{AuthorizationServer, Options, ProtectedPeer, ResourceOptions};
use keyway_testkit::peers::Script;
use serde_json::{Value, json};

use crate::support::World;

/// A person's machine with a server `tracker` behind an authorization server, and a browser that
/// consents.
pub(crate) struct Trip {
    pub(crate) world: World,
    pub(crate) server: AuthorizationServer,
    pub(crate) peer: ProtectedPeer,
    pub(crate) port: u16,
}

/// Goes to the page, and wherever it sends it, as a browser of a person who consents.
const BROWSER: &str = r#"#!/usr/bin/python3
import sys, urllib.request, urllib.error
with open(sys.argv[0] + ".log", "a") as log:
    log.write("opened\n")
try:
    urllib.request.urlopen(sys.argv[1], timeout=20).read()
except urllib.error.HTTPError:
    pass
"#;

impl Trip {
    pub(crate) async fn new(options: Options) -> Self {
        let server = AuthorizationServer::start(options).await;
        let resource = ResourceOptions::default();
        let peer = ProtectedPeer::start(&server, Script::default(), resource).await;
        let port = free_port();
        let world = World::new().with(
            "KEYWAY_CALLBACK_URL",
            &format!("http://localhost:{port}/auth/mcp/callback"),
        );
        let browser = world.path("browser");
        world.write("browser", BROWSER);
        std::fs::set_permissions(&browser, std::fs::Permissions::from_mode(0o755)).unwrap();
        let world = world.with("BROWSER", browser.to_str().unwrap());
        let trip = Self {
            world,
            server,
            peer,
            port,
        };
        trip.configure(&json!({}));
        trip
    }

    /// Writes the person's file: `tracker`, and these.
    pub(crate) fn configure(&self, others: &Value) {
        let tracker = json!({ "url": self.peer.url(), "auth": { "type": "oauth" } });
        self.configure_all(json!({ "tracker": tracker }), others);
    }

    /// Writes the person's file.
    pub(crate) fn configure_all(&self, mut servers: Value, others: &Value) {
        let members = servers.as_object_mut().unwrap();
        members.extend(others.as_object().unwrap().clone());
        let file = json!({ "servers": servers }).to_string();
        self.world.write("home/.keyway/mcp.json", &file);
    }

    /// How often the browser was opened.
    pub(crate) fn opened(&self) -> usize {
        let log = std::fs::read_to_string(self.world.path("browser.log"));
        log.unwrap_or_default().lines().count()
    }

    /// The state of a server, after it was tried.
    pub(crate) fn state(&self, name: &str) -> String {
        let status = self
            .world
            .run(&["mcp", "status", name, "--wait", "20s", "--json"]);
        let status = status.ok().json();
        status["servers"][0]["state"].as_str().unwrap().to_owned()
    }

    /// A command that goes on while the test does something.
    pub(crate) fn start(&self, arguments: &[&str]) -> Running {
        let mut child = self
            .world
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let err = BufReader::new(child.stderr.take().unwrap());
        Running { child, err }
    }
}

/// A command under way.
pub(crate) struct Running {
    pub(crate) child: Child,
    err: BufReader<ChildStderr>,
}

impl Running {
    /// The first line it says on standard error that holds this.
    pub(crate) fn line_with(&mut self, wanted: &str) -> String {
        let mut seen = String::new();
        loop {
            let start = seen.len();
            let read = self.err.read_line(&mut seen).unwrap();
            assert_ne!(read, 0, "it ended without {wanted}: {seen}");
            let line = &seen[start..];
            if line.contains(wanted) {
                return line.trim().to_owned();
            }
        }
    }

    pub(crate) fn type_line(&mut self, line: &str) {
        let input = self.child.stdin.as_mut().unwrap();
        writeln!(input, "{line}").unwrap();
    }

    /// Waits for the end: exit code, standard output.
    pub(crate) fn end(self) -> (i32, String) {
        let (code, out, _) = self.end_with_all();
        (code, out)
    }

    /// The same, with what was said on standard error and not read yet.
    pub(crate) fn end_with_all(mut self) -> (i32, String, String) {
        drop(self.child.stdin.take());
        let mut rest = String::new();
        std::io::Read::read_to_string(&mut self.err, &mut rest).unwrap();
        let output = self.child.wait_with_output().unwrap();
        let out = String::from_utf8(output.stdout).unwrap();
        (output.status.code().unwrap_or(-1), out, rest)
    }

    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// A port that nobody had a moment ago.
pub(crate) fn free_port() -> u16 {
    let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    socket.local_addr().unwrap().port()
}
