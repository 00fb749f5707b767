//! What is sent once more, and what never is.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use keyway_core::ports::{Upstream, UpstreamState};
use keyway_testkit::peers::{Era, HttpPeer, RawPeer, Script};
use tokio::net::TcpListener;

use super::rig::{Rig, code, http, reach, tool};

async fn connected(rig: &Rig, retries: u32) -> (HttpPeer, Arc<dyn Upstream>) {
    let peer = HttpPeer::start(Script::new(Era::Modern)).await;
    let mut spec = http("x", peer.url());
    spec.retries = retries;
    let server = rig.connect(spec).await;
    (peer, server)
}

#[tokio::test]
async fn a_busy_server_is_asked_again_as_often_as_its_entry_says() {
    let rig = Rig::new();
    let (peer, server) = connected(&rig, 2).await;
    peer.gate().be_busy(2);
    tool("echo", "{}").send(&server).await.unwrap();
    peer.gate().be_busy(3);
    let error = tool("echo", "{}").send(&server).await.unwrap_err();
    assert_eq!(code(&error), "upstream_protocol");
    assert!(error.message.contains("HTTP 503"), "{}", error.message);

    let (peer, server) = connected(&rig, 0).await;
    peer.gate().be_busy(1);
    tool("echo", "{}").send(&server).await.unwrap_err();
    tool("echo", "{}").send(&server).await.unwrap();
}

#[tokio::test]
async fn a_call_that_may_have_been_carried_out_is_sent_once() {
    let rig = Rig::new();
    let (peer, server) = connected(&rig, 3).await;
    let error = tool("die", "{}").send(&server).await.unwrap_err();
    assert_eq!(code(&error), "upstream_protocol");
    assert_eq!(peer.seen("tools/call").len(), 1);
}

#[tokio::test]
async fn a_handshake_that_breaks_is_begun_again() {
    let rig = Rig::new();
    let peer = RawPeer::start(b"", None).await;
    let mut spec = http("x", peer.url());
    spec.retries = 2;
    let server = rig.pool.add(spec);
    reach(&server, UpstreamState::Disconnected).await;
    // A probe and `initialize`, three times.
    assert!(peer.requests() >= 6, "{}", peer.requests());
}

#[tokio::test]
async fn why_a_server_is_not_connected_stays_to_be_seen_while_it_is_tried_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/mcp", listener.local_addr().unwrap());
    let hangs = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&hangs);
    let rig = Rig::new();
    rig.tasks.spawn(async move {
        let mut held = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            if told.load(Ordering::Relaxed) {
                held.push(stream);
            }
        }
    });
    let server = rig.pool.add(http("s", url));
    reach(&server, UpstreamState::Disconnected).await;
    hangs.store(true, Ordering::Relaxed);
    let mut status = server.status();
    for _ in 0..2_000 {
        if status.state == UpstreamState::Connecting {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
        status = server.status();
    }
    assert_eq!(status.state, UpstreamState::Connecting);
    assert!(status.reason.is_some());
}
