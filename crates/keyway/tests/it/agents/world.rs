use keyway::config::{Config, Environment, Inputs, load};
use keyway::{Action, Agent, Expose};
use keyway_app::KeyRequest;
use keyway_core::Role;
use keyway_testkit::models::{Call, ModelServer, Script, Turn};
use serde_json::{Value, json};

use crate::support::actions::{Said, Say};
use crate::support::app::TestApp;
use crate::support::client::Answer;

pub(crate) const MODEL: &str = "lab/test-1";

/// A gateway with agents, and the model that answers for all of them.
pub(crate) struct Lab {
    pub(crate) app: TestApp,
    pub(crate) model: ModelServer,
}

impl Lab {
    pub(crate) async fn new(agents: Vec<Agent>, script: impl Into<Script>) -> Self {
        Self::with(agents, Vec::new(), script).await
    }

    pub(crate) async fn with(
        agents: Vec<Agent>,
        actions: Vec<Action>,
        script: impl Into<Script>,
    ) -> Self {
        Self::set(agents, actions, script, |_| {}).await
    }

    /// The same with other settings.
    pub(crate) async fn set(
        agents: Vec<Agent>,
        actions: Vec<Action>,
        script: impl Into<Script>,
        change: impl FnOnce(&mut Config),
    ) -> Self {
        let model = ModelServer::start(script).await;
        let models = configured(&section(&model)).models;
        let app = TestApp::builder()
            .actions(actions)
            .agents(agents)
            .config(|config| {
                config.models = models;
                // Nobody decides while a test waits.
                config.approvals.wait = std::time::Duration::ZERO;
                change(config);
            })
            .start()
            .await;
        Self { app, model }
    }

    /// Says something to an agent as the owner.
    pub(crate) async fn prompt(&self, agent: &str, message: &str) -> Value {
        let body = json!({ "message": message });
        let answer = self.post(&self.app.key, agent, &body).await;
        assert_eq!(answer.status(), 200, "{}", answer.text());
        answer.json()
    }

    pub(crate) async fn post(&self, key: &str, agent: &str, body: &Value) -> Answer {
        let path = format!("/v1/agents/{agent}/prompt");
        let ask = self.app.ask(http::Method::POST, &path).bearer(key);
        ask.json(body).send().await
    }

    pub(crate) async fn get(&self, key: &str, path: &str) -> Answer {
        let ask = self.app.ask(http::Method::GET, path).bearer(key);
        ask.send().await
    }

    /// The API key of a machine that is a member.
    pub(crate) async fn member(&self, name: &str) -> String {
        let app = self.app.running.app();
        let local = app.local();
        let people = app.people();
        let bot = people.create_service_account(&local, name, Role::Member);
        let request = KeyRequest {
            name: "of a bot".into(),
            scopes: Some("mcp".parse().unwrap()),
            service_account: Some(bot.await.unwrap().id),
            ..KeyRequest::default()
        };
        let issued = app.api_keys().issue(&local, request).await.unwrap();
        issued.secret.expose().clone()
    }

    /// What the model was given in its nth request.
    pub(crate) fn asked(&self, nth: usize) -> Value {
        self.model.asked()[nth].body.clone()
    }

    /// The names of the tools it was given in its nth request.
    pub(crate) fn tools(&self, nth: usize) -> Vec<String> {
        let asked = self.asked(nth);
        let tools = asked["tools"].as_array().cloned().unwrap_or_default();
        let name = |tool: &Value| tool["function"]["name"].as_str().unwrap().to_owned();
        tools.iter().map(name).collect()
    }

    /// What the last tool answered, as the model was told in its nth request.
    pub(crate) fn told(&self, nth: usize) -> String {
        let asked = self.asked(nth);
        let last = asked["messages"].as_array().unwrap().last().unwrap();
        assert_eq!(last["role"], "tool", "{asked}");
        last["content"].as_str().unwrap().to_owned()
    }
}

/// A `models` section with this server as the vendor `lab`.
pub(crate) fn section(model: &ModelServer) -> String {
    let lab = json!({ "base_url": model.base_url(), "key": model.key() });
    format!("models: {}\n", json!({ "vendors": { "lab": lab } }))
}

/// A configuration, read from a file.
pub(crate) fn configured(yaml: &str) -> Config {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("keyway.yaml"), yaml).unwrap();
    let inputs = Inputs {
        directory: directory.path(),
        file: None,
        environment: &Environment::default(),
        flags: Vec::new(),
    };
    load(&inputs).unwrap().config
}

#[track_caller]
pub(crate) fn agent(slug: &str) -> Agent {
    Agent::new(slug).model(MODEL)
}

/// A turn that calls one tool.
pub(crate) fn call(tool: &str, arguments: Value) -> Turn {
    Turn::calls([Call::new(tool, arguments)])
}

/// `acme:search`, exposed nowhere.
pub(crate) fn search() -> Action {
    Action::new("acme:search", |_, input: Say| async move {
        Ok(Said {
            text: format!("found: {}", input.text),
        })
    })
    .description("Searches Acme")
    .read_only()
    .expose(Expose::NONE)
}
