use keyway_testkit::receiver::{Answer, Receiver};
use keyway_testkit::sql;
use rustix::process::Signal;
use serde_json::Value;

use crate::support::wait::until;
use crate::support::{Served, World};

const YAML: &str = "egress: { allow: [127.0.0.1] }\nwebhooks: { timeout: 60s }\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_process_killed_while_it_sends_sends_again_with_the_same_id() {
    let receiver = Receiver::start([Answer::Hang]).await;
    let world = World::of(YAML);
    let served = Served::start(&world, &[]);
    let run = |arguments: &[&str]| -> Value { world.run(arguments).ok().json() };
    let made = run(&["webhook-endpoints", "add", &receiver.url(), "--json"]);
    let (id, secret) = (
        made["id"].as_str().unwrap(),
        made["secret"].as_str().unwrap(),
    );
    let message = run(&["webhook-endpoints", "test", id, "--json"]);
    let message = message["id"].as_str().unwrap();
    until("the message to come", || async {
        receiver.received().len() == 1
    })
    .await;
    served.signal(Signal::KILL);
    served.ended().await;
    let shown = run(&["webhook-endpoints", "message", message, "--json"]);
    assert_eq!(shown["state"], "sending");
    // What the dead process held, it holds no more.
    let database = world.path(".keyway/keyway.db");
    sql::run(
        &database,
        "UPDATE jobs SET lease_until = 1 WHERE state = 'running'",
    )
    .await;
    let served = Served::start(&world, &[]);
    until("the message to come again", || async {
        receiver.received().len() == 2
    })
    .await;
    until("it to be written down", || async {
        run(&["webhook-endpoints", "message", message, "--json"])["state"] == "delivered"
    })
    .await;
    let came = receiver.received();
    assert_eq!(came[0].id, came[1].id);
    assert_eq!(came[0].body, came[1].body);
    assert_eq!(came[1].signed_with(secret), Some(0));
    let log = served.log();
    assert!(!log.contains(secret.trim_start_matches("whsec_")), "{log}");
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn webhook_endpoints_are_looked_after_at_the_terminal() {
    let receiver = Receiver::start([Answer::Status(410)]).await;
    let world = World::of(YAML);
    let served = Served::start(&world, &[]);
    let plain = world.run(&[
        "webhook-endpoints",
        "add",
        &receiver.url(),
        "--event",
        "session.failed",
    ]);
    let plain = plain.ok();
    assert!(plain.out.contains("whsec_"), "{}", plain.told());
    let secret = plain.out.split("whsec_").nth(1).unwrap().trim().to_owned();
    let listed = world.run(&["webhook-endpoints", "list", "--json"]).ok();
    assert!(!listed.out.contains(&secret), "{}", listed.told());
    let id = listed.json()["webhookEndpoints"][0]["id"].clone();
    let id = id.as_str().unwrap();
    let message = world.run(&["webhook-endpoints", "test", id, "--json"]).ok();
    let message = message.json()["id"].as_str().unwrap().to_owned();
    until("it to be switched off", || async {
        let shown = world.run(&["webhook-endpoints", "show", id]).ok();
        shown.out.contains("it is gone (410)")
    })
    .await;
    let refused = world.run(&["webhook-endpoints", "replay", &message]);
    assert_eq!(refused.code, 1, "{}", refused.told());
    let on = world.run(&["webhook-endpoints", "enable", id]).ok();
    assert!(on.out.contains(": on"), "{}", on.told());
    let again = ["webhook-endpoints", "replay-failed", id, "--since", "1h"];
    let again = world.run(&again).ok();
    assert!(again.out.contains("1 messages"), "{}", again.told());
    until("it to come again", || async {
        let list = ["webhook-endpoints", "messages", id, "--state", "delivered"];
        world.run(&list).ok().out.contains(&message)
    })
    .await;
    let changed = [
        "webhook-endpoints",
        "change",
        id,
        "--event",
        "session.stopped",
    ];
    let changed = world.run(&changed).ok();
    assert!(
        changed.out.contains("of session.stopped"),
        "{}",
        changed.told()
    );
    let rotated = world.run(&["webhook-endpoints", "rotate-secret", id]).ok();
    assert!(
        rotated.out.contains("signs as well until"),
        "{}",
        rotated.told()
    );
    let off = world
        .run(&["webhook-endpoints", "disable", id, "--json"])
        .ok();
    assert_eq!(off.json()["state"], "off");
    let bad = world.run(&["webhook-endpoints", "add", "http://acme.example/"]);
    assert_eq!(bad.code, 2, "{}", bad.told());
    let unknown = world.run(&[
        "webhook-endpoints",
        "add",
        "https://a.example/",
        "--event",
        "x",
    ]);
    assert_eq!(unknown.code, 2, "{}", unknown.told());
    let bad = world.run(&["webhook-endpoints", "show", "whe_x"]);
    assert_eq!(bad.code, 2, "{}", bad.told());
    let removed = world
        .run(&["webhook-endpoints", "remove", id, "--yes"])
        .ok();
    assert!(removed.out.contains("is removed"), "{}", removed.told());
    assert_eq!(world.run(&["webhook-endpoints", "show", id]).code, 1);
    served.stop().await;
}
