use http::Method;
use keyway_testkit::peers::{Era, HttpPeer, Script};
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::support::client::Ask;
use crate::support::wait::until;
use crate::support::{Served, World, mcp};

const POLICY: &str =
    "@approval(\"required\") forbid (principal, action == Action::\"call\", resource);";

/// A gateway in front of a peer, where every call needs an approval and no request waits for one.
pub(super) struct Lab {
    pub(super) world: World,
    pub(super) peer: HttpPeer,
    pub(super) served: Option<Served>,
}

impl Lab {
    pub(super) async fn new() -> Self {
        let peer = HttpPeer::start(Script::new(Era::Modern)).await;
        let world = World::of(&format!(
            "mcp_servers:\n  peer:\n    url: {}\npolicy: {{ file: policy.cedar }}\n\
             approvals: {{ wait: 0s }}\n",
            peer.url()
        ));
        world.write("policy.cedar", POLICY);
        let mut lab = Self {
            world,
            peer,
            served: None,
        };
        lab.start().await;
        lab
    }

    pub(super) async fn start(&mut self) {
        let served = Served::start(&self.world, &["--no-auth"]);
        until("the peer's tools", || async {
            let listed = mcp::dress(served.ask(Method::POST, "/mcp"), "tools/list", json!({}));
            listed.send().await.text().contains("mcp__peer__echo")
        })
        .await;
        self.served = Some(served);
    }

    pub(super) async fn kill(&mut self) {
        let served = self.served.take().unwrap();
        served.signal(Signal::KILL);
        served.ended().await;
    }

    pub(super) async fn restart(&mut self) {
        self.kill().await;
        self.start().await;
    }

    pub(super) fn ask(&self, tool: &str, marker: &str) -> Ask {
        let params = json!({ "name": tool, "arguments": { "marker": marker } });
        let served = self.served.as_ref().unwrap();
        mcp::dress(served.ask(Method::POST, "/mcp"), "tools/call", params)
    }

    /// What a client of 2026-07-28 is answered that can open pages.
    pub(super) async fn opens(&self, mut params: Value) -> Value {
        params["_meta"] = json!({
            "io.modelcontextprotocol/protocolVersion": mcp::MODERN,
            "io.modelcontextprotocol/clientInfo": { "name": "test", "version": "1" },
            "io.modelcontextprotocol/clientCapabilities": { "elicitation": { "url": {} } }
        });
        let name = params["name"].as_str().unwrap().to_owned();
        let served = self.served.as_ref().unwrap();
        let ask = served
            .ask(Method::POST, "/mcp")
            .header("accept", "application/json, text/event-stream")
            .header("mcp-protocol-version", mcp::MODERN)
            .header("mcp-method", "tools/call")
            .header("mcp-name", &name);
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params });
        ask.json(&body).send().await.json()
    }

    /// The code a call is answered with; empty for one that ran.
    pub(super) async fn call(&self, tool: &str, marker: &str) -> String {
        let answer = self.ask(tool, marker).send().await.json();
        let text = answer
            .pointer("/result/content/0/text")
            .and_then(Value::as_str);
        let error: Value = serde_json::from_str(text.unwrap_or_default()).unwrap_or_default();
        let code = error.get("code").or_else(|| error.pointer("/error/code"));
        code.and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// How often the peer got a call with this marker.
    pub(super) fn came(&self, marker: &str) -> usize {
        let seen = self.peer.seen("tools/call");
        let with = |call: &&keyway_testkit::peers::Seen| {
            call.json().to_string().contains(&format!("\"{marker}\""))
        };
        seen.iter().filter(with).count()
    }

    pub(super) fn told(&self, arguments: &[&str]) -> Value {
        let mut all = vec!["approvals"];
        all.extend(arguments);
        all.push("--json");
        self.world.run(&all).ok().json()
    }

    pub(super) fn pending(&self) -> Vec<String> {
        let listed = self.told(&["list", "--state", "pending"]);
        let all = listed["approvals"].as_array().unwrap().iter();
        all.map(|one| one["id"].as_str().unwrap().to_owned())
            .collect()
    }

    pub(super) fn only_pending(&self) -> String {
        let [id] = <[String; 1]>::try_from(self.pending()).unwrap();
        id
    }
}
