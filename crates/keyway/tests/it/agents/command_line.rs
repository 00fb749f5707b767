use keyway_testkit::models::{ModelServer, Trouble, Turn};

use super::world::section;
use crate::support::{Served, World};

#[test]
fn without_agents_there_is_nothing_to_list_and_nobody_to_ask() {
    let world = World::new();
    let listed = world.run(&["agents", "list"]).ok();
    assert_eq!(listed.out, "no agent is defined\n");
    let asked = world.run(&["agents", "prompt", "anyone", "--message", "hi"]);
    assert_eq!(asked.code, 2, "{}", asked.told());
    assert!(asked.err.contains("keyway agents list"), "{}", asked.err);
    let session = world.run(&["agents", "sessions", "show", "nothing"]);
    assert_eq!(session.code, 2, "{}", session.told());
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_sent_to_followed_stopped_and_archived_at_the_terminal() {
    let turns = vec![
        Turn::text(["Ada is a person."]),
        Turn::text(["Yes."]),
        Turn::trouble(Trouble::Hang),
    ];
    let model = ModelServer::start(turns).await;
    let agents = "agents: { helper: { model: lab/test-1 } }\n";
    let world = World::of(&format!("{agents}{}", section(&model)));
    let served = Served::start(&world, &[]);
    let first = [
        "sessions",
        "send",
        "--agent",
        "helper",
        "--message",
        "Who is Ada?",
        "--follow",
    ];
    let first = world.run(&first).ok();
    for part in [
        "> Who is Ada?",
        "Ada is a person.",
        "-- finished, 18 tokens",
    ] {
        assert!(first.out.contains(part), "{part}: {}", first.told());
    }
    let listed = world.run(&["sessions", "list", "--json"]).ok().json();
    let id = listed["sessions"][0]["id"].as_str().unwrap().to_owned();
    assert!(first.err.contains(&id), "{}", first.told());
    let sent = [
        "sessions",
        "send",
        &id,
        "--message",
        "Sure?",
        "--idempotency-key",
        "k",
        "--json",
    ];
    let sent = || world.run(&sent).ok().json();
    assert_eq!(sent()["message"], sent()["message"]);
    let followed = world
        .run(&["sessions", "follow", &id, "--after", "4", "--json"])
        .ok();
    let events: Vec<serde_json::Value> = followed
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let seqs: Vec<_> = events
        .iter()
        .map(|one| one["seq"].as_u64().unwrap())
        .collect();
    assert_eq!(seqs, [5, 6, 7], "{}", followed.told());
    world.run(&["sessions", "send", &id, "-m", "Wait"]).ok();
    model.wait_asked(3).await;
    let early = world.run(&["sessions", "archive", &id]);
    assert_eq!(early.code, 1, "{}", early.told());
    assert!(early.err.contains("stop it first"), "{}", early.told());
    let stopped = world.run(&["sessions", "stop", &id]).ok();
    assert!(
        stopped.out.contains("stopped the turn"),
        "{}",
        stopped.told()
    );
    let ended = world.run(&["sessions", "follow", &id]);
    assert_eq!(ended.code, 1, "{}", ended.told());
    assert!(ended.out.contains("-- interrupted"), "{}", ended.told());
    let still = world.run(&["sessions", "stop", &id]).ok();
    assert!(still.out.contains("nothing goes on"), "{}", still.told());
    world.run(&["sessions", "archive", &id]).ok();
    let refused = world.run(&["sessions", "send", &id, "-m", "x"]);
    assert_eq!(refused.code, 1, "{}", refused.told());
    assert!(refused.err.contains("archived"), "{}", refused.told());
    assert!(!world.run(&["sessions", "list"]).ok().out.contains(&id));
    let all = world.run(&["sessions", "list", "--archived"]).ok();
    assert!(all.out.contains(&id), "{}", all.told());
    world.run(&["sessions", "archive", &id, "--undo"]).ok();
    let shown = world.run(&["sessions", "show", &id]).ok();
    assert!(
        shown.out.contains("helper: interrupted, 3 turns"),
        "{}",
        shown.told()
    );
    let bad = world.run(&["sessions", "show", "nothing"]);
    assert_eq!(bad.code, 2, "{}", bad.told());
    let nobody = world.run(&["sessions", "send", "-m", "x"]);
    assert_eq!(nobody.code, 2, "{}", nobody.told());
    served.stop().await;
}
