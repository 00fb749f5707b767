use std::fs;
use std::path::Path;
use std::time::Duration;

use http::Method;
use keyway::provider::IntegrationProvider as _;
use keyway_jira::Jira as Provider;
use keyway_testkit::jira::Jira;
use keyway_testkit::models::{ModelServer, Turn};
use serde_json::{Value, json};

use super::reader::{ROOT, Reader};
use crate::agents::world::{Lab, agent, call, configured, section};
use crate::support::app::TestApp;
use crate::support::client::Answer;
use crate::webhooks::world::{AGENT, Desk, different};

const GUIDE: &str = include_str!("../../../../../docs/guides/a-provider.md");
const FOLDER: &str = "examples/jira/src/jira";

/// The most lines of a file of the provider.
const MOST: [(&str, usize); 2] = [("install.rs", 60), ("webhook.rs", 100)];

#[tokio::test]
async fn the_guide_shows_every_file_of_its_provider_whole() {
    Reader::new().follow(GUIDE).await;
    let shown: String = GUIDE
        .split("```rust\n")
        .skip(1)
        .fold(String::new(), |all, rest| {
            all + rest.split("\n```\n").next().unwrap() + "\n"
        });
    let mut files = 0;
    for entry in fs::read_dir(Path::new(ROOT).join(FOLDER)).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|kind| kind != "rs") {
            continue;
        }
        files += 1;
        let text = fs::read_to_string(&path).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap();
        let whole = format!("// {FOLDER}/{name}\n{text}");
        assert!(
            shown.contains(&whole),
            "the guide does not show all of {name}"
        );
    }
    assert_eq!(files, 5);
}

#[test]
fn the_provider_of_the_guide_is_small() {
    for (name, most) in MOST {
        let text = fs::read_to_string(Path::new(ROOT).join(FOLDER).join(name)).unwrap();
        let lines = text.lines().count();
        assert!((20..=most).contains(&lines), "{name}: {lines} of {most}");
    }
    let [tool] = Provider.tools() else {
        panic!("one tool");
    };
    assert_eq!(tool.full_name("jira"), "mcp_jira_update_issue_status");
    let wanted = json!({
        "type": "object",
        "properties": {
            "issue_key": { "type": "string", "description": "e.g. PROJ-123" },
            "status": { "type": "string", "enum": ["Open", "In Progress", "Done"] }
        },
        "required": ["issue_key", "status"]
    });
    assert_eq!((tool.input_schema)(), wanted);
    assert_eq!(tool.description, "Move a Jira issue to a new status.");
}

/// An agent that is published in a Jira.
struct Office {
    desk: Desk,
    jira: Jira,
}

impl Office {
    async fn open(script: Vec<Turn>) -> Self {
        let jira = Jira::start().await;
        jira.open("PROJ-123", "The checkout is slow");
        let model = ModelServer::start(script).await;
        let models = configured(&section(&model)).models;
        let app = TestApp::builder()
            .agents(vec![agent(AGENT)])
            .config(|config| {
                config.models = models;
                config.approvals.wait = Duration::ZERO;
                config.egress.allow = vec!["127.0.0.1".to_owned(), "localhost".to_owned()];
            })
            .more(|gateway| gateway.provider(Provider))
            .start()
            .await;
        let draft = json!({
            "provider": "jira", "name": "Tickets", "settings": { "site": jira.url() },
            "triggers": { "projects": ["PROJ"] }
        });
        let desk = Desk::at(Lab { app, model }, draft).await;
        Self { desk, jira }
    }

    async fn connect(&self, token: &str) -> Answer {
        let id = self.desk.publication["installation"].as_str().unwrap();
        let path = format!("/v1/installations/{id}/connect");
        let body = json!({ "fields": { "site": self.jira.url(), "apiToken": token } });
        self.desk.post(&path, &body).await
    }

    async fn state(&self) -> Value {
        let id = self.desk.publication["installation"].as_str().unwrap();
        let shown = self.desk.get(&format!("/v1/installations/{id}")).await;
        shown["state"].clone()
    }

    async fn send(&self, secret: &str, body: &Value) -> u16 {
        let body = body.to_string();
        let (name, value) = Jira::sign(secret, body.as_bytes());
        let ask = self.desk.lab.app.ask(Method::POST, &self.desk.path());
        ask.header(name, &value).body(body).send().await.status()
    }
}

#[tokio::test]
async fn an_agent_in_the_jira_of_the_guide_is_mentioned_moves_the_issue_answers_and_is_taken_away()
{
    let office = Office::open(vec![
        call(
            "mcp_jira_update_issue_status",
            json!({ "issue_key": "PROJ-123", "status": "Done" }),
        ),
        Turn::text(["It is closed."]),
        call(
            "mcp_jira_update_issue_status",
            json!({ "issue_key": "OPS-1", "status": "Done" }),
        ),
        Turn::text(["I may not touch that one."]),
    ])
    .await;
    let Office { desk, jira } = &office;
    assert_eq!(office.state().await, "pending");
    let wrong = office.connect("another token").await;
    assert_eq!(wrong.status(), 422, "{}", wrong.text());
    let done = office.connect(Jira::TOKEN).await;
    assert_eq!(done.status(), 200, "{}", done.text());
    assert_eq!(office.state().await, "installed");

    jira.open("OPS-1", "The keys");
    let mention = jira.comment("PROJ-123", "@keyway please close it");
    assert_eq!(office.send("another secret", &mention).await, 401);
    for _ in 0..2 {
        assert_eq!(office.send(&desk.secret, &mention).await, 200);
    }
    let first = desk.settled(1, &["answered"]).await.remove(0);
    assert_eq!(
        (&first["rule"], &first["duplicates"]),
        (&json!("mentioned"), &json!(1))
    );
    assert_eq!(desk.lab.tools(0), ["mcp_jira_update_issue_status"]);
    assert_eq!(jira.status("PROJ-123"), "Done");
    let said = jira.said("PROJ-123");
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].starts_with("It is closed."), "{said:?}");

    // A follow-up goes on with it, and names an issue of another project.
    let next = jira.comment("PROJ-123", "@keyway and OPS-1 as well");
    assert_eq!(office.send(&desk.secret, &next).await, 200);
    let all = desk.settled(2, &["answered"]).await;
    assert_eq!(different(&all, "session").len(), 1);
    assert!(
        desk.lab.told(3).contains("outside_publication"),
        "{}",
        desk.lab.told(3)
    );
    assert_eq!(jira.status("OPS-1"), "Open");
    assert_eq!(jira.said("PROJ-123").len(), 2);
    let ignored = jira.comment("PROJ-123", "thank you");
    assert_eq!(office.send(&desk.secret, &ignored).await, 200);

    assert_eq!(office.send(&desk.secret, &jira.uninstall()).await, 200);
    assert_eq!(office.state().await, "revoked");
    let last = jira.comment("PROJ-123", "@keyway are you there?");
    assert_eq!(office.send(&desk.secret, &last).await, 200);
    let last = desk.deliveries().await.remove(0);
    assert_eq!(
        (&last["state"], &last["rule"]),
        (&json!("ignored"), &json!("not_installed"))
    );
    assert_eq!(desk.lab.model.asked().len(), 4, "nobody is woken");
    assert_eq!(jira.said("PROJ-123").len(), 2, "nothing is said");
    assert_eq!(jira.violations(), Vec::<String>::new());
    assert_eq!(desk.lab.model.problems(), Vec::<String>::new());
}
