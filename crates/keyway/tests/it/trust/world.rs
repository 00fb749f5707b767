use http::Method;
use keyway_testkit::peers::{Era, HttpPeer, Script};
use serde_json::{Value, json};

use crate::support::app::TestApp;
use crate::support::client::Answer;
use crate::support::mcp::{self, MODERN};
use crate::support::wait::until;

/// The prefix of the tools of the connector.
pub(super) const CALC: &str = "mcp__calc__";

/// A gateway with a connector `calc` to a server of an era.
pub(super) struct Lab {
    pub(super) app: TestApp,
    pub(super) peer: HttpPeer,
    legacy: String,
}

/// A tool as a server lists it.
pub(super) fn tool(name: &str, description: &str) -> Value {
    json!({
        "name": name,
        "description": description,
        "inputSchema": { "type": "object", "properties": { "a": { "type": "number" } } },
        "annotations": { "readOnlyHint": true }
    })
}

impl Lab {
    /// With a server that lists these tools, each of which answers `{"content":[],"<name>":1}`.
    pub(super) async fn start(era: Era, tools: &[Value]) -> Self {
        let name = |tool: &Value| tool["name"].as_str().unwrap().to_owned();
        let results = tools.iter().map(|tool| {
            let name = name(tool);
            let text = format!(r#"{{"content":[],{}:1}}"#, json!(name));
            (name, text)
        });
        let peer = HttpPeer::start(Script {
            results: results.collect(),
            ..Script::new(era)
        })
        .await;
        peer.relist(tools.iter().map(ToString::to_string));
        let app = TestApp::builder()
            .config(|config| config.egress.allow = vec!["127.0.0.1".into()])
            .start()
            .await;
        let legacy = mcp::initialize(&app).await;
        let lab = Self { app, peer, legacy };
        let made = json!({ "name": "calc", "url": lab.peer.url() });
        let made = lab.send(Method::POST, "/v1/connectors", made).await;
        assert_eq!(made.status(), 201, "{}", made.text());
        lab.peer.wait_listener().await;
        lab
    }

    pub(super) async fn send(&self, method: Method, path: &str, body: Value) -> Answer {
        let ask = self.app.ask(method, path).bearer(&self.app.key);
        ask.json(&body).send().await
    }

    pub(super) async fn get(&self, path: &str) -> Value {
        let answer = self.app.get(path).send().await;
        assert_eq!(answer.status(), 200, "{path}: {}", answer.text());
        answer.json()
    }

    /// Lists these tools from here on.
    pub(super) fn relist(&self, tools: &[Value]) {
        self.peer.relist(tools.iter().map(ToString::to_string));
    }

    /// A request in revision 2026-07-28, and the same in an MCP session of 2025-11-25.
    pub(super) async fn both(&self, method: &str, params: Value) -> [Value; 2] {
        let modern = mcp::modern(&self.app, method, params.clone());
        let legacy = json!({ "jsonrpc": "2.0", "id": 2, "method": method, "params": params });
        let legacy = mcp::legacy(&self.app, &self.legacy, &legacy);
        [modern.send().await.json(), legacy.send().await.json()]
    }

    /// The tools of the connector as clients of both eras are listed them, by name.
    pub(super) async fn listed(&self) -> Vec<Value> {
        // Something may change between the one and the other.
        let mut listed = self.both("tools/list", json!({})).await;
        for _ in 0..50 {
            if listed[0]["result"]["tools"] == listed[1]["result"]["tools"] {
                break;
            }
            listed = self.both("tools/list", json!({})).await;
        }
        let [modern, legacy] = listed;
        let of = |answer: &Value| -> Vec<Value> {
            let tools = answer["result"]["tools"].as_array().unwrap().iter();
            let own = tools.filter(|tool| tool["name"].as_str().unwrap().starts_with(CALC));
            own.cloned().collect()
        };
        assert_eq!(of(&modern), of(&legacy), "{MODERN} and before");
        of(&modern)
    }

    pub(super) async fn names(&self) -> Vec<String> {
        let listed = self.listed().await;
        let name = |tool: &Value| tool["name"].as_str().unwrap().replacen(CALC, "", 1);
        listed.iter().map(name).collect()
    }

    pub(super) async fn until_names(&self, wanted: &[&str]) {
        until(&format!("{wanted:?} is listed"), || async {
            self.names().await == wanted
        })
        .await;
    }

    /// What is said of the server.
    pub(super) async fn server(&self) -> Value {
        self.get("/v1/mcp-servers/calc").await
    }

    pub(super) async fn until_held(&self, count: usize) {
        until(&format!("{count} are held"), || async {
            self.server().await["held"] == count
        })
        .await;
    }

    pub(super) async fn changes(&self) -> Vec<Value> {
        let answer = self.get("/v1/mcp-servers/calc/changes").await;
        answer["changes"].as_array().unwrap().clone()
    }

    pub(super) async fn states(&self) -> Vec<(String, String)> {
        let answer = self.get("/v1/mcp-servers/calc/tools").await;
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let tools = answer["tools"].as_array().unwrap().iter();
        tools
            .map(|tool| (text(&tool["tool"]), text(&tool["state"])))
            .collect()
    }

    pub(super) async fn answer(&self, how: &str, change: &Value) -> Answer {
        let path = format!("/v1/mcp-servers/calc/changes/{how}");
        let looked = json!({ "tool": change["tool"], "hash": change["hash"] });
        let body = json!({ "changes": [looked] });
        self.send(Method::POST, &path, body).await
    }

    pub(super) async fn set(&self, mut patch: Value) -> Value {
        patch["revision"] = self.server().await["revision"].clone();
        let done = self
            .send(Method::PATCH, "/v1/mcp-servers/calc", patch)
            .await;
        assert_eq!(done.status(), 200, "{}", done.text());
        done.json()
    }

    pub(super) async fn set_tool(&self, tool: &str, mut patch: Value) -> Answer {
        let all = self.get("/v1/mcp-servers/calc/tools").await;
        let mut all = all["tools"].as_array().unwrap().iter();
        let revision = all.find(|one| one["tool"] == tool);
        patch["tool"] = tool.into();
        patch["revision"] = revision.map_or(json!(0), |one| one["revision"].clone());
        self.send(Method::PATCH, "/v1/mcp-servers/calc/tools", patch)
            .await
    }

    /// The answers to a call of a tool by clients of both eras.
    pub(super) async fn call(&self, name: &str) -> [Value; 2] {
        let params = json!({ "name": format!("{CALC}{name}"), "arguments": {} });
        self.both("tools/call", params).await
    }

    pub(super) async fn stop(self) {
        self.app.running.stop().await;
    }
}
