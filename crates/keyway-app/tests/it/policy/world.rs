#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::collections::BTreeSet;
use std::sync::Arc;

use keyway_app::policy::{Approvals, Policies, Source};
use keyway_app::{App, List, Settings};
use keyway_core::action::Content;
use keyway_core::ports::{
    AskError, BoxFuture, Caller, ClientCapabilities, Definition, InputRequests, InputResponses,
    Lists, LogLevel, RelayMethod,
};
use keyway_core::rpc::RpcError;
use keyway_core::{Action, Actor, Principal, Role, Subject};
use keyway_store::Purpose;
use parking_lot::Mutex;
use serde_json::json;
use serde_json::value::RawValue;

use crate::fake_upstream::{FakeUpstream, item, raw};
use crate::support::{Asking, Process, listed};

pub(crate) const CLIENT: &str = "https://client.example/metadata";

pub(crate) fn id(prefix: &str, last: u8) -> String {
    format!("{prefix}_01890a5d-ac96-774b-bcce-b302099a80{last:02}")
}

/// Somebody of the first organization.
pub(crate) fn someone(app: &App, role: Role, access: &str, scopes: &str) -> Principal {
    let owner = Actor::User(id("user", 1).parse().unwrap());
    let subject = match access {
        "key" => Subject::ApiKey {
            key: id("key", 1).parse().unwrap(),
            owner,
        },
        client => Subject::Token {
            grant: id("grant", 1).parse().unwrap(),
            client: client.parse().unwrap(),
            owner,
        },
    };
    Principal::new(app.local().organization().clone(), subject)
        .with_role(role)
        .with_scopes(scopes.parse().unwrap())
}

pub(crate) fn policies(text: &str) -> Policies {
    let source = Source {
        name: "p.cedar".into(),
        text: text.into(),
    };
    Policies::read(&[source], Approvals::BuiltIn).unwrap()
}

pub(crate) fn tool(name: &str, annotations: &str) -> Definition {
    let json = format!(
        r#"{{"name":"{name}","inputSchema":{{"type":"object"}},"annotations":{annotations}}}"#
    );
    Definition {
        key: name.to_owned(),
        json: raw(&json),
    }
}

pub(crate) fn lists() -> Lists {
    Lists {
        tools: vec![
            tool("look", r#"{"readOnlyHint":true}"#),
            tool("drop", r#"{"destructiveHint":true}"#),
            tool("plain", "{}"),
        ],
        resources: vec![item("uri", "file:///a")],
        templates: vec![item("uriTemplate", "file:///{name}")],
        prompts: vec![item("name", "hello")],
        ..Lists::default()
    }
}

pub(crate) fn actions() -> Vec<Action> {
    let action = |slug: &str| {
        Action::content(slug, |_, _: serde_json::Value| async {
            Ok(Content::text("done"))
        })
        .expose(keyway_core::action::Expose::ALL)
    };
    vec![
        action("app:read").read_only(),
        action("app:purge")
            .admin_only()
            .resource("app://purge", None)
            .prompt(None),
    ]
}

pub(crate) async fn process(
    directory: &std::path::Path,
    settings: Settings,
) -> (Process, Arc<FakeUpstream>) {
    let process = Process::start_with(directory, Purpose::Serve, actions(), settings).await;
    let upstream = FakeUpstream::new("s");
    upstream.list(lists());
    process.app.set_upstreams(vec![Arc::clone(&upstream) as _]);
    (process, upstream)
}

pub(crate) fn names(app: &App, who: &Principal, list: List) -> BTreeSet<String> {
    let member = match list {
        List::Tools | List::Prompts => "name",
        List::Resources => "uri",
        List::Templates => "uriTemplate",
    };
    let items = listed(app, who, list);
    let name = |item: &serde_json::Value| item[member].as_str().unwrap().to_owned();
    items.iter().map(name).collect()
}

pub(crate) fn asking(app: &App, who: &Principal) -> Asking {
    Asking {
        who: who.clone(),
        ..Asking::new(app)
    }
}

pub(crate) async fn call(app: &App, who: &Principal, tool: &str) -> Result<String, RpcError> {
    let params = json!({ "name": tool, "arguments": {} });
    let asking = asking(app, who);
    let called = asking.call(app, RelayMethod::CallTool, tool, &params).await;
    called.map(|result| result.as_str().to_owned())
}

pub(crate) fn data(error: &RpcError) -> String {
    error
        .data
        .as_ref()
        .map_or_else(String::new, |data| data.as_str().to_owned())
}

/// A client at which somebody answers what they are asked.
pub(crate) struct Desk {
    answer: serde_json::Value,
    able: bool,
    pub(crate) asked: Mutex<Vec<String>>,
    /// Runs while the question is open.
    meanwhile: Box<dyn Fn() + Send + Sync>,
}

impl Desk {
    pub(crate) fn new(able: bool, answer: serde_json::Value) -> Arc<Self> {
        Self::with(able, answer, || {})
    }

    pub(crate) fn with(
        able: bool,
        answer: serde_json::Value,
        meanwhile: impl Fn() + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Self {
            answer,
            able,
            asked: Mutex::default(),
            meanwhile: Box::new(meanwhile),
        })
    }
}

impl Caller for Desk {
    fn capabilities(&self) -> ClientCapabilities {
        ClientCapabilities {
            elicitation_form: self.able,
            ..ClientCapabilities::default()
        }
    }

    fn wants_progress(&self) -> bool {
        false
    }

    fn log_level(&self) -> Option<LogLevel> {
        None
    }

    fn notify(&self, _: &str, _: Box<RawValue>) {}

    fn ask(&self, requests: InputRequests) -> BoxFuture<'_, Result<InputResponses, AskError>> {
        let answers = requests.into_iter().map(|(key, request)| {
            self.asked
                .lock()
                .push(request.params.unwrap().get().to_owned());
            (key, RawValue::from_string(self.answer.to_string()).unwrap())
        });
        let answers = answers.collect();
        (self.meanwhile)();
        Box::pin(std::future::ready(Ok(answers)))
    }

    fn takes_input_required(&self) -> bool {
        false
    }
}

pub(crate) fn yes() -> serde_json::Value {
    json!({ "action": "accept", "content": { "approve": true } })
}

pub(crate) async fn at(app: &App, who: &Principal, desk: &Arc<Desk>, tool: &str) -> String {
    let asking = Asking {
        caller: Arc::clone(desk) as _,
        ..asking(app, who)
    };
    let params = json!({ "name": tool, "arguments": { "path": "/srv/a", "password": "canary" } });
    match asking.call(app, RelayMethod::CallTool, tool, &params).await {
        Ok(result) => result.as_str().to_owned(),
        Err(error) => error.message,
    }
}
