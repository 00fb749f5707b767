use std::sync::Arc;

use http::Method;
use keyway::config::Config;
use keyway::{Action, Error, Expose};
use keyway_store::{DeliveryReply, Purpose, Store, StoredInstallation};
use keyway_testkit::authorization::browse;
use keyway_testkit::models::Script;
use serde_json::{Value, json};
use tokio::sync::Notify;
use url::{Position, Url};

use crate::agents::world::{Lab, agent};
use crate::installs::world::set_out;
use crate::support::actions::{Nothing, Said};
use crate::support::browser::{Browser, set_up};
use crate::support::wait::soon;
use crate::webhooks::world::{AGENT, Desk};

/// A gateway that reaches this machine, with an agent.
pub(super) async fn lab(script: impl Into<Script>) -> Lab {
    lab_set(Vec::new(), script, |_| {}).await
}

/// The same with actions that the agent has, and other settings.
pub(super) async fn lab_set(
    actions: Vec<Action>,
    script: impl Into<Script>,
    change: impl FnOnce(&mut Config),
) -> Lab {
    let tools: Vec<_> = actions
        .iter()
        .map(|action| action.slug().to_owned())
        .collect();
    let agents = vec![agent(AGENT).with_tools(tools.iter().map(String::as_str))];
    Lab::set(agents, actions, script, |config| {
        config.egress.allow = vec!["127.0.0.1".to_owned(), "localhost".to_owned()];
        change(config);
    })
    .await
}

/// A draft with changes in it.
pub(super) fn with(mut draft: Value, changes: &Value) -> Value {
    for (name, value) in changes.as_object().into_iter().flatten() {
        draft[name] = value.clone();
    }
    draft
}

/// Somebody who administers installs what a publication is for, in a browser, and whoever is asked at the
/// vendor agrees.
pub(super) async fn install(desk: &Desk, fields: &[(&str, &str)]) {
    let mut owner = set_up(&desk.lab.app).await;
    reinstall(&mut owner, desk, fields).await;
}

pub(super) async fn reinstall(owner: &mut Browser, desk: &Desk, fields: &[(&str, &str)]) {
    let provider = desk.publication["provider"].as_str().unwrap();
    let page = format!("/install/{provider}?publication={}", desk.id());
    let leave = set_out(owner, &page, fields).await;
    let back = Url::parse(&browse(&leave).await.unwrap()).unwrap();
    let back = &back[Position::BeforePath..Position::AfterQuery];
    let done = owner.get(back).await;
    assert_eq!(done.status(), 200, "{}", done.text());
    assert!(done.text().contains("is installed"), "{}", done.text());
}

impl Desk {
    /// The state of its installation.
    pub(super) async fn state(&self) -> String {
        let id = self.publication["installation"].as_str().unwrap();
        let shown = self.get(&format!("/v1/installations/{id}")).await;
        shown["state"].as_str().unwrap().to_owned()
    }

    pub(super) async fn scopes(&self, scopes: &[&str]) {
        let changed = self.change(&json!({ "scopes": scopes })).await;
        assert_eq!(changed.status(), 200, "{}", changed.text());
    }

    /// The URL of its webhook.
    pub(super) fn url(&self) -> String {
        format!("http://{}{}", self.lab.app.address(), self.path())
    }

    async fn store(&self) -> Store {
        let database = self.lab.app.data_dir().join("keyway.db");
        Store::open(&database, Purpose::Command).await.unwrap()
    }

    /// Its installation as it is stored.
    pub(super) async fn installation(&self) -> StoredInstallation {
        let organization = self.lab.app.running.app().local().organization().clone();
        let id = self.publication["installation"].as_str().unwrap();
        let store = self.store().await;
        let found = store
            .installation(&organization, &id.parse().unwrap())
            .await;
        store.close().await;
        found.unwrap().unwrap()
    }

    /// What became of the reply to a delivery.
    pub(super) async fn reply(&self, delivery: &Value) -> DeliveryReply {
        let organization = self.lab.app.running.app().local().organization().clone();
        let id = delivery["id"].as_str().unwrap();
        let store = self.store().await;
        let found = store.delivery(&organization, &id.parse().unwrap()).await;
        store.close().await;
        found.unwrap().unwrap().reply
    }

    /// Somebody decides the one call that waits for it.
    pub(super) async fn approve(&self) {
        let waiting = self.get("/v1/approvals?state=pending").await;
        let all = waiting["approvals"].as_array().unwrap();
        assert_eq!(all.len(), 1, "{waiting}");
        let path = format!("/v1/approvals/{}/approve", all[0]["id"].as_str().unwrap());
        let decided = self
            .lab
            .app
            .ask(Method::POST, &path)
            .bearer(&self.lab.app.key);
        let decided = decided.json(&json!({})).send().await;
        assert!(decided.status() < 300, "{}", decided.text());
    }
}

/// `acme:wait`: it ends once somebody lets it.
pub(super) struct Gate {
    reached: Arc<Notify>,
    opened: Arc<Notify>,
}

impl Gate {
    pub(super) fn new() -> (Self, Action) {
        let gate = Self {
            reached: Arc::default(),
            opened: Arc::default(),
        };
        let (reached, opened) = (Arc::clone(&gate.reached), Arc::clone(&gate.opened));
        let action = Action::new("acme:wait", move |_, _: Nothing| {
            let (reached, opened) = (Arc::clone(&reached), Arc::clone(&opened));
            async move {
                reached.notify_one();
                opened.notified().await;
                let text = "go on".to_owned();
                Ok::<_, Error>(Said { text })
            }
        });
        (gate, action.expose(Expose::NONE))
    }

    /// Waits until somebody waits.
    pub(super) async fn reached(&self) {
        soon("the gate to be reached", self.reached.notified()).await;
    }

    pub(super) fn open(&self) {
        self.opened.notify_one();
    }
}

/// A policy file, and the folder that it lies in.
pub(super) fn policy(text: &str) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("own.cedar");
    std::fs::write(&file, text).unwrap();
    (folder, file)
}
