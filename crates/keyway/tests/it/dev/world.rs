use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use http::Method;
use serde_json::{Value, json};

use crate::support::client::Ask;
use crate::support::{World, mcp};

/// Thousands of definitions take their time in a build for tests, beside other tests.
const PATIENCE: Duration = Duration::from_secs(90);

/// `keyway dev` as a process of its own.
pub(crate) struct Dev {
    child: Child,
    pub(crate) address: SocketAddr,
    /// What it said first.
    pub(crate) serving: Value,
    said: Receiver<Value>,
}

impl Dev {
    /// Starts it on a free port and waits until it serves.
    pub(crate) fn start(world: &World, arguments: &[&str]) -> Self {
        let mut command = world.command(&["dev", "--bind", "127.0.0.1:0", "--json"]);
        command
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let (tell, said) = channel();
        std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                let event = serde_json::from_str(&line).unwrap_or(Value::String(line));
                let _ = tell.send(event);
            }
        });
        let serving: Value = said.recv_timeout(PATIENCE).unwrap();
        assert_eq!(serving["event"], "serving", "{serving}");
        let address = serving["address"].as_str().unwrap();
        Self {
            child,
            address: address.parse().unwrap(),
            serving,
            said,
        }
    }

    /// The tools it began with, but for the one that every gateway has.
    pub(super) fn began_with(&self) -> Vec<&str> {
        let tools = self.serving["tools"].as_array().unwrap().iter();
        let names = tools.map(|name| name.as_str().unwrap());
        names.filter(|name| *name != "status").collect()
    }

    /// What it says next.
    pub(super) fn next(&self) -> Value {
        self.said.recv_timeout(PATIENCE).unwrap()
    }

    pub(super) fn ask(&self, method: &str, params: Value) -> Ask {
        let ask = Ask::new(self.address, Method::POST, "/mcp");
        mcp::dress(ask, method, params)
    }

    pub(super) async fn tools(&self) -> Vec<String> {
        let answer = self.ask("tools/list", json!({})).send().await.json();
        let tools = answer["result"]["tools"].as_array().unwrap();
        let name = |tool: &Value| tool["name"].as_str().unwrap().to_owned();
        let own = |name: &String| name != "status";
        tools.iter().map(name).filter(own).collect()
    }

    pub(super) async fn call(&self, tool: &str, arguments: Value) -> Value {
        let params = json!({ "name": tool, "arguments": arguments });
        self.ask("tools/call", params).send().await.json()["result"].clone()
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An action without credentials at a service on this machine.
pub(super) fn action(slug: &str, url: &str, description: &str) -> String {
    format!(
        "  \"{slug}\":\n    description: {description}\n    expose: [mcp, http, cli]\n    \
         http: {{ url: \"{url}\" }}\n"
    )
}
