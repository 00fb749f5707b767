use keyway_testkit::models::{ModelServer, Script};
use serde_json::{Value, json};

use super::world::{event, settings, signature};
use crate::agents::world::section;
use crate::dev::world::Dev;
use crate::support::{Served, World};

/// A directory with an agent that is published, the publication with its secret, and the model.
pub(crate) async fn published(verification: Value) -> (World, Value, ModelServer) {
    let model = ModelServer::start(Script::default()).await;
    let agents = "agents: { triage: { model: lab/test-1 } }\n";
    let world = World::of(&format!("{agents}{}", section(&model)));
    let mut settings = settings();
    settings["verification"] = verification;
    world.write("settings.json", &settings.to_string());
    let served = Served::start(&world, &[]);
    served.stop().await;
    let robot = world
        .run(&["service-accounts", "create", "robot", "--json"])
        .ok();
    let robot = robot.json()["id"].as_str().unwrap().to_owned();
    let made = world.run(&[
        "publications",
        "add",
        "Tickets",
        "--agent",
        "triage",
        "--service-account",
        &robot,
        "--settings",
        "settings.json",
        "--granularity",
        "per_thread",
        "--json",
    ]);
    let made = made.ok().json();
    (world, made, model)
}

/// An HMAC over the body alone, which a request is good with at any time.
pub(crate) fn timeless() -> Value {
    json!({ "kind": "hmac", "header": "X-Sign" })
}

#[tokio::test(flavor = "multi_thread")]
async fn publications_and_deliveries_are_looked_after_at_the_terminal() {
    let (world, made, _model) = published(timeless()).await;
    let id = made["id"].as_str().unwrap();
    let secret = made["secret"].as_str().unwrap();
    assert!(made["url"].as_str().unwrap().starts_with("http"), "{made}");
    let list = world.run(&["publications", "list"]).ok();
    assert!(
        list.out.contains(id) && list.out.contains("open"),
        "{}",
        list.told()
    );
    let shown = world.run(&["publications", "show", id, "--json"]).ok();
    assert!(!shown.out.contains(secret), "{}", shown.told());
    assert_eq!(shown.json()["granularity"], "per_thread");
    let paused = world.run(&["publications", "pause", id]).ok();
    assert!(paused.out.contains("paused"), "{}", paused.told());

    let served = Served::start(&world, &[]);
    let path = format!("/webhook/webhook/{id}");
    let body = event("e1", "7", "hello").to_string();
    let ask = served.ask(http::Method::POST, &path);
    let signed = ask.header("x-sign", &signature(secret, &[body.as_bytes()]));
    assert_eq!(signed.body(body).send().await.status(), 200);
    let listed = world.run(&["deliveries", "list", "--json"]).ok().json();
    let delivery = listed["deliveries"][0]["id"].as_str().unwrap().to_owned();
    for (state, count) in [("ignored", 1), ("answered", 0), ("dead", 0)] {
        let listed = world.run(&["deliveries", "list", "--state", state, "--json"]);
        let listed = listed.ok().json();
        let all = listed["deliveries"].as_array().unwrap();
        assert_eq!(all.len(), count, "{state}: {listed}");
    }
    let unknown = world.run(&["deliveries", "list", "--state", "lost"]);
    assert_eq!(unknown.code, 2, "{}", unknown.told());
    assert!(unknown.err.contains("answered"), "{}", unknown.told());
    let why = world.run(&["deliveries", "why", &delivery]).ok();
    assert!(
        why.out.contains("the publication was paused when it came"),
        "{}",
        why.told()
    );
    world.run(&["publications", "resume", id]).ok();
    let again = world
        .run(&["deliveries", "replay", &delivery, "--json"])
        .ok()
        .json();
    assert_eq!(again["replayOf"], delivery.as_str());
    let again = again["id"].as_str().unwrap().to_owned();
    crate::support::wait::until("the agent to answer", || async {
        let shown = world.run(&["deliveries", "show", &again, "--json"]).ok();
        shown.json()["state"] == "answered"
    })
    .await;
    let table = world.run(&["deliveries", "list", "--publication", id]).ok();
    assert!(table.out.contains(&again), "{}", table.told());
    let removed = world.run(&["publications", "remove", id, "--yes"]).ok();
    assert!(removed.out.contains("is removed"), "{}", removed.told());
    let unknown = world.run(&["publications", "show", id]);
    assert_eq!(unknown.code, 1, "{}", unknown.told());
    let bad = world.run(&["publications", "change", id, "--settings", "nowhere.json"]);
    assert_eq!(bad.code, 2, "{}", bad.told());
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_publication_is_tried_with_a_webhook_that_is_signed_at_the_terminal() {
    let verification = json!({
        "kind": "hmac", "header": "X-Sign", "prefix": "v1=", "signed": "{timestamp}.{body}",
        "timestampHeader": "X-Time"
    });
    let (world, made, model) = published(verification).await;
    let (id, secret) = (
        made["id"].as_str().unwrap(),
        made["secret"].as_str().unwrap(),
    );
    let list = world.run(&["webhook", "list"]).ok();
    for shipped in ["github", "linear", "slack", "webhook", "mention"] {
        assert!(list.out.contains(shipped), "{}", list.told());
    }
    let away = world.run(&[
        "webhook",
        "send",
        "webhook",
        "event",
        "--to",
        "http://127.0.0.1:9",
    ]);
    assert_eq!(away.code, 1, "{}", away.told());
    assert!(away.told().contains("keyway dev"), "{}", away.told());

    let served = Served::start(&world, &[]);
    let sent = world
        .run(&[
            "webhook", "send", "webhook", "event", "--wait", "300", "--json",
        ])
        .ok()
        .json();
    assert_eq!(sent["delivery"]["state"], "answered", "{sent}");
    assert_eq!(sent["delivery"]["publication"], id);
    assert_eq!(sent["delivery"]["rule"], "signed");
    // Each time it is another event.
    let again = world
        .run(&["webhook", "send", "webhook", "event", "--wait", "300"])
        .ok();
    assert!(again.out.contains("answered (signed)"), "{}", again.told());
    assert!(again.out.contains("session sess_"), "{}", again.told());
    assert_eq!(model.asked().len(), 2);

    // A file of one's own; the same file twice is one event.
    world.write(
        "own.json",
        r#"{ "id": "o1", "ticket": "8", "text": "hello", "by": "bob" }"#,
    );
    let own = [
        "webhook",
        "send",
        "webhook",
        "own.json",
        "--publication",
        id,
        "--wait",
        "300",
        "--json",
    ];
    let first = world.run(&own).ok().json();
    let second = world.run(&own).ok().json();
    assert_eq!(first["delivery"]["id"], second["delivery"]["id"]);
    assert_eq!(second["delivery"]["duplicates"], 1);
    assert_eq!(model.asked().len(), 3);
    assert!(!format!("{first}{second}").contains(secret));

    for (arguments, code, told) in [
        (&["nobody", "event"][..], 2, "unknown_provider"),
        (&["github", "mention"], 1, "publication_not_found"),
        (&["webhook", "nowhere.json"], 2, "fixture_unreadable"),
        (&["webhook", "event", "-H", "nothing"], 2, "bad_header"),
        (&["webhook", "event", "--publication", "x"], 2, "bad_id"),
        // The generic webhook has no address of an app.
        (&["webhook", "event", "--app-wide"], 1, "webhook_refused"),
    ] {
        let command = [&["webhook", "send", "--json"], arguments].concat();
        let refused = world.run(&command);
        assert_eq!(refused.code, code, "{}", refused.told());
        assert!(refused.told().contains(told), "{}", refused.told());
    }
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_serves_behind_a_tunnel_is_told_where_webhooks_go_and_still_tries_them_here() {
    let (world, made, model) = published(timeless()).await;
    let id = made["id"].as_str().unwrap();
    let dev = Dev::start(&world, &["--public-url", "https://abc.tunnel.example"]);
    let shown = world
        .run(&["publications", "show", id, "--json"])
        .ok()
        .json();
    let url = format!("https://abc.tunnel.example/webhook/webhook/{id}");
    assert_eq!(shown["url"], url.as_str());
    assert_eq!(
        dev.serving["webhooks"],
        json!([{ "name": "Tickets", "url": url }])
    );
    let to = format!("http://{}", dev.address);
    let sent = [
        "webhook", "send", "webhook", "event", "--to", &to, "--wait", "300", "--json",
    ];
    let sent = world.run(&sent).ok();
    assert_eq!(sent.json()["delivery"]["state"], "answered");
    assert_eq!(model.asked().len(), 1);
}
