use std::sync::Arc;
use std::time::Duration;

use keyway_agent::transcript::{Event, StopReason};
use keyway_agent::{ToolStatus, Update};
use keyway_testkit::models::{Call, ModelServer, Trouble, Turn};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::world::{ALL, BOTH, World};

/// Runs a turn and cancels it once something has happened.
async fn cancelled_when(
    world: &mut World,
    text: &str,
    when: impl Fn(&ModelServer, &Update) -> bool,
) {
    let turns = world.turns();
    let cancel = world.cancel.clone();
    let turn = turns.run(&mut world.transcript, text, &world.heard, &world.cancel);
    let cancelling = async {
        world.heard.wait(|update| when(&world.server, update)).await;
        cancel.cancel();
    };
    let (end, ()) = tokio::join!(turn, cancelling);
    assert_eq!(end.unwrap().reason, StopReason::Interrupted);
    world.cancel = CancellationToken::new();
}

#[tokio::test]
async fn an_interrupted_answer_is_kept_as_far_as_it_got_and_the_request_ends() {
    for wire in ALL {
        let half = Turn::text(["half ", "an answer"]).with(Trouble::HangAfter(1));
        let mut world = World::new(wire, vec![half, Turn::text(["again"])]).await;
        cancelled_when(&mut world, "go", |_, update| {
            matches!(update, Update::TextDelta(_))
        })
        .await;
        world.server.wait_left(1).await;
        let events = world.events();
        assert!(
            matches!(&events[1], Event::AssistantMessage { text, cut: true, .. } if text == "half "),
            "{events:?}"
        );
        assert_eq!(world.say("go on").await.reason, StopReason::Finished);
    }
}

#[tokio::test]
async fn interrupting_before_the_answer_begins_keeps_the_question() {
    for wire in BOTH {
        let turns = vec![Turn::trouble(Trouble::Hang), Turn::text(["again"])];
        let mut world = World::new(wire, turns).await;
        cancelled_when(&mut world, "first", |server, _| server.asked().len() == 1).await;
        assert_eq!(world.events().len(), 2);
        assert_eq!(world.say("second").await.reason, StopReason::Finished);
        let asked = world.server.asked();
        let sent = asked.last().unwrap().body["messages"].to_string();
        assert!(sent.contains("first") && sent.contains("second"), "{sent}");
    }
}

#[tokio::test]
async fn interrupted_tools_are_told_and_the_stuck_ones_given_up() {
    for wire in ALL {
        let calls = ["wait", "stuck"].map(|name| Call::new(name, json!({})));
        let mut world = World::new(wire, vec![Turn::calls(calls), Turn::text(["ok"])]).await;
        let tools = Arc::clone(&world.tools);
        cancelled_when(&mut world, "go", |_, _| tools.begun.lock().len() == 2).await;
        let outcomes = world.outcomes();
        assert!(
            outcomes
                .iter()
                .all(|outcome| outcome.status == ToolStatus::Interrupted)
        );
        let texts: Vec<_> = outcomes
            .iter()
            .map(|outcome| outcome.text.as_str())
            .collect();
        assert_eq!(
            texts,
            [
                "told to stop",
                "interrupted: it is not known whether the call took effect"
            ]
        );
        assert_eq!(world.say("go on").await.reason, StopReason::Finished);
    }
}

#[tokio::test]
async fn calls_that_had_not_begun_are_not_run() {
    for wire in BOTH {
        let calls = ["wait", "add"].map(|name| Call::new(name, json!({})));
        let mut world = World::new(wire, vec![Turn::calls(calls)]).await;
        world.settings.parallel_calls = 1;
        let tools = Arc::clone(&world.tools);
        cancelled_when(&mut world, "go", |_, _| tools.begun.lock().len() == 1).await;
        assert!(world.outcomes()[1].text.starts_with("not run"));
        assert_eq!(world.tools.begun.lock().len(), 1);
    }
}

#[tokio::test]
async fn interrupting_ends_the_wait_for_another_attempt() {
    for wire in BOTH {
        let busy = Turn::trouble(Trouble::Status {
            status: 429,
            retry_after: Some("60".to_owned()),
            message: String::new(),
        });
        let mut world = World::new(wire, vec![busy]).await;
        world.settings.retry.patience = Duration::from_mins(2);
        cancelled_when(&mut world, "go", |_, update| {
            matches!(update, Update::Retrying { .. })
        })
        .await;
        assert_eq!(world.events().len(), 2);
    }
}
