//! Messages that people left, and a gateway that is killed.

use std::collections::BTreeMap;
use std::time::Duration;

use http::Method;
use keyway_testkit::models::{ModelServer, Script, Turn};
use keyway_testkit::peers::{Era, HttpPeer, Script as Peer};
use rustix::process::Signal;
use serde_json::{Value, json};

use super::world::{call, section};
use crate::support::wait::until;
use crate::support::{Served, World, mcp};

/// Longer than whoever was killed holds what they had.
const PATIENCE: Duration = Duration::from_mins(2);

/// How often the process is killed, how many sessions there are, and how many messages each gets a time.
const ROUNDS: (usize, usize, usize) = (3, 3, 3);

async fn send(served: &Served, path: &str, key: &str, body: &Value) -> Value {
    let ask = served.ask(Method::POST, path);
    let answer = ask.header("idempotency-key", key).json(body).send().await;
    assert!(
        matches!(answer.status(), 201 | 202),
        "{path}: {}",
        answer.text()
    );
    answer.json()
}

async fn get(served: &Served, path: &str) -> Value {
    let answer = served.ask(Method::GET, path).send().await;
    assert_eq!(answer.status(), 200, "{path}: {}", answer.text());
    answer.json()
}

/// Waits until nothing goes on in sessions.
async fn quiet(served: &Served, paths: &[String], turns: u64) -> Vec<Value> {
    let until = tokio::time::Instant::now() + PATIENCE;
    loop {
        let mut all = Vec::new();
        for path in paths {
            all.push(get(served, path).await);
        }
        let is_quiet = |one: &Value| {
            one["queued"] == 0
                && one["status"] != "running"
                && one["turns"].as_u64().unwrap() >= turns
        };
        if all.iter().all(is_quiet) {
            return all;
        }
        assert!(tokio::time::Instant::now() < until, "{all:#?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Events of a sort in a session, in order.
async fn events(served: &Served, path: &str, kind: &str) -> Vec<Value> {
    let page = get(served, &format!("{path}/events")).await;
    let all = page["events"].as_array().unwrap().iter();
    all.filter(|event| event["type"] == kind).cloned().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_cut_off_by_a_kill_is_gone_on_with_and_its_call_is_not_made_again() {
    let peer = HttpPeer::start(Peer::new(Era::Modern)).await;
    let turns = vec![
        call("mcp__peer__hang", json!({ "marker": "cut" })),
        Turn::text(["I do not know whether it was done."]),
        Turn::text(["And this is done."]),
    ];
    let model = ModelServer::start(turns).await;
    let world = World::of(&format!(
        "agents: {{ slow: {{ model: lab/test-1, tools: [mcp__peer__hang] }} }}\n\
         mcp_servers:\n  peer:\n    url: {}\napprovals: {{ default: off }}\n{}",
        peer.url(),
        section(&model)
    ));
    let served = Served::start(&world, &["--no-auth"]);
    until("the peer's tools", || async {
        let listed = mcp::dress(served.ask(Method::POST, "/mcp"), "tools/list", json!({}));
        listed.send().await.text().contains("mcp__peer__hang")
    })
    .await;
    let body = json!({ "agent": "slow", "message": "Do it" });
    let begun = send(&served, "/v1/sessions", "first", &body).await;
    let path = format!("/v1/sessions/{}", begun["id"].as_str().unwrap());
    let came = || {
        let seen = peer.seen("tools/call");
        let with = |one: &&keyway_testkit::peers::Seen| one.json().to_string().contains("\"cut\"");
        seen.iter().filter(with).count()
    };
    until("the call at the peer", || async { came() == 1 }).await;
    let second = json!({ "message": "Then this" });
    let at = format!("{path}/messages");
    let left = send(&served, &at, "second", &second).await;
    served.signal(Signal::KILL);
    served.ended().await;

    let served = Served::start(&world, &["--no-auth"]);
    // Whoever heard no answer sends it again.
    let again = send(&served, "/v1/sessions", "first", &body).await;
    assert_eq!(
        (&again["id"], &again["message"]),
        (&begun["id"], &begun["message"])
    );
    let again = send(&served, &at, "second", &second).await;
    assert_eq!(again["message"], left["message"]);
    let done = quiet(&served, std::slice::from_ref(&path), 2).await;
    assert_eq!(done[0]["status"], "finished", "{done:?}");
    assert_eq!(came(), 1, "what may have been done is not done again");
    let said = events(&served, &path, "user_message").await;
    let texts: Vec<_> = said
        .iter()
        .map(|one| one["text"].as_str().unwrap())
        .collect();
    assert_eq!((texts.len(), texts[0], texts[2]), (3, "Do it", "Then this"));
    assert!(texts[1].contains("cut off"), "{texts:?}");
    let names: Vec<_> = said.iter().map(|one| &one["message"]).collect();
    assert_eq!(
        names,
        [&begun["message"], &begun["message"], &left["message"]]
    );
    let answers = events(&served, &path, "assistant_message").await;
    let answers: Vec<_> = answers
        .iter()
        .filter_map(|one| one["text"].as_str())
        .collect();
    let expected = ["I do not know whether it was done.", "And this is done."];
    assert_eq!(answers[answers.len() - 2..], expected);
    let told = model.asked()[1].body["messages"].to_string();
    assert!(told.contains("not known"), "the model is told: {told}");
    let ends = events(&served, &path, "turn_ended").await;
    let ends: Vec<_> = ends.iter().map(|one| &one["reason"]["kind"]).collect();
    assert_eq!(ends, ["interrupted", "finished", "finished"]);
    for job in [&begun["message"], &left["message"]] {
        let job = get(&served, &format!("/v1/jobs/{}", job.as_str().unwrap())).await;
        assert_eq!(job["state"], "done", "{job}");
    }
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_killed_at_any_point_says_every_message_once_and_in_order() {
    let model = ModelServer::start(Script::default()).await;
    let agents = "agents: { slow: { model: lab/test-1 } }\n";
    let world = World::of(&format!("{agents}{}", section(&model)));
    let (rounds, sessions, messages) = ROUNDS;
    let mut paths: Vec<String> = Vec::new();
    let mut taken: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for round in 0..rounds {
        let served = Served::start(&world, &["--no-auth"]);
        for number in 0..sessions {
            if round == 0 {
                let body = json!({ "agent": "slow" });
                let begun = send(&served, "/v1/sessions", &number.to_string(), &body).await;
                paths.push(format!("/v1/sessions/{}", begun["id"].as_str().unwrap()));
            }
            for message in 0..messages {
                let text = format!("{round}-{number}-{message}");
                let at = format!("{}/messages", paths[number]);
                let left = send(&served, &at, &text, &json!({ "message": text })).await;
                let job = left["message"].as_str().unwrap().to_owned();
                taken.entry(paths[number].clone()).or_default().push(job);
            }
        }
        // Right after the last answer, while turns begin, run and end.
        served.signal(Signal::KILL);
        served.ended().await;
    }
    let served = Served::start(&world, &["--no-auth"]);
    let count = u64::try_from(rounds * messages).unwrap();
    quiet(&served, &paths, count).await;
    for (path, jobs) in &taken {
        let said = events(&served, path, "user_message").await;
        // What was cut off is gone on with by a note that names the same job.
        let is_note = |one: &&Value| one["text"].as_str().unwrap().contains("cut off");
        let words = said.iter().filter(|one| !is_note(one));
        let words: Vec<_> = words.map(|one| one["message"].as_str().unwrap()).collect();
        assert_eq!(&words, jobs, "each once, in the order in which it came");
        for job in jobs {
            let job = get(&served, &format!("/v1/jobs/{job}")).await;
            assert_eq!(job["state"], "done", "{job}");
        }
        let ends = events(&served, path, "turn_ended").await;
        let finished = ends
            .iter()
            .filter(|one| one["reason"]["kind"] == "finished");
        assert_eq!(finished.count(), jobs.len(), "each is answered once");
    }
    served.stop().await;
}
