use http::Method;
use keyway_testkit::peers::{Era, HttpPeer, Script};
use rustix::process::Signal;
use serde_json::json;

use crate::support::client::Ask;
use crate::support::wait::{soon, until};
use crate::support::{Served, World, mcp};

/// A gateway in front of a peer whose tools can be kept waiting.
async fn with_peer(script: Script) -> (HttpPeer, World, Served) {
    let peer = HttpPeer::start(script).await;
    let world = World::of(&format!("mcp_servers:\n  peer:\n    url: {}\n", peer.url()));
    let served = Served::start(&world, &["--no-auth"]);
    until("the peer's tools", || async {
        list(&served)
            .send()
            .await
            .text()
            .contains("mcp__peer__hang")
    })
    .await;
    (peer, world, served)
}

fn list(served: &Served) -> Ask {
    mcp::dress(served.ask(Method::POST, "/mcp"), "tools/list", json!({}))
}

fn call(served: &Served, tool: &str) -> Ask {
    let params = json!({ "name": tool, "arguments": {} });
    mcp::dress(served.ask(Method::POST, "/mcp"), "tools/call", params)
}

#[tokio::test]
async fn the_first_signal_drains() {
    for signal in [Signal::TERM, Signal::INT] {
        let (peer, _world, served) = with_peer(Script::new(Era::Modern)).await;
        let call = call(&served, "mcp__peer__hang");
        #[expect(clippy::disallowed_methods, reason = "a client beside the test")]
        let call = tokio::spawn(call.send());
        soon("the call to arrive", peer.wait_seen("tools/call")).await;
        served.signal(signal);
        served.said("no longer accepting").await;
        peer.let_go();
        let answer = soon("the call's answer", call).await.unwrap();
        assert_eq!(answer.status(), 200, "{}", answer.text());
        assert!(answer.text().contains("late"), "{}", answer.text());
        assert_eq!(served.ended().await.0.code(), Some(0));
    }
}

#[tokio::test]
async fn a_second_signal_stops_at_once() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::INT, 130)] {
        let (peer, _world, served) = with_peer(Script::new(Era::Modern)).await;
        let call = call(&served, "mcp__peer__hang");
        #[expect(clippy::disallowed_methods, reason = "a client that gets no answer")]
        let call = tokio::spawn(async move { call.try_open().await });
        soon("the call to arrive", peer.wait_seen("tools/call")).await;
        served.signal(Signal::TERM);
        served.said("no longer accepting").await;
        served.signal(signal);
        assert_eq!(served.ended().await.0.code(), Some(code));
        let _ = call.await;
    }
}
