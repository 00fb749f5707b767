//! What only child processes have.

use std::time::Duration;

use keyway_core::Secret;
use keyway_core::ports::UpstreamState;
use keyway_mcp::upstream::{PoolSettings, Stdio, Transport};
use keyway_testkit::peers::{Era, Script, StdioPeer};
use serde_json::Value;

use super::STDIO_PEER;
use super::rig::{Client, Rig, reach, settings, stdio, tool, wait};

fn peer(script: Script) -> StdioPeer {
    StdioPeer::new(script, STDIO_PEER)
}

pub(super) fn is_alive(pid: i32) -> bool {
    // A process that was ended may wait to be reaped by whoever inherited it.
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| {
        !stat
            .rsplit(')')
            .next()
            .unwrap_or_default()
            .starts_with(" Z")
    })
}

#[tokio::test]
async fn a_child_sees_exactly_the_environment_it_is_given() {
    let peer = peer(Script::new(Era::Modern));
    let rig = Rig::with(PoolSettings {
        base_env: [("LANG".into(), "C".into()), ("SAME".into(), "base".into())].into(),
        ..settings()
    });
    let mut spec = stdio("x", &peer);
    if let Transport::Stdio(stdio) = &mut spec.transport {
        stdio.env.insert("SAME".into(), Secret::new("entry".into()));
    }
    let server = rig.connect(spec).await;
    let answer = tool("env", "{}").value(&server).await;
    let names: Vec<_> = answer["env"].as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        ["LANG", "SAME", "TESTKIT_PEER_RECORD", "TESTKIT_PEER_SCRIPT"]
    );
    assert_eq!(answer["env"]["SAME"], "entry");
}

#[tokio::test]
async fn noise_on_standard_output_is_survived() {
    let script = Script {
        noisy: true,
        ..Script::new(Era::Legacy)
    };
    let peer = peer(script);
    let rig = Rig::new();
    let server = rig.connect(stdio("x", &peer)).await;
    let client = Client::new();
    tool("progress", "{}")
        .by(&client)
        .send(&server)
        .await
        .unwrap();
    assert_eq!(client.told("notifications/progress").len(), 3);
}

#[tokio::test]
async fn servers_that_leave_or_keep_silent_at_the_probe_are_legacy() {
    let rig = Rig::new();
    let silent = peer(Script {
        silent: true,
        ..Script::new(Era::Legacy)
    });
    let touchy = peer(Script {
        touchy: true,
        ..Script::new(Era::Legacy)
    });
    for (key, peer) in [("silent", &silent), ("touchy", &touchy)] {
        let server = rig.connect(stdio(key, peer)).await;
        assert_eq!(server.status().protocol.as_deref(), Some("2025-11-25"));
        tool("echo", "{}").send(&server).await.unwrap();
    }
}

#[tokio::test]
async fn a_child_that_dies_is_started_anew_and_the_others_do_not_notice() {
    let (dies, lives) = (
        peer(Script::new(Era::Legacy)),
        peer(Script::new(Era::Legacy)),
    );
    let rig = Rig::new();
    let server = rig.connect(stdio("dies", &dies)).await;
    let other = rig.connect(stdio("lives", &lives)).await;
    let first = tool("env", "{}").value(&server).await["pid"].clone();
    let error = tool("die", "{}").send(&server).await.unwrap_err();
    assert!(error.message.contains("`dies`"), "{}", error.message);
    tool("echo", "{}").send(&other).await.unwrap();
    reach(&server, UpstreamState::Connected).await;
    let mut second = Value::Null;
    for _ in 0..200 {
        if let Ok(answer) = tool("env", "{}").send(&server).await {
            second = answer.read::<Value>().unwrap()["pid"].clone();
            if second != first {
                break;
            }
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(second.is_u64() && second != first);
}

#[tokio::test]
async fn the_whole_group_is_ended_on_shutdown() {
    let peer = peer(Script {
        forks: true,
        stays: true,
        ..Script::new(Era::Modern)
    });
    let rig = Rig::new();
    let server = rig.connect(stdio("x", &peer)).await;
    let answer = tool("env", "{}").value(&server).await;
    let child = i32::try_from(answer["pid"].as_u64().unwrap()).unwrap();
    let grandchild = peer.wait_grandchild().await;
    assert!(is_alive(child) && is_alive(grandchild));
    rig.stop().await;
    wait("both to be gone", || {
        !is_alive(child) && !is_alive(grandchild)
    })
    .await;
}

#[tokio::test]
async fn why_a_child_did_not_start_is_told_without_secrets() {
    let rig = Rig::new();
    let failing = Stdio {
        command: "/bin/sh".into(),
        args: vec!["-c".into(), "echo token $TOKEN is wrong >&2; exit 7".into()],
        env: [("TOKEN".to_owned(), Secret::new("hunter22".to_owned()))].into(),
        cwd: None,
    };
    let missing = Stdio {
        command: "/no/such/program".into(),
        ..Stdio::default()
    };
    let spec =
        |key: &str, stdio| keyway_mcp::upstream::ServerSpec::new(key, Transport::Stdio(stdio));
    let failing = rig.pool.add(spec("failing", failing));
    let missing = rig.pool.add(spec("missing", missing));
    reach(&failing, UpstreamState::Disconnected).await;
    reach(&missing, UpstreamState::Disconnected).await;
    let reason = failing.status().reason.unwrap();
    assert!(reason.contains("token [redacted] is wrong"), "{reason}");
    let reason = missing.status().reason.unwrap();
    assert!(
        reason.contains("could not start `/no/such/program`"),
        "{reason}"
    );
}

#[tokio::test]
async fn a_question_that_could_be_for_either_caller_is_put_to_neither() {
    let peer = peer(Script::new(Era::Legacy));
    let rig = Rig::new();
    let server = rig.connect(stdio("x", &peer)).await;
    let (first, second) = (Client::new(), Client::new());
    let hanging = tool("hang", "{}").by(&first);
    let asking = async {
        peer.wait_seen("tools/call").await;
        let answer = tool("ask", "{}").by(&second).value(&server).await;
        hanging.cancel.cancel();
        answer
    };
    let (_, answer) = tokio::join!(hanging.send(&server), asking);
    assert_eq!(answer["answer"]["error"]["code"], -32600, "{answer}");
    assert!(first.asked.lock().is_empty() && second.asked.lock().is_empty());
}
