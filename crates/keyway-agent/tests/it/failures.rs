use std::time::Duration;

use keyway_agent::model::Patience;
use keyway_agent::transcript::{Event, StopReason};
use keyway_agent::turn::TurnError;
use keyway_agent::{Transcript, Update};
use keyway_testkit::models::{Script, Trouble, Turn, Wire};

use crate::world::{ALL, BOTH, World};

fn busy(status: u16, retry_after: &str) -> Turn {
    Turn::trouble(Trouble::Status {
        status,
        retry_after: (!retry_after.is_empty()).then(|| retry_after.to_owned()),
        message: "not now".to_owned(),
    })
}

#[tokio::test]
async fn what_passes_is_asked_again_after_the_time_the_vendor_names() {
    for wire in ALL {
        for status in [429, 500, 503, 529] {
            let asks_to_wait = if status == 429 { "1" } else { "" };
            let turns = vec![busy(status, asks_to_wait), Turn::text(["better"])];
            let mut world = World::new(wire, turns).await;
            assert_eq!(
                world.say("go").await.reason,
                StopReason::Finished,
                "{status}"
            );
            let (code, least) = match status {
                429 => ("model_rate_limited", Duration::from_secs(1)),
                _ => ("model_unavailable", Duration::ZERO),
            };
            let told = |update: &Update| match update {
                Update::Retrying {
                    attempt,
                    of,
                    after,
                    code: told,
                    ..
                } => (*attempt, *of, *told) == (2, 3, code) && *after >= least,
                _ => false,
            };
            assert_eq!(world.heard.count(told), 1);
            assert_eq!(world.heard.count(|update| *update == Update::Discarded), 0);
        }
    }
}

#[tokio::test]
async fn attempts_are_bounded_and_so_is_patience() {
    for wire in BOTH {
        let mut world = World::new(wire, vec![busy(500, ""), busy(502, ""), busy(503, "")]).await;
        let (code, message) = world.fails("go").await;
        assert_eq!(code, "model_unavailable");
        assert!(message.contains("status 503: not now"), "{message}");
        assert_eq!(world.server.asked().len(), 3);

        let mut world = World::new(wire, vec![busy(429, "3600")]).await;
        assert_eq!(world.fails("go").await.0, "model_rate_limited");
        assert_eq!(world.server.asked().len(), 1);
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_taken_back_and_asked_for_again() {
    let troubles = [
        Trouble::CutAfter(1),
        Trouble::EndAfter(1),
        Trouble::GarbageAfter(1),
        Trouble::OverloadedAfter(1),
    ];
    for wire in ALL {
        for trouble in troubles.clone() {
            let turns = vec![
                Turn::text(["half ", "an answer"]).with(trouble.clone()),
                Turn::text(["a whole answer"]),
            ];
            let mut world = World::new(wire, turns).await;
            assert_eq!(
                world.say("go").await.reason,
                StopReason::Finished,
                "{trouble:?}"
            );
            assert_eq!(
                world.heard.count(|update| *update == Update::Discarded),
                1,
                "{trouble:?}"
            );
            assert_eq!(world.heard.text(), "a whole answer");
            let kept = serde_json::to_string(&world.events()).unwrap();
            assert!(!kept.contains("half"), "{kept}");
        }
    }
}

#[tokio::test]
async fn a_model_that_dies_for_good_leaves_what_it_said() {
    for wire in ALL {
        let half = || Turn::text(["half ", "an answer"]).with(Trouble::CutAfter(1));
        let turns = vec![half(), half(), half(), Turn::text(["ok"])];
        let mut world = World::new(wire, turns).await;
        assert_eq!(world.fails("go").await.0, "model_stream_broken");
        assert_eq!(world.heard.count(|update| *update == Update::Discarded), 2);
        let events = world.events();
        assert!(
            matches!(&events[1], Event::AssistantMessage { text, cut: true, .. } if text == "half ")
        );
        // The vendor takes the conversation all the same.
        assert_eq!(world.say("go on").await.reason, StopReason::Finished);
    }
}

#[tokio::test]
async fn connections_that_fail_are_made_again() {
    for wire in ALL {
        let turns = vec![
            Turn::trouble(Trouble::CloseAtOnce),
            Turn::text(["x"]).with(Trouble::CutAfter(0)),
            Turn::text(["ok"]),
        ];
        let mut world = World::new(wire, turns).await;
        assert_eq!(world.say("go").await.reason, StopReason::Finished);
        assert_eq!(world.heard.count(|update| *update == Update::Discarded), 0);
    }
}

#[tokio::test]
async fn a_vendor_that_is_not_there_is_named() {
    for wire in BOTH {
        let mut world = World::new(wire, Script::default()).await;
        let turns = world.turns();
        let server = std::mem::replace(
            &mut world.server,
            keyway_testkit::models::ModelServer::start(Script::default()).await,
        );
        server.stop().await;
        let turn = turns.run(&mut world.transcript, "go", &world.heard, &world.cancel);
        let StopReason::Failed { code, message } = turn.await.unwrap().reason else {
            panic!("it did not fail");
        };
        assert_eq!(code, "model_unreachable");
        assert!(message.contains("no connection to the vendor"), "{message}");
    }
}

#[tokio::test]
async fn silence_is_not_waited_out() {
    for wire in ALL {
        for trouble in [Trouble::Hang, Trouble::HangAfter(1)] {
            let silent = Turn::text(["half", "whole"]).with(trouble);
            let mut world = World::new(wire, vec![silent, Turn::text(["ok"])]).await;
            world.patience = Patience {
                beginning: Duration::from_secs(1),
                silence: Duration::from_secs(1),
            };
            assert_eq!(world.say("go").await.reason, StopReason::Finished);
            let timeout = |update: &Update| {
                matches!(
                    update,
                    Update::Retrying {
                        code: "model_timeout",
                        ..
                    }
                )
            };
            assert_eq!(world.heard.count(timeout), 1);
        }
    }
}

#[tokio::test]
async fn a_slow_model_is_not_a_silent_one() {
    for wire in BOTH {
        let mut slow = Turn::text(["a", "b", "c", "d", "e", "f"]);
        slow.pause = 500;
        let mut world = World::new(wire, vec![slow]).await;
        world.patience.silence = Duration::from_secs(2);
        assert_eq!(world.say("go").await.reason, StopReason::Finished);
        assert_eq!(world.heard.text(), "abcdef");
    }
}

#[tokio::test]
async fn a_conversation_that_is_too_long_says_what_to_do() {
    for wire in ALL {
        let mut world = World::new(wire, vec![Turn::trouble(Trouble::ContextOverflow)]).await;
        let (code, message) = world.fails("go").await;
        assert_eq!(code, "model_context_overflow");
        assert!(message.contains("start a new session"), "{message}");
        assert_eq!(world.server.asked().len(), 1);
    }
    let mut full = Turn::text(["and so"]);
    full.stop = "model_context_window_exceeded".to_owned();
    let mut world = World::new(Wire::Anthropic, vec![full]).await;
    assert_eq!(world.fails("go").await.0, "model_context_overflow");
}

#[tokio::test]
async fn an_answer_that_is_too_long_or_held_back_is_told_apart() {
    let ends = [
        (Wire::Anthropic, "max_tokens", "model_output_limit"),
        (Wire::OpenAi, "length", "model_output_limit"),
        (Wire::Anthropic, "refusal", "model_answer_filtered"),
        (Wire::OpenAi, "content_filter", "model_answer_filtered"),
    ];
    for (wire, stop, code) in ends {
        let mut turn = Turn::text(["and so"]);
        turn.stop = stop.to_owned();
        let mut world = World::new(wire, vec![turn]).await;
        assert_eq!(world.fails("go").await.0, code);
    }
}

#[tokio::test]
async fn what_does_not_pass_is_told_at_once() {
    for wire in BOTH {
        for (status, code) in [
            (400, "model_request_rejected"),
            (403, "model_key_refused"),
            (404, "model_not_found"),
            (413, "model_context_overflow"),
        ] {
            let mut world = World::new(wire, vec![busy(status, "")]).await;
            assert_eq!(world.fails("go").await.0, code);
            assert_eq!(world.server.asked().len(), 1);
        }
    }
}

#[tokio::test]
async fn a_transcript_that_cannot_be_written_stops_the_turn_where_it_is() {
    for wire in BOTH {
        for full_at in 2..=4 {
            let mut world = World::new(wire, vec![Turn::text(["ok"]), Turn::text(["ok"])]).await;
            *world.kept.full_at.lock() = Some(full_at);
            let turns = world.turns();
            let turn = turns.run(&mut world.transcript, "go", &world.heard, &world.cancel);
            let error = turn.await.unwrap_err();
            assert_eq!(error.code(), "transcript_unwritable");
            // With space again it goes on from what was kept.
            *world.kept.full_at.lock() = None;
            let kept = world.kept.entries.lock().clone();
            world.transcript = Transcript::resume(kept, world.kept.clone()).unwrap();
            assert_eq!(world.say("again").await.reason, StopReason::Finished);
        }
    }
}

#[tokio::test]
async fn an_empty_message_is_no_turn() {
    let mut world = World::new(Wire::OpenAi, Script::default()).await;
    let turns = world.turns();
    let turn = turns.run(&mut world.transcript, " \n", &world.heard, &world.cancel);
    assert_eq!(turn.await, Err(TurnError::Empty));
    assert!(world.events().is_empty());
}

#[tokio::test]
async fn an_answer_without_end_is_ended() {
    for wire in ALL {
        let piece = "x".repeat(512 * 1024);
        let endless = Turn {
            text: vec![piece; 10],
            ..Turn::default()
        };
        let mut world = World::new(wire, vec![endless]).await;
        let (code, message) = world.fails("go").await;
        assert_eq!(code, "model_request_rejected");
        assert!(message.contains("more than 4 MiB"), "{message}");
    }
}
