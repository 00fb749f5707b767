use std::time::Duration;

use http::Method;
use keyway_testkit::linear::{Linear, Misbehaviour};
use keyway_testkit::models::{ModelServer, Turn};
use serde_json::{Value, json};

use super::answers::comment_of;
use crate::agents::world::section;
use crate::support::{Served, World};

/// Longer than whoever was killed holds what they had.
const PATIENCE: Duration = Duration::from_secs(100);

/// A directory with an agent that is published in a Linear with a personal key.
pub(super) async fn installed(linear: &Linear, model: &ModelServer) -> (World, String) {
    let world = World::of(&format!(
        "agents: {{ triage: {{ model: lab/test-1 }} }}\negress: {{ allow: [localhost] }}\n{}",
        section(model)
    ));
    let settings = json!({ "apiUrl": linear.url(), "webUrl": linear.url() });
    world.write("settings.json", &settings.to_string());
    world.write("triggers.json", r#"{ "events": ["comment"] }"#);
    Served::start(&world, &[]).stop().await;
    let run = |arguments: &[&str]| world.run(arguments).ok().json();
    let robot = run(&["service-accounts", "create", "robot", "--json"]);
    let made = run(&[
        "publications",
        "add",
        "Issues",
        "--provider",
        "linear",
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
    let key = format!("apiKey={}", Linear::KEY);
    let secret = format!("webhookSecret={}", Linear::WEBHOOK_SECRET);
    run(&[
        "installations",
        "connect",
        made["installation"].as_str().unwrap(),
        "--set",
        &key,
        "--set",
        &secret,
        "--json",
    ]);
    let path = format!("/webhook/linear/{}", made["id"].as_str().unwrap());
    (world, path)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_killed_while_its_answer_is_said_says_it_once() {
    let linear = Linear::start().await;
    let model = ModelServer::start(vec![Turn::text(["Both."])]).await;
    let (world, path) = installed(&linear, &model).await;
    let issue = linear.add_issue("ENG", "The pipe leaks", "At the second joint");
    let comment = linear.add_comment(&issue, None, "Which joint?");
    // Bob's, as the key is Ada's: what she does is what the agent does.
    let signed = comment_of(&linear, "bob@acme.example", &issue, &comment);
    let forever = Misbehaviour::Slow {
        after: Duration::from_hours(1),
    };
    linear.misbehave_at("commentCreate", forever);
    let served = Served::start(&world, &[]);
    let mut ask = served.ask(Method::POST, &path);
    for (name, value) in &signed.headers {
        ask = ask.header(name, value);
    }
    assert_eq!(ask.body(signed.body).send().await.status(), 200);
    let posts = || {
        let all = linear.received().into_iter();
        all.filter(|one| one.body.to_string().contains("commentCreate"))
            .count()
    };
    crate::support::wait::until("the answer to be said", || async {
        posts() == 1 && linear.things("Comment").len() == 2
    })
    .await;
    served.signal(rustix::process::Signal::KILL);
    served.ended().await;
    let served = Served::start(&world, &[]);
    let until = tokio::time::Instant::now() + PATIENCE;
    loop {
        let listed = world.run(&["deliveries", "list", "--json"]).ok().json();
        let all: Vec<Value> = listed["deliveries"].as_array().unwrap().clone();
        if all.len() == 1 && all[0]["state"] == "answered" {
            break;
        }
        assert!(tokio::time::Instant::now() < until, "{all:#?}");
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    assert_eq!(linear.things("Comment").len(), 2);
    assert_eq!(posts(), 1, "it is looked for, and not posted again");
    assert_eq!(model.asked().len(), 1, "the turn is not run again");
    served.stop().await;
}
