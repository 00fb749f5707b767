//! What only streamable HTTP has.

use keyway_core::Secret;
use keyway_core::ports::UpstreamState;
use keyway_mcp::upstream::{Auth, OAuth, Transport};
use keyway_testkit::peers::{Era, HttpPeer, Script};

use super::rig::{Client, Rig, code, http, reach, tool, wait};

#[tokio::test]
async fn modern_requests_carry_their_headers_and_the_callers_capabilities() {
    let peer = HttpPeer::start(Script::new(Era::Modern)).await;
    let rig = Rig::new();
    let mut spec = http("x", peer.url());
    if let Transport::Http(http) = &mut spec.transport {
        http.headers = vec![("X-Tenant".into(), Secret::new("blue".into()))];
        http.auth = Auth::ApiKey {
            header: None,
            scheme: None,
            key: Secret::new("sesame".into()),
        };
    }
    let server = rig.connect(spec).await;
    assert_eq!(server.status().auth, "api_key");
    let mut call = tool("mirror", r#"{"region":"世界"}"#);
    call.hops = 2;
    call.params = call.params.replace(
        r#"{"name""#,
        r#"{"_meta":{"com.example/trace": "1","progressToken":"client's"},"name""#,
    );
    let answer = call.value(&server).await;
    let meta = &answer["meta"];
    assert_eq!(meta["com.example/trace"], "1");
    assert_eq!(
        meta["io.modelcontextprotocol/clientCapabilities"]["elicitation"]["form"],
        serde_json::json!({})
    );
    assert_eq!(meta["io.modelcontextprotocol/logLevel"], "debug");
    assert!(meta["progressToken"].is_u64());

    let seen = peer.seen("tools/call").remove(0);
    assert_eq!(seen.headers["mcp-method"], "tools/call");
    assert_eq!(seen.headers["mcp-name"], "mirror");
    assert_eq!(seen.headers["mcp-param-region"], "=?base64?5LiW55WM?=");
    assert_eq!(seen.headers["mcp-protocol-version"], "2026-07-28");
    assert_eq!(seen.headers["keyway-hops"], "3");
    assert_eq!(seen.headers["x-tenant"], "blue");
    assert_eq!(seen.headers["authorization"], "Bearer sesame");
}

#[tokio::test]
async fn a_lost_session_is_opened_anew_once() {
    let script = Script {
        forget_after: Some(9),
        ..Script::new(Era::Legacy)
    };
    let peer = HttpPeer::start(script).await;
    let rig = Rig::new();
    let server = rig.connect(http("x", peer.url())).await;
    for _ in 0..8 {
        tool("echo", "{}").send(&server).await.unwrap();
    }
    assert_eq!(peer.seen("initialize").len(), 2);
    let sessions: std::collections::BTreeSet<_> = peer
        .seen("tools/call")
        .iter()
        .map(|seen| seen.headers["mcp-session-id"].clone())
        .collect();
    assert_eq!(sessions.len(), 2);
    rig.stop().await;
    assert!(!peer.seen("DELETE").is_empty(), "the session is ended");
}

#[tokio::test]
async fn a_broken_stream_is_taken_up_again() {
    let script = Script {
        breaks_streams: true,
        ..Script::new(Era::Legacy)
    };
    let peer = HttpPeer::start(script).await;
    let rig = Rig::new();
    let server = rig.connect(http("x", peer.url())).await;
    let client = Client::new();
    let answer = tool("progress", "{}").by(&client).value(&server).await;
    assert_eq!(answer["content"][0]["text"], "done");
    wait("all of what was told", || {
        client.told("notifications/progress").len() == 3
    })
    .await;
}

#[tokio::test]
async fn refused_credentials_are_the_gateways_matter() {
    let peer = HttpPeer::start(Script {
        refuse: Some(401),
        ..Script::default()
    })
    .await;
    let rig = Rig::new();
    let mut spec = http("x", peer.url());
    if let Transport::Http(http) = &mut spec.transport {
        http.headers = vec![(
            "Authorization".into(),
            Secret::new("Bearer hunter22".into()),
        )];
    }
    let server = rig.pool.add(spec);
    reach(&server, UpstreamState::AuthFailed).await;
    let error = tool("echo", "{}").send(&server).await.unwrap_err();
    assert_eq!(code(&error), "upstream_auth_failed");
    assert!(error.raw.is_none());
    let status = server.status();
    assert!(!format!("{status:?} {error:?}").contains("hunter22"));
}

#[tokio::test]
async fn a_server_that_wants_a_person_waits_for_one() {
    let peer = HttpPeer::start(Script::default()).await;
    let rig = Rig::new();
    let mut spec = http("x", peer.url());
    if let Transport::Http(http) = &mut spec.transport {
        http.auth = Auth::OAuth(OAuth::default());
    }
    let server = rig.pool.add(spec);
    reach(&server, UpstreamState::AuthRequired).await;
    let error = tool("echo", "{}").send(&server).await.unwrap_err();
    assert_eq!(code(&error), "upstream_auth_required");
    assert!(peer.seen("server/discover").is_empty());
}

#[tokio::test]
async fn a_subscription_that_ends_is_made_anew() {
    let peer = HttpPeer::start(Script::new(Era::Modern)).await;
    let rig = Rig::new();
    let server = rig.connect(http("x", peer.url())).await;
    peer.wait_listener().await;
    peer.drop_listeners();
    wait("a second subscription", || {
        peer.seen("subscriptions/listen").len() == 2
    })
    .await;
    peer.wait_listener().await;
    tool("change", "{}").send(&server).await.unwrap();
    wait("the new tool", || server.lists().tools.len() == 15).await;
}

#[tokio::test]
async fn a_server_that_is_not_there_says_so_and_what_to_do() {
    let rig = Rig::new();
    let server = rig.pool.add(http("gone", "http://127.0.0.1:9/mcp".into()));
    reach(&server, UpstreamState::Disconnected).await;
    let error = tool("echo", "{}").send(&server).await.unwrap_err();
    assert!(error.message.contains("`gone`"), "{}", error.message);
    assert!(error.message.contains("try again"), "{}", error.message);
    rig.pool.remove("gone");
    assert!(rig.pool.list().is_empty());
}

#[tokio::test]
async fn a_tool_whose_headers_changed_is_listed_again_and_called_once_more() {
    let script = Script {
        late_header: true,
        ..Script::new(Era::Modern)
    };
    let peer = HttpPeer::start(script).await;
    let rig = Rig::new();
    let server = rig.connect(http("x", peer.url())).await;
    let call = tool("mirror", r#"{"region":"north"}"#);
    assert_eq!(call.value(&server).await["echo"]["region"], "north");
    let tried = peer.seen("tools/call");
    assert_eq!(tried.len(), 2);
    assert!(!tried[0].headers.contains_key("mcp-param-region"));
    assert_eq!(tried[1].headers["mcp-param-region"], "north");
}

#[tokio::test]
async fn a_server_that_comes_back_in_another_era_is_found_out() {
    let rig = Rig::new();
    let first = HttpPeer::start(Script::new(Era::Modern)).await;
    let server = rig.connect(http("x", first.url())).await;
    assert_eq!(server.status().protocol.as_deref(), Some("2026-07-28"));
    let at = first.stop().await;
    for (era, protocol) in [(Era::Legacy, "2025-11-25"), (Era::Modern, "2026-07-28")] {
        let peer = HttpPeer::start_at(Script::new(era), at).await;
        wait(protocol, || {
            server.status().protocol.as_deref() == Some(protocol)
                && server.status().state == UpstreamState::Connected
        })
        .await;
        tool("echo", "{}").send(&server).await.unwrap();
        peer.stop().await;
    }
}

#[tokio::test]
async fn a_new_connection_can_be_asked_for() {
    let peer = HttpPeer::start(Script::new(Era::Legacy)).await;
    let rig = Rig::new();
    let server = rig.connect(http("x", peer.url())).await;
    assert!(rig.pool.reconnect("x") && !rig.pool.reconnect("y"));
    assert_eq!(server.status().state, UpstreamState::Connecting, "at once");
    wait("a second handshake", || {
        assert_ne!(server.status().state, UpstreamState::Disconnected);
        peer.seen("initialize").len() == 2
    })
    .await;
    reach(&server, UpstreamState::Connected).await;
    tool("echo", "{}").send(&server).await.unwrap();
}

#[tokio::test]
async fn headers_that_cannot_be_sent_are_told_by_name_only() {
    let rig = Rig::new();
    let mut spec = http("x", "http://127.0.0.1:9/mcp".into());
    if let Transport::Http(http) = &mut spec.transport {
        http.headers = vec![("X-Key".into(), Secret::new("hunter22\n!".into()))];
    }
    let server = rig.pool.add(spec);
    reach(&server, UpstreamState::Disconnected).await;
    let reason = server.status().reason.unwrap();
    assert!(
        reason.contains("x-key") && !reason.contains("hunter"),
        "{reason}"
    );
}

#[tokio::test]
async fn a_server_that_can_be_heard_is_connected_once_it_is() {
    for _ in 0..10 {
        let rig = Rig::new();
        let peer = HttpPeer::start(Script::new(Era::Legacy)).await;
        rig.connect(http("x", peer.url())).await;
        assert!(peer.is_heard());
        rig.stop().await;
    }
}
