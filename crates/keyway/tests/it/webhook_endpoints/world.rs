use std::time::Duration;

use http::Method;
use keyway::config::Config;
use keyway_testkit::models::Script;
use keyway_testkit::receiver::{Answer as Reply, Received, Receiver};
use keyway_testkit::sql;
use serde_json::{Value, json};

use crate::agents::world::{Lab, agent};
use crate::support::client::Answer;
use crate::support::wait::until;

pub(crate) const AGENT: &str = "triage";
pub(crate) const ENDPOINTS: &str = "/v1/webhook-endpoints";

/// A gateway with an agent, one endpoint, and who receives there.
pub(crate) struct Hook {
    pub(crate) lab: Lab,
    pub(crate) receiver: Receiver,
    pub(crate) endpoint: Value,
    pub(crate) secret: String,
}

/// Messages are tried again at once, once.
pub(crate) fn hasty(config: &mut Config) {
    config.egress.allow = vec!["127.0.0.1".into()];
    config.webhooks.retries = vec![Duration::ZERO];
    config.webhooks.timeout = Duration::from_secs(5);
}

impl Hook {
    /// An endpoint that is told of these types.
    pub(crate) async fn new(
        script: impl Into<Script>,
        events: &[&str],
        replies: impl IntoIterator<Item = Reply>,
    ) -> Self {
        Self::set(script, events, replies, hasty).await
    }

    pub(crate) async fn set(
        script: impl Into<Script>,
        events: &[&str],
        replies: impl IntoIterator<Item = Reply>,
        change: impl FnOnce(&mut Config),
    ) -> Self {
        let lab = Lab::set(vec![agent(AGENT)], Vec::new(), script, change).await;
        let receiver = Receiver::start(replies).await;
        let draft = json!({ "url": receiver.url(), "events": events });
        let made = lab.app.post(ENDPOINTS).json(&draft).send().await;
        assert_eq!(made.status(), 201, "{}", made.text());
        assert_eq!(made.header("cache-control"), "no-store");
        let mut endpoint = made.json();
        let secret = endpoint.as_object_mut().unwrap().remove("secret");
        let secret = secret.unwrap().as_str().unwrap().to_owned();
        Self {
            lab,
            receiver,
            endpoint,
            secret,
        }
    }

    pub(crate) fn id(&self) -> &str {
        self.endpoint["id"].as_str().unwrap()
    }

    pub(crate) fn path(&self) -> String {
        format!("{ENDPOINTS}/{}", self.id())
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let answer = self.lab.app.get(path).send().await;
        assert_eq!(answer.status(), 200, "{path}: {}", answer.text());
        answer.json()
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.lab.app.post(path).json(body).send().await
    }

    pub(crate) async fn change(&self, to: &Value) -> Answer {
        let ask = self.lab.app.ask(Method::PATCH, &self.path());
        ask.bearer(&self.lab.app.key).json(to).send().await
    }

    /// Sends an example, and answers its message.
    pub(crate) async fn test(&self) -> Value {
        let made = self
            .post(&format!("{}/test", self.path()), &json!({}))
            .await;
        assert_eq!(made.status(), 201, "{}", made.text());
        made.json()
    }

    /// The messages, the last first.
    pub(crate) async fn messages(&self) -> Vec<Value> {
        let page = self.get(&format!("{}/messages", self.path())).await;
        page["messages"].as_array().unwrap().clone()
    }

    /// Waits until a message is this far.
    pub(crate) async fn becomes(&self, message: &Value, state: &str) -> Value {
        let path = format!("/v1/webhook-messages/{}", message["id"].as_str().unwrap());
        until(&format!("a message that is {state}"), || async {
            self.get(&path).await["state"] == state
        })
        .await;
        self.get(&path).await
    }

    /// Waits until so many messages came.
    pub(crate) async fn came(&self, count: usize) -> Vec<Received> {
        until(&format!("{count} messages"), || async {
            self.receiver.received().len() >= count
        })
        .await;
        self.receiver.received()
    }

    pub(crate) async fn health(&self) -> Value {
        self.get(&self.path()).await["health"].clone()
    }

    pub(crate) async fn sql(&self, statement: &str) {
        sql::run(&self.lab.app.data_dir().join("keyway.db"), statement).await;
    }

    pub(crate) async fn count(&self, table: &str) -> i64 {
        let query = format!("SELECT count(*) FROM {table}");
        sql::number(&self.lab.app.data_dir().join("keyway.db"), &query).await
    }

    /// What is in the audit log of a kind.
    pub(crate) async fn audited(&self, kind: &str) -> Vec<Value> {
        let page = self.get(&format!("/v1/audit?kind={kind}")).await;
        page["events"].as_array().unwrap().clone()
    }
}
