use std::sync::Arc;

use jiff::Timestamp;
use keyway_core::OrgId;
use keyway_store::{Purpose, Store};
use keyway_testkit::github::{self, GitHub};
use keyway_testkit::linear::{self, Linear};
use keyway_testkit::models::{ModelServer, Rule, Script, Turn};
use serde_json::{Value, json};

use super::plan::Vendor;
use crate::agents::world::section;
use crate::support::{Served, World};

pub(super) const REPOSITORY: &str = "acme/web";
pub(super) const AGENT: &str = "triage";

/// A directory of a gateway whose agent is published in a GitHub and in a Linear, and both of them.
pub(super) struct Places {
    pub(super) world: Arc<World>,
    pub(super) model: ModelServer,
    pub(super) github: GitHub,
    pub(super) github_slug: String,
    pub(super) github_secret: String,
    pub(super) linear: Linear,
    paths: [String; 2],
}

impl Places {
    pub(super) async fn new() -> Self {
        let model = ModelServer::start(Script {
            rules: vec![Rule {
                when: "[delivery".to_owned(),
                then: Turn::text(["Seen."]),
            }],
            ..Script::default()
        })
        .await;
        let world = World::of(&format!(
            "agents: {{ {AGENT}: {{ model: lab/test-1 }} }}\n\
             egress: {{ allow: [localhost, 127.0.0.1] }}\n{}",
            section(&model)
        ));
        let github = GitHub::start(Timestamp::now()).await;
        github.repository(REPOSITORY);
        let (app, key) = github.app("keyway-storm", "acme");
        github.install(app, "acme");
        let linear = Linear::start().await;
        Served::start(&world, &[]).stop().await;
        let robot = world
            .run(&["service-accounts", "create", "robot", "--json"])
            .ok()
            .json();
        let robot = robot["id"].as_str().unwrap();
        let github_secret = github.webhook_secret(app).unwrap();
        // Only answers are counted, and lost.
        let settings = json!({ "apiUrl": github.api(), "webUrl": github.web(), "seen": null });
        let fields = [
            format!("appId={app}"),
            format!("privateKey={}", key.pkcs8()),
            format!("webhookSecret={github_secret}"),
        ];
        let on_github = publish(&world, robot, "github", &settings, &json!({}), &fields);
        let settings = json!({ "apiUrl": linear.url(), "webUrl": linear.url() });
        let fields = [
            format!("apiKey={}", Linear::KEY),
            format!("webhookSecret={}", Linear::WEBHOOK_SECRET),
        ];
        let triggers = json!({ "events": ["comment"] });
        let on_linear = publish(&world, robot, "linear", &settings, &triggers, &fields);
        Self {
            world: Arc::new(world),
            model,
            github,
            github_slug: "keyway-storm".to_owned(),
            github_secret,
            linear,
            paths: [on_github, on_linear],
        }
    }

    /// The path of the webhooks of a third party.
    pub(super) fn path(&self, vendor: Vendor) -> &str {
        let [github, linear] = &self.paths;
        match vendor {
            Vendor::GitHub => github,
            Vendor::Linear => linear,
        }
    }

    pub(super) fn github_issue(&self) -> u64 {
        self.github
            .issue(REPOSITORY, "ada", "The pipe leaks", "At a joint")
    }

    pub(super) fn linear_issue(&self) -> String {
        self.linear
            .add_issue("ENG", "The pipe leaks", "At the second joint")
    }

    /// Starts the gateway, while everything else goes on.
    pub(super) async fn serve(&self) -> Served {
        let world = Arc::clone(&self.world);
        let starting = tokio::task::spawn_blocking(move || Served::start(&world, &[]));
        starting.await.unwrap()
    }

    /// Each third party takes its next post and says nothing about it.
    pub(super) fn mishap(&self) {
        let posts = format!("POST /repos/{REPOSITORY}/issues");
        self.github
            .misbehave(&posts, github::Misbehaviour::DropsAnswer);
        self.linear
            .misbehave_at("commentCreate", linear::Misbehaviour::DropsAnswer);
    }

    /// The rows, and whose they are.
    pub(super) async fn rows(&self) -> (Store, OrgId) {
        let file = self.world.path(".keyway/keyway.db");
        let store = Store::open(&file, Purpose::Command).await.unwrap();
        let all = store.organizations().await.unwrap();
        let organization = all[0].id.clone();
        (store, organization)
    }
}

/// Publishes the agent and installs it with what is typed in. Answers the path of its webhooks.
fn publish(
    world: &World,
    robot: &str,
    provider: &str,
    settings: &Value,
    triggers: &Value,
    fields: &[String],
) -> String {
    world.write("settings.json", &settings.to_string());
    world.write("triggers.json", &triggers.to_string());
    let run = |arguments: &[&str]| world.run(arguments).ok().json();
    let made = run(&[
        "publications",
        "add",
        provider,
        "--provider",
        provider,
        "--agent",
        AGENT,
        "--service-account",
        robot,
        "--settings",
        "settings.json",
        "--triggers",
        "triggers.json",
        "--json",
    ]);
    let mut connect = vec![
        "installations",
        "connect",
        made["installation"].as_str().unwrap(),
        "--json",
    ];
    for field in fields {
        connect.extend(["--set", field]);
    }
    let connected = run(&connect);
    assert_eq!(connected["state"], "installed", "{connected}");
    format!("/webhook/{provider}/{}", made["id"].as_str().unwrap())
}
