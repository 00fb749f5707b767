//! From transcripts to conversations.

use std::collections::HashSet;
use std::sync::Arc;

use keyway_agent::model::Message;
use keyway_agent::transcript::{Entry, Event, Forgetful, StopReason, Usage, messages};
use keyway_agent::{ToolCall, ToolOutcome, ToolStatus, Transcript};
use keyway_testkit::models::{Call, Turn};
use proptest::prelude::*;
use serde_json::json;

use crate::world::{ALL, World};

/// What a turn of a made-up session does, round by round.
#[derive(Debug, Clone)]
struct MadeTurn {
    rounds: Vec<(String, usize)>,
    last: String,
    cut: bool,
    changes_model: bool,
}

fn made_turn() -> impl Strategy<Value = MadeTurn> {
    let text = prop_oneof![Just(String::new()), Just(" \n".to_owned()), "[a-z]{1,8}"];
    let rounds = prop::collection::vec((text.clone(), 1..4_usize), 0..3);
    (rounds, text, any::<bool>(), any::<bool>()).prop_map(|(rounds, last, cut, changes_model)| {
        MadeTurn {
            rounds,
            last,
            cut,
            changes_model,
        }
    })
}

fn assistant(text: &str, calls: Vec<ToolCall>, cut: bool) -> Event {
    Event::AssistantMessage {
        text: text.to_owned(),
        carry: (!calls.is_empty()).then(|| json!({ "signatures": [["s"]] })),
        calls,
        usage: Usage::default(),
        cut,
    }
}

/// The events of a session. Ids of calls come back in every round, as some vendors have it.
fn events(turns: &[MadeTurn]) -> Vec<Event> {
    let mut events = vec![Event::SessionStarted {
        session: "sess_1".to_owned(),
        agent: "a".to_owned(),
        model: "one/m".to_owned(),
        system: String::new(),
    }];
    for (nth, turn) in turns.iter().enumerate() {
        if turn.changes_model {
            events.push(Event::ModelChanged {
                model: format!("two/{nth}"),
            });
        }
        events.push(Event::UserMessage {
            text: format!("question {nth}"),
        });
        for (text, count) in &turn.rounds {
            let ids: Vec<String> = (0..*count).map(|at| format!("call_{at}")).collect();
            let call = |id: &String| ToolCall {
                id: id.clone(),
                name: "add".to_owned(),
                arguments: json!({ "n": 1 }),
            };
            events.push(assistant(text, ids.iter().map(call).collect(), false));
            for id in &ids {
                events.push(Event::ToolStarted {
                    id: id.clone(),
                    name: "add".to_owned(),
                });
            }
            // They end in another order.
            for id in ids.iter().rev() {
                events.push(Event::ToolFinished {
                    id: id.clone(),
                    outcome: ToolOutcome {
                        text: format!("result of {id}"),
                        status: ToolStatus::Done,
                    },
                    millis: 1,
                });
            }
        }
        events.push(assistant(&turn.last, Vec::new(), turn.cut));
        events.push(Event::TurnEnded {
            reason: StopReason::Finished,
            usage: Usage::default(),
        });
    }
    events
}

fn entries(events: Vec<Event>) -> Vec<Entry> {
    let at = jiff::Timestamp::UNIX_EPOCH;
    let entry = |(event, seq)| Entry { seq, at, event };
    events.into_iter().zip(1..).map(entry).collect()
}

/// What every vendor asks of a conversation.
fn check(conversation: &[Message]) -> Result<(), String> {
    let mut expects_user = true;
    let mut open: Option<Vec<String>> = None;
    for message in conversation {
        match message {
            Message::User { text } => {
                if !expects_user || open.is_some() || text.trim().is_empty() {
                    return Err(format!("a person out of turn: {conversation:?}"));
                }
                expects_user = false;
            }
            Message::Assistant { text, calls, .. } => {
                if expects_user || open.is_some() || (text.trim().is_empty() && calls.is_empty()) {
                    return Err(format!("a model out of turn: {conversation:?}"));
                }
                let ids: Vec<String> = calls.iter().map(|call| call.id.clone()).collect();
                if ids.iter().collect::<HashSet<_>>().len() != ids.len() {
                    return Err("an id twice".to_owned());
                }
                expects_user = ids.is_empty();
                open = (!ids.is_empty()).then_some(ids);
            }
            Message::Results(results) => {
                let ids: Vec<String> = results.iter().map(|result| result.id.clone()).collect();
                if open.take() != Some(ids) {
                    return Err(format!("results without their calls: {conversation:?}"));
                }
                // The model goes on, or the person does after an interruption.
                expects_user = false;
            }
        }
    }
    match open {
        None => Ok(()),
        Some(_) => Err("calls without results".to_owned()),
    }
}

proptest! {
    /// However a transcript is cut off, the conversation it stands for is one that vendors take;
    /// so it is after a repair, which changes nothing in what the model is told.
    #[test]
    fn any_beginning_of_a_transcript_is_a_conversation(
        turns in prop::collection::vec(made_turn(), 1..4),
    ) {
        let whole = entries(events(&turns));
        let now = "one/m".parse().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        for end in 1..=whole.len() {
            let beginning = whole[..end].to_vec();
            let conversation = messages(&beginning, &now);
            let spoken = without_user_after_results(&conversation);
            prop_assert_eq!(check(&spoken), Ok(()));

            let mut resumed = Transcript::resume(beginning, Arc::new(Forgetful)).unwrap();
            runtime.block_on(resumed.repair(jiff::Timestamp::UNIX_EPOCH)).unwrap();
            prop_assert_eq!(messages(resumed.entries(), &now), conversation);
            // Repairing twice changes nothing.
            let again = runtime.block_on(resumed.repair(jiff::Timestamp::UNIX_EPOCH)).unwrap();
            prop_assert!(again.is_empty());
        }
    }

    /// What is read back from lines is what was written.
    #[test]
    fn entries_survive_being_lines(turns in prop::collection::vec(made_turn(), 1..4)) {
        for entry in entries(events(&turns)) {
            let line = serde_json::to_string(&entry).unwrap();
            prop_assert!(!line.contains('\n'));
            prop_assert_eq!(serde_json::from_str::<Entry>(&line).unwrap(), entry);
        }
    }
}

/// A person may write right after results, where a turn was interrupted; for the check that is as
/// good as the model having said something in between.
fn without_user_after_results(conversation: &[Message]) -> Vec<Message> {
    let mut spoken: Vec<Message> = Vec::new();
    for message in conversation {
        let after_results = matches!(spoken.last(), Some(Message::Results(_)));
        if after_results && matches!(message, Message::User { .. }) {
            spoken.push(Message::Assistant {
                text: "…".to_owned(),
                calls: Vec::new(),
                carry: None,
            });
        }
        spoken.push(message.clone());
    }
    spoken
}

/// A run is rebuilt from what was kept: the next request is the same, byte for byte, whether the
/// process went on or was started again.
#[tokio::test]
async fn a_session_read_back_goes_on_as_if_nothing_had_happened() {
    for wire in ALL {
        let turns = || {
            let mut call = Turn::calls([
                Call::new("add", json!({ "n": 1 })),
                Call::new("fail", json!({})),
            ]);
            call.text = vec!["so ".to_owned()];
            call.reasoning = vec!["hm".to_owned()];
            vec![call, Turn::text(["done"]), Turn::text(["again"])]
        };
        let mut one = World::new(wire, turns()).await;
        one.say("first").await;
        let mut two = World::new(wire, turns()).await;
        two.say("first").await;
        let lines: Vec<String> = two
            .kept
            .entries
            .lock()
            .iter()
            .map(|entry| serde_json::to_string(entry).unwrap())
            .collect();
        let read = lines
            .iter()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        two.transcript = Transcript::resume(read, two.kept.clone()).unwrap();
        one.say("second").await;
        two.say("second").await;
        assert_eq!(one.server.asked()[2].body, two.server.asked()[2].body);
    }
}

/// A process that was killed in the middle of a turn: whatever the last line is, the session goes
/// on, and what was running counts as interrupted.
#[tokio::test]
async fn a_session_cut_off_anywhere_goes_on() {
    for wire in ALL {
        let turns = || {
            vec![
                Turn::calls([
                    Call::new("add", json!({ "n": 1 })),
                    Call::new("fail", json!({})),
                ]),
                Turn::text(["done"]),
            ]
        };
        let mut whole = World::new(wire, turns()).await;
        whole.say("first").await;
        let entries = whole.transcript.entries().to_vec();
        for end in 1..=entries.len() {
            let mut world = World::new(wire, vec![Turn::text(["resumed"])]).await;
            let beginning = entries[..end].to_vec();
            *world.kept.entries.lock() = beginning.clone();
            world.transcript = Transcript::resume(beginning, world.kept.clone()).unwrap();
            assert_eq!(
                world.say("go on").await.reason,
                StopReason::Finished,
                "after {end}"
            );
            let events = world.events();
            let ends = |event: &&Event| matches!(event, Event::ToolFinished { .. });
            let wants = |event: &&Event| matches!(event, Event::AssistantMessage { calls, .. } if !calls.is_empty());
            let wanted = events.iter().filter(wants).count() * 2;
            assert_eq!(
                events.iter().filter(ends).count(),
                wanted,
                "after {end}: {events:?}"
            );
        }
    }
}

#[test]
fn what_is_no_transcript_is_refused_with_the_place() {
    let resume = |entries| Transcript::resume(entries, Arc::new(Forgetful));
    let mut good = entries(events(&[MadeTurn {
        rounds: Vec::new(),
        last: "a".to_owned(),
        cut: false,
        changes_model: false,
    }]));
    assert!(resume(good.clone()).is_ok());
    assert_eq!(resume(Vec::new()).unwrap_err().at, 1);
    assert_eq!(resume(good[1..].to_vec()).unwrap_err().at, 1);
    good.remove(2);
    let error = resume(good).unwrap_err();
    assert_eq!((error.code(), error.at), ("transcript_damaged", 3));
}
