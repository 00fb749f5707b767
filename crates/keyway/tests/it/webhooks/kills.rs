use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use http::Method;
use serde_json::Value;

use super::command_line::{published, timeless};
use super::world::{event, signature};
use crate::support::{Served, World};

/// How often the process is killed, and how many events come each time.
const ROUNDS: (usize, usize) = (4, 6);
/// Longer than whoever was killed holds what they had.
const PATIENCE: Duration = Duration::from_secs(100);

/// What was said in each session of the agent, by session.
fn said(world: &World, deliveries: &[Value]) -> BTreeMap<String, Vec<String>> {
    let sessions: BTreeSet<_> = deliveries
        .iter()
        .filter_map(|one| one["session"].as_str())
        .collect();
    let texts = |session: &&str| {
        let told = world
            .run(&["agents", "sessions", "show", session, "--json"])
            .ok();
        let events = told.json()["events"].as_array().unwrap().clone();
        let user = events
            .into_iter()
            .filter(|event| event["type"] == "user_message");
        let texts = user.map(|event| event["text"].as_str().unwrap().to_owned());
        ((*session).to_owned(), texts.collect())
    };
    sessions.iter().map(texts).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_killed_at_any_point_says_everything_it_took_in_once_and_in_order() {
    let (world, made, _model) = published(timeless()).await;
    let (id, secret) = (
        made["id"].as_str().unwrap(),
        made["secret"].as_str().unwrap(),
    );
    let path = format!("/webhook/webhook/{id}");
    let mut taken: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for round in 0..ROUNDS.0 {
        let served = Served::start(&world, &[]);
        for number in 0..ROUNDS.1 {
            let ticket = (number % 3).to_string();
            let event_id = format!("e{round}-{number}");
            let body = event(&event_id, &ticket, &event_id).to_string();
            let ask = served.ask(Method::POST, &path);
            let ask = ask.header("x-sign", &signature(secret, &[body.as_bytes()]));
            assert_eq!(ask.body(body).send().await.status(), 200);
            taken.entry(ticket).or_default().push(event_id);
        }
        // Right after the last answer, while turns begin, run and end.
        served.signal(rustix::process::Signal::KILL);
        served.ended().await;
    }
    let served = Served::start(&world, &[]);
    let count = ROUNDS.0 * ROUNDS.1;
    let until = tokio::time::Instant::now() + PATIENCE;
    let deliveries = loop {
        let listed = world
            .run(&["deliveries", "list", "--limit", "200", "--json"])
            .ok();
        let all = listed.json()["deliveries"].as_array().unwrap().clone();
        if all.len() == count && all.iter().all(|one| one["state"] == "answered") {
            break all;
        }
        assert!(tokio::time::Instant::now() < until, "{all:#?}");
        tokio::time::sleep(Duration::from_millis(250)).await;
    };
    let sessions = said(&world, &deliveries);
    assert_eq!(sessions.len(), 3, "a session a conversation");
    let mut conversations: Vec<Vec<String>> = Vec::new();
    for texts in sessions.values() {
        let first = texts.iter().filter(|text| text.contains("<<< untrusted"));
        let words = first.map(|text| text.lines().rev().nth(1).unwrap().to_owned());
        conversations.push(words.collect());
    }
    conversations.sort();
    let expected: Vec<_> = taken.into_values().collect();
    assert_eq!(
        conversations, expected,
        "each once, in the order in which it came"
    );
    served.stop().await;
}
