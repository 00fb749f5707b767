use keyway_agent::transcript::{Event, StopReason};
use keyway_agent::{ToolStatus, Update};
use keyway_testkit::models::{Call, Turn, Wire};
use serde_json::json;

use crate::world::{ALL, BOTH, Bench, World};

fn add(n: i64) -> Call {
    Call::new("add", json!({ "n": n }))
}

#[tokio::test]
async fn calls_are_run_and_their_results_go_back() {
    for wire in ALL {
        let turns = vec![
            Turn {
                text: vec!["Let me add.".to_owned()],
                ..Turn::calls([add(1)])
            },
            Turn::calls([add(2)]),
            Turn::text(["It is 3."]),
        ];
        let mut world = World::new(wire, turns).await;
        let end = world.say("count").await;
        assert_eq!(end.reason, StopReason::Finished);
        assert_eq!((end.usage.input_tokens, end.usage.output_tokens), (33, 21));
        let texts: Vec<_> = world
            .outcomes()
            .into_iter()
            .map(|outcome| outcome.text)
            .collect();
        assert_eq!(texts, ["2", "3"]);
        // Person, call, result, call, result.
        let sent = serde_json::to_string(&world.sent(2)).unwrap();
        assert!(sent.contains("Let me add."), "{sent}");
        assert_eq!(world.server.asked().len(), 3);
        assert_eq!(
            world
                .heard
                .count(|update| matches!(update, Update::ToolStarted(_))),
            2
        );
        assert_eq!(
            world
                .heard
                .count(|update| matches!(update, Update::ToolFinished { .. })),
            2
        );
    }
}

#[tokio::test]
async fn calls_of_a_round_run_at_the_same_time() {
    for wire in ALL {
        let calls = [0, 1, 2].map(|_| Call::new("together", json!({})));
        let mut world = World::new(wire, vec![Turn::calls(calls), Turn::text(["done"])]).await;
        world.tools = std::sync::Arc::new(Bench {
            together: 3,
            ..Bench::default()
        });
        assert_eq!(world.say("meet").await.reason, StopReason::Finished);
        assert_eq!(*world.tools.most_running.lock(), 3);
        assert_eq!(world.outcomes().len(), 3);
    }
}

#[tokio::test]
async fn no_more_calls_run_at_the_same_time_than_allowed() {
    let calls = (0..6).map(|_| Call::new("together", json!({})));
    let mut world = World::new(Wire::OpenAi, vec![Turn::calls(calls), Turn::text(["done"])]).await;
    world.tools = std::sync::Arc::new(Bench {
        together: 2,
        ..Bench::default()
    });
    world.settings.parallel_calls = 2;
    world.say("meet").await;
    assert_eq!(
        (*world.tools.most_running.lock(), world.outcomes().len()),
        (2, 6)
    );
}

#[tokio::test]
async fn a_model_is_told_of_tools_there_are_not_and_of_arguments_that_are_none() {
    for wire in BOTH {
        let broken = Call {
            raw: Some("{\"n\": ".to_owned()),
            ..add(1)
        };
        let list = Call {
            raw: Some("[1]".to_owned()),
            ..add(1)
        };
        let empty = Call {
            raw: Some(String::new()),
            ..add(1)
        };
        let turns = vec![
            Turn::calls([Call::new("subtract", json!({})), broken, list, empty]),
            Turn::text(["sorry"]),
        ];
        let mut world = World::new(wire, turns).await;
        assert_eq!(world.say("go").await.reason, StopReason::Finished);
        let outcomes = world.outcomes();
        assert!(
            outcomes
                .iter()
                .any(|outcome| outcome.text.contains("the tools are: add, fail"))
        );
        let objects = outcomes
            .iter()
            .filter(|outcome| outcome.text.contains("no JSON object"));
        assert_eq!(objects.count(), 2);
        let failed = outcomes
            .iter()
            .filter(|outcome| outcome.status == ToolStatus::Failed);
        assert_eq!(failed.count(), 3);
        // No arguments are an empty object.
        assert_eq!(world.tools.begun.lock().len(), 1);
    }
}

#[tokio::test]
async fn a_failed_tool_is_a_result() {
    for wire in ALL {
        let turns = vec![
            Turn::calls([Call::new("fail", json!({}))]),
            Turn::text(["oh"]),
        ];
        let mut world = World::new(wire, turns).await;
        assert_eq!(world.say("go").await.reason, StopReason::Finished);
        let sent = serde_json::to_string(&world.sent(1)).unwrap();
        assert!(sent.contains("Error: it broke"), "{sent}");
    }
}

#[tokio::test]
async fn a_result_that_is_too_long_is_cut_with_a_note() {
    for wire in ALL {
        let turns = vec![
            Turn::calls([Call::new("long", json!({}))]),
            Turn::text(["much"]),
        ];
        let mut world = World::new(wire, turns).await;
        world.settings.result_bytes = 2000;
        world.say("go").await;
        let text = world.outcomes().remove(0).text;
        assert!(
            text.len() < 2200 && text.contains("of 1000000 bytes cut"),
            "{}",
            text.len()
        );
        assert!(world.server.asked()[1].body.to_string().len() < 10_000);
    }
}

#[tokio::test]
async fn calls_with_the_same_id_are_told_apart() {
    for wire in BOTH {
        let same = |n| Call {
            id: "same".to_owned(),
            ..add(n)
        };
        let turns = vec![Turn::calls([same(1), same(2)]), Turn::text(["ok"])];
        let mut world = World::new(wire, turns).await;
        assert_eq!(world.say("go").await.reason, StopReason::Finished);
        let mut ids: Vec<_> = world
            .events()
            .into_iter()
            .filter_map(|event| match event {
                Event::ToolFinished { id, .. } => Some(id),
                _ => None,
            })
            .collect();
        ids.dedup();
        assert_eq!(ids.len(), 2);
    }
}

/// A session that is resumed without its servers: Anthropic wants tools all the same, and a model
/// that calls one of them is told.
#[tokio::test]
async fn a_conversation_with_calls_goes_on_without_tools() {
    for wire in ALL {
        let turns = vec![
            Turn::calls([add(1)]),
            Turn::text(["ok"]),
            Turn::calls([add(2)]),
            Turn::text(["so be it"]),
        ];
        let mut world = World::new(wire, turns).await;
        world.say("add").await;
        world.tools = std::sync::Arc::new(Bench {
            gone: true,
            ..Bench::default()
        });
        assert_eq!(world.say("add again").await.reason, StopReason::Finished);
        let last = world.outcomes().pop().unwrap();
        assert!(
            last.text.contains("no tool can be called now"),
            "{}",
            last.text
        );
    }
}
