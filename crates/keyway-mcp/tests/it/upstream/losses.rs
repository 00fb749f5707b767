//! What is lost when a server or the network goes away: nothing but the call in flight.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use keyway_core::Secret;
use keyway_core::ports::{
    BoxFuture, HttpError, HttpRequest, HttpResponse, HttpSend, UpstreamState,
};
use keyway_egress::{Egress, EgressConfig};
use keyway_mcp::upstream::{Auth, Transport};
use keyway_testkit::peers::{Era, HttpPeer, RawPeer, Script, StdioPeer};
use serde_json::Value;

use super::STDIO_PEER;
use super::rig::{Rig, code, http, reach, settings, stdio, tool, wait};

#[tokio::test]
async fn a_refused_connection_is_disconnected_with_the_reason() {
    let rig = Rig::new();
    let peer = HttpPeer::start(Script::default()).await;
    let server = rig.connect(http("x", peer.url())).await;
    let tools = server.lists().tools.len();
    let at = peer.stop().await;
    let error = tool("echo", "{}").send(&server).await.unwrap_err();
    assert_eq!(code(&error), "upstream_disconnected");
    reach(&server, UpstreamState::Disconnected).await;
    let status = server.status();
    assert!(status.reason.unwrap().contains("could not connect"));
    assert_eq!(server.lists().tools.len(), tools, "the lists are kept");
    let _peer = HttpPeer::start_at(Script::default(), at).await;
    reach(&server, UpstreamState::Connected).await;
    tool("echo", "{}").send(&server).await.unwrap();
}

#[tokio::test]
async fn a_black_hole_is_disconnected_and_holds_nobody_up() {
    let rig = Rig::new();
    let hole = RawPeer::silent().await;
    let mut spec = http("hole", hole.url());
    spec.timeouts.connect = Duration::from_millis(200);
    let server = rig.pool.add(spec);
    let peer = HttpPeer::start(Script::default()).await;
    let other = rig.connect(http("good", peer.url())).await;
    reach(&server, UpstreamState::Disconnected).await;
    assert_eq!(server.status().reason.unwrap(), "no answer in time");
    let error = tool("echo", "{}").send(&server).await.unwrap_err();
    assert!(["upstream_disconnected", "upstream_connecting"].contains(&&*code(&error)));
    tool("echo", "{}").send(&other).await.unwrap();
}

#[tokio::test]
async fn a_call_into_a_black_hole_ends_in_time_and_the_next_one_works() {
    let peer = HttpPeer::start(Script::default()).await;
    let rig = Rig::new();
    let mut spec = http("x", peer.url());
    spec.timeouts.call = Some(Duration::from_millis(300));
    let server = rig.connect(spec).await;
    let error = tool("hang", "{}").send(&server).await.unwrap_err();
    assert_eq!(code(&error), "upstream_timeout");
    tool("echo", "{}").send(&server).await.unwrap();
}

#[tokio::test]
async fn a_rejected_key_is_auth_failed_and_shown_nowhere() {
    for status in [401, 403] {
        let peer = HttpPeer::start(Script {
            refuse: Some(status),
            ..Script::default()
        })
        .await;
        let rig = Rig::new();
        let mut spec = http("x", peer.url());
        if let Transport::Http(http) = &mut spec.transport {
            http.auth = Auth::ApiKey {
                header: None,
                scheme: None,
                key: Secret::new("hunter22".into()),
            };
        }
        let server = rig.pool.add(spec);
        reach(&server, UpstreamState::AuthFailed).await;
        let error = tool("echo", "{}").send(&server).await.unwrap_err();
        let shown = format!("{:?} {error:?}", server.status());
        assert!(shown.contains(&format!("HTTP {status}")), "{shown}");
        assert!(!shown.contains("hunter22"), "{shown}");
    }
}

#[tokio::test]
async fn a_child_killed_in_the_middle_of_a_call_is_replaced_and_leaves_no_orphan() {
    let peer = StdioPeer::new(
        Script {
            forks: true,
            ..Script::new(Era::Modern)
        },
        STDIO_PEER,
    );
    let rig = Rig::new();
    let server = rig.connect(stdio("x", &peer)).await;
    let pid = |answer: &Value| i32::try_from(answer["pid"].as_u64().unwrap()).unwrap();
    let child = pid(&tool("env", "{}").value(&server).await);
    let grandchild = peer.wait_grandchild().await;
    let hanging = tool("hang", "{}");
    let killing = async {
        wait("the call to arrive", || peer.seen("tools/call").len() == 2).await;
        let process = rustix::process::Pid::from_raw(child).unwrap();
        rustix::process::kill_process(process, rustix::process::Signal::KILL).unwrap();
    };
    let (outcome, ()) = tokio::join!(hanging.send(&server), killing);
    let error = outcome.unwrap_err();
    assert_eq!(code(&error), "upstream_disconnected");
    assert!(error.message.contains("went away during the call"));
    wait("both to be gone", || {
        !super::stdio::is_alive(child) && !super::stdio::is_alive(grandchild)
    })
    .await;
    reach(&server, UpstreamState::Connected).await;
    wait("another process", || peer.seen("server/discover").len() > 1).await;
    reach(&server, UpstreamState::Connected).await;
    assert_ne!(pid(&tool("env", "{}").value(&server).await), child);
}

/// A way out with a fault in it, as long as it is not mended.
struct Faulty {
    mended: Arc<AtomicBool>,
    egress: Egress,
}

impl HttpSend for Faulty {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, HttpError>> {
        assert!(self.mended.load(Ordering::Relaxed), "a fault");
        self.egress.send(request)
    }
}

#[tokio::test]
async fn a_fault_of_our_own_is_a_lost_connection_and_not_the_end() {
    let mended = Arc::new(AtomicBool::new(false));
    let faulty = Faulty {
        mended: Arc::clone(&mended),
        egress: Egress::new(EgressConfig::default()),
    };
    let rig = Rig::over(Arc::new(faulty), settings());
    let peer = HttpPeer::start(Script::default()).await;
    let server = rig.pool.add(http("x", peer.url()));
    reach(&server, UpstreamState::Disconnected).await;
    wait("the next attempt", || server.status().next_retry.is_some()).await;
    let reason = server.status().reason.unwrap_or_default();
    assert!(reason.contains("error in Keyway itself"), "{reason}");
    mended.store(true, Ordering::Relaxed);
    reach(&server, UpstreamState::Connected).await;
    tool("echo", "{}").send(&server).await.unwrap();
    rig.stop().await;
}
