use keyway::config::{Config, McpServer, Place};
use keyway_core::names::Prefix;
use keyway_mcp::upstream::{Auth, Http, ServerSpec, Transport};
use serde_json::{Value, json};

use crate::support::actions::say_back;
use crate::support::app::TestApp;
use crate::support::mcp;
use crate::support::wait::until;

/// An entry for another gateway, or the same.
fn entry(name: &str, address: std::net::SocketAddr) -> McpServer {
    let mut http = Http::new(format!("http://{address}/mcp"));
    http.auth = Auth::None;
    let mut spec = ServerSpec::new(name, Transport::Http(http));
    spec.prefix = Prefix::default();
    McpServer {
        name: name.to_owned(),
        organization: "default".to_owned(),
        place: Place::Default,
        spec: Ok(spec),
    }
}

fn open_at(address: std::net::SocketAddr, server: McpServer) -> impl FnOnce(&mut Config) {
    move |config| {
        config.auth.required = false;
        config.listen.bind = address;
        config.mcp_servers = vec![server];
    }
}

async fn tools(app: &TestApp) -> Vec<String> {
    let answer = mcp::modern_anonymous(app, "tools/list", json!({}))
        .send()
        .await
        .json();
    let tools = answer["result"]["tools"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    tools
        .iter()
        .map(|tool| tool["name"].as_str().unwrap().to_owned())
        .collect()
}

/// Two addresses that are free for now.
fn free() -> [std::net::SocketAddr; 2] {
    let bound = [(); 2].map(|()| std::net::TcpListener::bind("127.0.0.1:0").unwrap());
    bound.map(|listener| listener.local_addr().unwrap())
}

#[tokio::test]
async fn two_gateways_that_point_at_each_other_stop_at_the_fourth_hop() {
    let [one_at, other_at] = free();
    let one = TestApp::builder()
        .actions([say_back()])
        .config(open_at(one_at, entry("other", other_at)))
        .start()
        .await;
    let other = TestApp::builder()
        .config(open_at(other_at, entry("one", one_at)))
        .start()
        .await;
    until("the other's tools", || async {
        tools(&one)
            .await
            .iter()
            .any(|name| name == "mcp__other__status")
    })
    .await;
    let params = json!({ "name": "mcp__other__status", "arguments": {} });
    for (hops, passes) in [("0", true), ("2", true), ("3", false), ("4", false)] {
        let call = mcp::modern_anonymous(&one, "tools/call", params.clone());
        let answer: Value = call.header("keyway-hops", hops).send().await.json();
        assert_eq!(
            !answer.to_string().contains("gateway_loop"),
            passes,
            "{hops}: {answer}"
        );
    }
    let names = tools(&one).await;
    assert!(
        names.iter().all(|name| name.matches("mcp__").count() <= 4),
        "{names:?}"
    );
    drop(other);
}

#[tokio::test]
async fn a_gateway_that_points_at_itself_stops_at_the_fourth_hop() {
    let [at, _] = free();
    let app = TestApp::builder()
        .config(open_at(at, entry("me", at)))
        .start()
        .await;
    until("its own tools", || async {
        tools(&app)
            .await
            .iter()
            .any(|name| name == "mcp__me__status")
    })
    .await;
    let params = json!({ "name": "mcp__me__status", "arguments": {} });
    for (hops, passes) in [("0", true), ("3", false)] {
        let call = mcp::modern_anonymous(&app, "tools/call", params.clone());
        let answer: Value = call.header("keyway-hops", hops).send().await.json();
        assert_eq!(
            !answer.to_string().contains("gateway_loop"),
            passes,
            "{hops}: {answer}"
        );
    }
}
