//! Kills that nobody can do anything about.

use std::process::{Child, Stdio};

use keyway_testkit::peers::{Era, Script, StdioPeer};
use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use serde_json::json;

use super::{aside, person, status};
use crate::support::World;
use crate::support::wait::until;

/// A call that hangs in a server that is a child process.
struct Hanging {
    child: StdioPeer,
    world: World,
    client: Child,
    server: Pid,
}

impl Hanging {
    async fn start() -> Self {
        let child = StdioPeer::new(Script::new(Era::Modern), "local::peer");
        // The shell says under which number the server runs, and becomes it.
        let script = "echo $$ > number; exec \"$0\" \"$@\"".to_owned();
        let args = [vec!["-c".to_owned(), script, child.command()], child.args()].concat();
        let entry = json!({ "command": "sh", "args": args, "env": child.env() });
        let world = person(&json!({ "child": entry }));
        let client = world
            .command(&["mcp", "call", "child", "hang", "--approve", "child/hang"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.wait_seen("tools/call").await;
        let number: i32 = world.read("number").trim().parse().unwrap();
        let server = Pid::from_raw(number).unwrap();
        test_kill_process(server).unwrap();
        Self {
            child,
            world,
            client,
            server,
        }
    }

    /// The next command finds everything as it was.
    fn mended(&self) {
        assert_eq!(status(&self.world, "child", "user")["state"], "connected");
        // Nobody knows what a call that broke off has done: it was asked for once.
        assert_eq!(self.child.seen("tools/call").len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_is_killed_in_a_call_leaves_no_server_behind() {
    let mut hanging = Hanging::start().await;
    kill_process(Pid::from_child(&hanging.client), Signal::KILL).unwrap();
    aside(|| hanging.client.wait()).unwrap();
    until("the server to end", || async {
        test_kill_process(hanging.server).is_err()
    })
    .await;
    hanging.mended();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_in_a_call_is_told_and_there_again() {
    let mut hanging = Hanging::start().await;
    kill_process(hanging.server, Signal::KILL).unwrap();
    let mut told = String::new();
    let mut err = hanging.client.stderr.take().unwrap();
    aside(|| std::io::Read::read_to_string(&mut err, &mut told)).unwrap();
    let ended = aside(|| hanging.client.wait()).unwrap();
    assert_eq!(ended.code(), Some(1), "{told}");
    assert!(told.contains("`child`"), "{told}");
    hanging.mended();
}
