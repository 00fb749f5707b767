use std::time::Duration;

use http::Method;
use keyway::{Action, Expose};
use keyway_core::ports::InputRequest;
use serde_json::{Value, json};

use crate::support::actions::{Nothing, Said};
use crate::support::app::TestApp;
use crate::support::client::{Answer, Ask};
use crate::support::mcp::MODERN;
use crate::support::wait::until;

/// What a client declares that comes back for results.
pub(super) fn tasks() -> Value {
    json!({ "extensions": { "io.modelcontextprotocol/tasks": {} } })
}

/// A request of revision 2026-07-28 with everything its headers must repeat.
pub(super) fn request(ask: Ask, method: &str, mut params: Value, able: &Value) -> Ask {
    let name = ["name", "taskId"].map(|key| params[key].as_str().map(str::to_owned));
    if params["_meta"].is_null() {
        params["_meta"] = json!({});
    }
    params["_meta"]["io.modelcontextprotocol/protocolVersion"] = MODERN.into();
    params["_meta"]["io.modelcontextprotocol/clientCapabilities"] = able.clone();
    let ask = ask
        .header("accept", "application/json, text/event-stream")
        .header("mcp-protocol-version", MODERN)
        .header("mcp-method", method);
    let ask = match name.into_iter().flatten().next() {
        Some(name) => ask.header("mcp-name", &name),
        None => ask,
    };
    ask.json(&json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }))
}

/// A client of the gateway.
pub(super) struct Client<'a> {
    pub(super) app: &'a TestApp,
    pub(super) key: String,
    pub(super) able: Value,
}

impl<'a> Client<'a> {
    /// The owner's, that comes back for results.
    pub(super) fn of(app: &'a TestApp) -> Self {
        Self::with_key(app, &app.key)
    }

    pub(super) fn with_key(app: &'a TestApp, key: &str) -> Self {
        Self {
            app,
            key: key.to_owned(),
            able: tasks(),
        }
    }

    pub(super) fn asking(&self, method: &str, params: Value) -> Ask {
        let ask = self.app.ask(Method::POST, "/mcp").bearer(&self.key);
        request(ask, method, params, &self.able)
    }

    pub(super) async fn ask(&self, method: &str, params: Value) -> Answer {
        self.asking(method, params).send().await
    }

    pub(super) async fn call(&self, tool: &str, arguments: Value) -> Value {
        let params = json!({ "name": tool, "arguments": arguments });
        self.ask("tools/call", params).await.json()
    }

    /// Calls a tool whose answer is a task. Answers its id.
    pub(super) async fn begin(&self, tool: &str, arguments: Value) -> String {
        let answer = self.call(tool, arguments).await;
        assert_eq!(answer["result"]["resultType"], "task", "{answer}");
        let id = answer["result"]["taskId"].as_str();
        id.unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    pub(super) async fn of_task(&self, method: &str, id: &str) -> Value {
        self.ask(method, json!({ "taskId": id })).await.json()
    }

    pub(super) async fn get(&self, id: &str) -> Value {
        let answer = self.of_task("tasks/get", id).await;
        assert_eq!(answer["result"]["resultType"], "complete", "{answer}");
        answer["result"].clone()
    }

    pub(super) async fn status(&self, id: &str) -> String {
        self.get(id).await["status"].as_str().unwrap().to_owned()
    }

    pub(super) async fn until(&self, id: &str, status: &str) -> Value {
        until(&format!("the task to be {status}"), || async {
            self.status(id).await == status
        })
        .await;
        self.get(id).await
    }
}

/// An action that says that it takes long, and ends at once.
pub(super) fn long(slug: &str, text: &'static str) -> Action {
    Action::new(slug, move |_, _: Nothing| async move {
        Ok(Said { text: text.into() })
    })
    .read_only()
    .timeout(Duration::ZERO)
    .expose(Expose::MCP | Expose::TASK)
}

/// An action that asks its caller for a name, and says it.
pub(super) fn asks(slug: &str) -> Action {
    Action::new(slug, |context: keyway::Context, _: Nothing| async move {
        let schema = json!({ "type": "object", "properties": { "name": { "type": "string" } } });
        let form = InputRequest::elicit("Who?", &schema);
        let answers = context.ask(vec![("who".to_owned(), form)]).await?;
        let text = answers.iter().map(|(_, answer)| answer.get()).collect();
        Ok(Said { text })
    })
    .read_only()
    .timeout(Duration::ZERO)
    .expose(Expose::MCP | Expose::TASK)
}
