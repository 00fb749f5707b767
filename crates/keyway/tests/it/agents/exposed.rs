use keyway::Expose;
use keyway_testkit::models::Turn;
use keyway_testkit::peers::{HttpPeer, Script as Peer};
use serde_json::{Value, json};

use super::world::{Lab, MODEL, agent, call, configured, section};
use crate::support::app::TestApp;
use crate::support::mcp::modern;
use crate::support::wait::until;

#[tokio::test]
async fn an_agent_is_an_mcp_tool_where_it_says_so() {
    let agents = vec![
        agent("writer")
            .description("Writes briefs")
            .expose(Expose::MCP | Expose::HTTP),
        agent("hidden"),
    ];
    let lab = Lab::new(agents, vec![Turn::text(["A brief."])]).await;
    let listed = modern(&lab.app, "tools/list", json!({}))
        .send()
        .await
        .json();
    let names: Vec<_> = listed["result"]["tools"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tool| tool["name"].as_str().unwrap().to_owned())
        .collect();
    assert!(names.contains(&"agent__writer".to_owned()), "{names:?}");
    assert!(!names.contains(&"agent__hidden".to_owned()), "{names:?}");
    let params = json!({ "name": "agent__writer", "arguments": { "message": "About Ada" } });
    let called = modern(&lab.app, "tools/call", params).send().await.json();
    let answer = &called["result"]["structuredContent"];
    assert_eq!(answer["text"], "A brief.", "{called}");
    let session = answer["sessionId"].as_str().unwrap();
    let path = format!("/v1/sessions/{session}");
    assert_eq!(lab.get(&lab.app.key, &path).await.json()["agent"], "writer");

    let post = |slug: &str| {
        let path = format!("/v1/actions/{slug}");
        lab.app.post(&path).json(&json!({ "message": "hi" })).send()
    };
    assert_eq!(post("agent:hidden").await.status(), 404);
}

#[tokio::test]
async fn an_agent_uses_the_tools_of_a_server_and_those_a_pattern_names() {
    let turns = vec![
        call("mcp__files__progress", json!({})),
        Turn::text(["done"]),
        Turn::text(["done"]),
    ];
    let model = keyway_testkit::models::ModelServer::start(turns).await;
    let peer = HttpPeer::start(Peer::default()).await;
    let servers = json!({ "files": { "url": peer.url() } });
    let yaml = format!("{}mcp_servers: {servers}\n", section(&model));
    let read = configured(&yaml);
    let app = TestApp::builder()
        .agents([
            keyway::Agent::new("all").model(MODEL).tool("mcp__files"),
            keyway::Agent::new("some")
                .model(MODEL)
                .tool("mcp__files__ec*"),
        ])
        .config(|config| {
            config.models = read.models;
            config.mcp_servers = read.mcp_servers;
        })
        .start()
        .await;
    let lab = Lab { app, model };
    until("the server to be connected", || async {
        let servers = lab.get(&lab.app.key, "/v1/mcp-servers").await.json();
        servers["servers"][0]["state"] == "connected"
    })
    .await;
    let answer = lab.prompt("all", "echo it").await;
    assert_eq!(answer["status"], "finished", "{answer}");
    assert_eq!(lab.told(1), "done");
    lab.prompt("some", "echo it").await;
    let (all, some) = (lab.tools(0), lab.tools(2));
    assert!(all.len() > some.len(), "{all:?} {some:?}");
    assert!(
        some.iter().all(|name| name.starts_with("mcp__files__ec")),
        "{some:?}"
    );
    let asked: Vec<Value> = lab
        .model
        .asked()
        .into_iter()
        .map(|asked| asked.body)
        .collect();
    assert_eq!(asked.len(), 3);
}
