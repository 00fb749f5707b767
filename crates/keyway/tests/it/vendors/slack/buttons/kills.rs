use std::time::Duration;

use keyway_testkit::authorization::browse;
use keyway_testkit::models::{ModelServer, Turn};
use keyway_testkit::slack::{Misbehaviour, Slack};
use rustix::process::Signal;
use serde_json::{Value, json};
use url::{Position, Url};

use super::has_buttons;
use crate::agents::world::{call, section};
use crate::installs::world::set_out;
use crate::support::browser::{Browser, PASSWORD};
use crate::support::wait::until;
use crate::support::{Served, World};
use crate::vendors::slack::FIELDS;

const POLICY: &str = r#"
@approval("required")
forbid (principal, action == Action::"call", resource == Tool::"mcp_slack_read_channel");
"#;

/// A directory with an agent that is installed in a Slack, and the path of its webhook.
async fn installed(slack: &Slack, model: &ModelServer) -> (World, String) {
    installed_with(slack, model, &json!({})).await
}

/// The same with triggers.
pub(in crate::vendors::slack) async fn installed_with(
    slack: &Slack,
    model: &ModelServer,
    triggers: &Value,
) -> (World, String) {
    let world = World::of(&format!(
        "agents: {{ triage: {{ model: lab/test-1 }} }}\negress: {{ allow: [localhost] }}\n\
         policy: {{ file: own.cedar }}\napprovals: {{ wait: 10m }}\n{}",
        section(model)
    ));
    world.write("own.cedar", POLICY);
    let mut settings = slack.settings();
    settings.as_object_mut().unwrap().remove("clientId");
    world.write("settings.json", &settings.to_string());
    world.write("triggers.json", &triggers.to_string());
    let served = Served::start(&world, &[]);
    let run = |arguments: &[&str]| world.run(arguments).ok().json();
    let robot = run(&["service-accounts", "create", "robot", "--json"]);
    let made = run(&[
        "publications",
        "add",
        "Help",
        "--provider",
        "slack",
        "--agent",
        "triage",
        "--service-account",
        robot["id"].as_str().unwrap(),
        "--settings",
        "settings.json",
        "--triggers",
        "triggers.json",
        "--json",
    ]);
    let mut browser = Browser::at(served.address);
    let link = run(&["setup-link", "--json"]);
    let link = link["url"].as_str().unwrap();
    let link = &link[link.find("/setup/").unwrap()..];
    browser.get(link).await;
    let fields = [
        ("name", "Ada Lovelace"),
        ("email", "ada@example.com"),
        ("password", PASSWORD),
    ];
    assert_eq!(browser.post(link, &fields).await.status(), 303);
    let id = made["id"].as_str().unwrap();
    let page = format!("/install/slack?publication={id}");
    let leave = set_out(&mut browser, &page, &FIELDS).await;
    let back = Url::parse(&browse(&leave).await.unwrap()).unwrap();
    let back = &back[Position::BeforePath..Position::AfterQuery];
    let done = browser.get(back).await;
    assert_eq!(done.status(), 200, "{}", done.text());
    served.stop().await;
    let path = format!("/webhook/slack/{id}");
    (world, path)
}

async fn mention(served: &Served, slack: &Slack, path: &str) {
    let (_, body) = slack.mention("C0ONE", "U0ADA", "what is new?", None);
    let url = format!("http://{}{path}", served.address);
    let answer = slack.deliver(&url, &body, None).await.unwrap();
    assert_eq!(answer.status, 200, "{}", answer.body);
}

fn asked(slack: &Slack) -> Vec<Value> {
    let all = slack.channel("C0ONE").messages.into_iter();
    all.filter(|one| !one["blocks"].is_null()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_killed_between_parking_and_asking_asks_once() {
    let slack = Slack::start().await;
    let read = || call("mcp_slack_read_channel", json!({}));
    let model = ModelServer::start(vec![read(), read(), Turn::text(["Nothing."])]).await;
    let (world, path) = installed(&slack, &model).await;
    let forever = || Misbehaviour::Slow(Duration::from_hours(1));
    // The first time it is killed before Slack has done anything, the second time after it was posted and
    // before anybody knows.
    for (round, misbehaviour) in [forever(), Misbehaviour::AnswerLate(Duration::from_hours(1))]
        .into_iter()
        .enumerate()
    {
        slack.misbehave("chat.postMessage", misbehaviour);
        let served = Served::start(&world, &[]);
        if round == 0 {
            mention(&served, &slack, &path).await;
        }
        until("it to be asked", || async {
            slack.reached("chat.postMessage") == round + 1
        })
        .await;
        if round == 1 {
            until("the message", || async { asked(&slack).len() == 1 }).await;
        }
        served.signal(Signal::KILL);
        served.ended().await;
    }
    let served = Served::start(&world, &[]);
    let pending = world.run(&["approvals", "list", "--state", "pending", "--json"]);
    let pending = pending.ok().json();
    let id = pending["approvals"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(
        pending["approvals"].as_array().unwrap().len(),
        1,
        "{pending}"
    );
    world.run(&["approvals", "approve", &id, "--json"]).ok();
    until("the buttons to be gone", || async {
        asked(&slack).iter().all(|one| !has_buttons(one))
    })
    .await;
    let [question] = <[Value; 1]>::try_from(asked(&slack)).unwrap();
    let outcome = question["blocks"][1]["elements"][0]["text"]
        .as_str()
        .unwrap();
    assert!(outcome.contains("approved this."), "{outcome}");
    served.signal(Signal::KILL);
    served.ended().await;
}
