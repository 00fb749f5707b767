//! Servers that mean ill cost the others nothing.

use std::sync::Arc;
use std::time::Duration;

use keyway_core::ports::{Upstream, UpstreamState};
use keyway_mcp::upstream::{HttpKind, PoolSettings, ServerSpec, Stdio, Transport};
use keyway_testkit::peers::{Era, HttpPeer, RawPeer, Script, StdioPeer};

use super::STDIO_PEER;
use super::rig::{Client, Rig, code, http, reach, settings, stdio, tool};

async fn good(rig: &Rig) -> (HttpPeer, Arc<dyn Upstream>) {
    let peer = HttpPeer::start(Script::new(Era::Modern)).await;
    let server = rig.connect(http("good", peer.url())).await;
    (peer, server)
}

#[tokio::test]
async fn hanging_and_lying_servers_do_not_hold_up_the_start_of_others() {
    let rig = Rig::new();
    let mute = HttpPeer::start(Script {
        mute: true,
        ..Script::default()
    })
    .await;
    let long = RawPeer::start(
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{}",
        None,
    )
    .await;
    let short = RawPeer::start(
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1\r\n\r\n{\"jsonrpc\":\"2.0\"}",
        None,
    )
    .await;
    let page = RawPeer::start(
        b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 4\r\n\r\n<b/>",
        None,
    )
    .await;
    let endless = RawPeer::start(
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n",
        Some(b"data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\"}\n\n"),
    )
    .await;
    let line = RawPeer::start(
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: ",
        Some(&[b'x'; 4096]),
    )
    .await;
    let mut bad = Vec::new();
    for (at, url) in [
        mute.url(),
        long.url(),
        short.url(),
        page.url(),
        endless.url(),
        line.url(),
    ]
    .into_iter()
    .enumerate()
    {
        let mut spec = http(&format!("bad-{at}"), url);
        spec.timeouts.connect = Duration::from_secs(4);
        bad.push(rig.pool.add(spec));
    }
    let (_peer, server) = good(&rig).await;
    for _ in 0..20 {
        tool("echo", "{}").send(&server).await.unwrap();
    }
    for bad in &bad {
        reach(bad, UpstreamState::Disconnected).await;
        assert!(bad.status().reason.is_some());
    }
    rig.stop().await;
}

#[tokio::test]
async fn answers_out_of_bounds_are_refused() {
    for kind in ["json", "stream", "stdio"] {
        let rig = Rig::with(PoolSettings { ..settings() });
        let script = Script {
            streams: kind == "stream",
            ..Script::new(Era::Modern)
        };
        let http_peer = HttpPeer::start(script.clone()).await;
        let stdio_peer = StdioPeer::new(script, STDIO_PEER);
        let mut spec = if kind == "stdio" {
            stdio("x", &stdio_peer)
        } else {
            http("x", http_peer.url())
        };
        spec.timeouts.call = Some(Duration::from_secs(5));
        let server = rig.connect(spec).await;
        for name in ["huge", "deep", "garbage"] {
            let error = tool(name, "{}").send(&server).await.unwrap_err();
            let code = code(&error);
            assert!(
                [
                    "upstream_protocol",
                    "upstream_too_large",
                    "upstream_timeout"
                ]
                .contains(&code.as_str()),
                "{kind} {name}: {code}"
            );
        }
        tool("echo", "{}").send(&server).await.unwrap();
    }
}

#[tokio::test]
async fn a_flood_of_messages_is_survived() {
    let rig = Rig::new();
    let flooding = StdioPeer::new(Script::new(Era::Legacy), STDIO_PEER);
    let flooded = rig.connect(stdio("flooding", &flooding)).await;
    let (_peer, server) = good(&rig).await;
    let client = Client::new();
    let call = tool("flood", "{}").by(&client);
    let others = async {
        for _ in 0..50 {
            tool("echo", "{}").send(&server).await.unwrap();
        }
    };
    let (flood, ()) = tokio::join!(call.send(&flooded), others);
    flood.unwrap();
    assert_eq!(client.told("notifications/message").len(), 20_000);
}

#[tokio::test]
async fn a_line_that_never_ends_takes_no_memory_and_the_child_is_ended() {
    let rig = Rig::new();
    let endless = Stdio {
        command: "/bin/sh".into(),
        args: vec!["-c".into(), "cat /dev/zero".into()],
        ..Stdio::default()
    };
    let mut spec = ServerSpec::new("endless", Transport::Stdio(endless));
    spec.timeouts.connect = Duration::from_secs(2);
    let server = rig.pool.add(spec);
    let (_peer, fine) = good(&rig).await;
    tool("echo", "{}").send(&fine).await.unwrap();
    reach(&server, UpstreamState::Disconnected).await;
    rig.stop().await;
}

#[tokio::test]
async fn a_call_that_takes_too_long_is_given_up() {
    let peer = HttpPeer::start(Script::new(Era::Modern)).await;
    let rig = Rig::new();
    let mut spec = http("x", peer.url());
    spec.timeouts.call = Some(Duration::from_millis(200));
    let server = rig.connect(spec).await;
    let error = tool("hang", "{}").send(&server).await.unwrap_err();
    assert_eq!(code(&error), "upstream_timeout");
    super::rig::wait("the stream to be closed", || peer.closed().len() == 1).await;
}

#[tokio::test]
async fn calls_wait_a_bounded_time_for_a_server_that_is_connecting() {
    let rig = Rig::with(PoolSettings {
        wait_connecting: Duration::from_millis(300),
        ..settings()
    });
    let peer = HttpPeer::start(Script {
        mute: true,
        ..Script::default()
    })
    .await;
    let mut spec = http("x", peer.url());
    if let Transport::Http(http) = &mut spec.transport {
        http.kind = HttpKind::StreamableOnly;
    }
    let server = rig.pool.add(spec);
    reach(&server, UpstreamState::Connecting).await;
    let error = tool("echo", "{}").send(&server).await.unwrap_err();
    assert_eq!(code(&error), "upstream_connecting");
}
