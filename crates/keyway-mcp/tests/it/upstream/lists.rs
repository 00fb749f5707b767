//! Lists: read to the end, bounded, and never spoiled by one item.

use keyway_core::ports::{ChangeKind, UpstreamState};
use keyway_mcp::upstream::{PoolSettings, ToolFilter};
use keyway_testkit::peers::{Era, HttpPeer, Script};

use super::rig::{Rig, http, reach, settings, tool};

async fn listed(script: Script, settings: PoolSettings) -> (usize, Vec<String>) {
    let peer = HttpPeer::start(script).await;
    let rig = Rig::with(settings);
    let server = rig.connect(http("x", peer.url())).await;
    let lists = server.lists();
    (lists.tools.len(), lists.warnings.clone())
}

#[tokio::test]
async fn pages_are_followed_to_the_end() {
    let script = Script {
        extra_tools: 5_000,
        page: 100,
        ..Script::new(Era::Modern)
    };
    let (tools, warnings) = listed(script, settings()).await;
    assert_eq!((tools, warnings.len()), (5_014, 0));
}

#[tokio::test]
async fn a_repeated_cursor_ends_the_list() {
    let script = Script {
        repeats_cursor: true,
        ..Script::new(Era::Legacy)
    };
    let (tools, warnings) = listed(script, settings()).await;
    assert_eq!(tools, 14);
    assert!(
        warnings.iter().any(|text| text.contains("repeated cursor")),
        "{warnings:?}"
    );
    assert!(warnings.len() <= 51);
}

#[tokio::test]
async fn too_many_items_are_cut_off() {
    let script = Script {
        extra_tools: 60,
        page: 10,
        ..Script::new(Era::Modern)
    };
    let few = PoolSettings {
        list_items: 50,
        ..settings()
    };
    let (tools, warnings) = listed(script, few).await;
    assert_eq!(tools, 50);
    assert_eq!(warnings, ["tools: cut off after 50 items"]);
}

#[tokio::test]
async fn a_broken_item_costs_only_itself() {
    let script = Script {
        raw_tools: [
            "17",
            "{}",
            r#"{"name":"","inputSchema":{}}"#,
            r#"{"name":"no-schema"}"#,
            r#"{"name":"echo","inputSchema":{}}"#,
            r#"{"name":"bad-header","inputSchema":{"properties":{"a":{"type":"string","x-mcp-header":"a b"}}}}"#,
            r#"{"name":"mcp__x__mcp__x__echo","inputSchema":{}}"#,
            r#"{"name":"fine","inputSchema":{}}"#,
        ]
        .map(str::to_owned)
        .to_vec(),
        ..Script::new(Era::Modern)
    };
    let peer = HttpPeer::start(script).await;
    let rig = Rig::new();
    let server = rig.connect(http("x", peer.url())).await;
    let lists = server.lists();
    assert_eq!(lists.tools.last().unwrap().key, "fine");
    assert_eq!(lists.tools.len(), 15);
    assert_eq!(lists.warnings.len(), 7, "{:?}", lists.warnings);
}

#[tokio::test]
async fn only_admitted_tools_are_listed_and_called() {
    let peer = HttpPeer::start(Script::new(Era::Modern)).await;
    let rig = Rig::new();
    let mut spec = http("x", peer.url());
    spec.tools = ToolFilter {
        allow: Some(vec!["echo".into(), "fail".into()]),
        deny: vec!["fail".into()],
    };
    let server = rig.connect(spec).await;
    let lists = server.lists();
    assert_eq!(lists.tools.len(), 1);
    assert!(lists.warnings.is_empty());
    tool("echo", "{}").send(&server).await.unwrap();
    assert!(tool("progress", "{}").send(&server).await.is_err());
    assert!(
        tool("fail", "{}")
            .send(&server)
            .await
            .unwrap_err()
            .raw
            .is_none()
    );
}

#[tokio::test]
async fn the_last_lists_stay_while_a_server_is_away() {
    let peer = HttpPeer::start(Script::new(Era::Legacy)).await;
    let rig = Rig::new();
    let server = rig.connect(http("x", peer.url())).await;
    let listed_at = server.status().listed_at.unwrap();
    let address = peer.stop().await;
    reach(&server, UpstreamState::Disconnected).await;
    assert_eq!(server.lists().tools.len(), 14);
    assert_eq!(server.status().listed_at, Some(listed_at));
    assert!(server.status().reason.is_some());
    let error = tool("echo", "{}").send(&server).await.unwrap_err();
    assert!(error.message.contains("`x`"), "{}", error.message);

    rig.forget_changes();
    let script = Script {
        extra_tools: 1,
        ..Script::new(Era::Legacy)
    };
    let _back = HttpPeer::start_at(script, address).await;
    reach(&server, UpstreamState::Connected).await;
    rig.wait_change(ChangeKind::Lists).await;
    assert_eq!(server.lists().tools.len(), 15);
    tool("echo", "{}").send(&server).await.unwrap();
}
