use keyway_agent::Update;
use keyway_agent::model::ModelRequest;
use keyway_agent::transcript::{Event, StopReason, Usage};
use keyway_testkit::models::{Call, Turn, Wire};
use serde_json::json;

use crate::world::{ALL, BOTH, World};

#[tokio::test]
async fn an_answer_is_streamed_and_kept() {
    for wire in ALL {
        let turn = Turn::text(["Hel", "lo ", "wörld"]).costing(100, 20);
        let mut world = World::new(wire, vec![turn]).await;
        let end = world.say("hi").await;
        assert_eq!(end.reason, StopReason::Finished);
        let usage = Usage {
            input_tokens: 100,
            output_tokens: 20,
            cost_micros: None,
        };
        assert_eq!(end.usage, usage);
        let deltas = world
            .heard
            .count(|update| matches!(update, Update::TextDelta(_)));
        assert_eq!((deltas, world.heard.text().as_str()), (3, "Hello wörld"));
        assert_eq!(
            world.events(),
            [
                Event::UserMessage {
                    text: "hi".to_owned()
                },
                Event::AssistantMessage {
                    text: "Hello wörld".to_owned(),
                    calls: Vec::new(),
                    usage,
                    cut: false,
                    carry: None,
                },
                Event::TurnEnded {
                    reason: StopReason::Finished,
                    usage
                },
            ]
        );
    }
}

#[tokio::test]
async fn the_vendor_is_sent_its_key_the_prompt_and_the_tools_and_nothing_of_the_others() {
    for wire in ALL {
        let mut world = World::new(wire, vec![Turn::text(["ok"])]).await;
        world.say("hi").await;
        let asked = world.server.asked().remove(0);
        assert_eq!(asked.wire, wire);
        let body = &asked.body;
        let text = body.to_string();
        assert!(
            text.contains(r"You are a test.\n\nThere are tools."),
            "{text}"
        );
        let (model, tools, key) = match wire {
            Wire::Anthropic => (&body["model"], &body["tools"], "x-api-key"),
            Wire::OpenAi => (&body["model"], &body["tools"], "authorization"),
            Wire::Gemini => (&json!("gemini-3-test"), &body["tools"][0], "x-goog-api-key"),
        };
        assert!(model.as_str().unwrap().ends_with("-test"));
        assert!(tools.to_string().contains(r#""name":"add""#), "{tools}");
        for header in ["x-api-key", "authorization", "x-goog-api-key"] {
            assert_eq!(
                asked.headers.contains_key(header),
                header == key,
                "{header}"
            );
        }
    }
}

#[tokio::test]
async fn a_conversation_goes_on_where_it_was() {
    for wire in ALL {
        let turns = vec![Turn::text(["one"]), Turn::text(["two"])];
        let mut world = World::new(wire, turns).await;
        world.say("first").await;
        world.say("second").await;
        let sent = world.sent(1);
        let words = serde_json::to_string(&sent).unwrap();
        let places: Vec<_> = ["first", "one", "second"]
            .map(|word| words.find(word).unwrap())
            .to_vec();
        assert!(places.is_sorted(), "{words}");
    }
}

#[tokio::test]
async fn another_model_answers_from_where_it_was_changed() {
    let mut world = World::new(Wire::Anthropic, vec![Turn::text(["a"]), Turn::text(["b"])]).await;
    world.say("first").await;
    let other = "openai/gpt-other".parse().unwrap();
    world
        .transcript
        .change_model(&other, jiff::Timestamp::UNIX_EPOCH)
        .await
        .unwrap();
    world.say("second").await;
    let asked = world.server.asked();
    assert_eq!(asked[1].wire, Wire::OpenAi);
    assert_eq!(asked[1].body["model"], "gpt-other");
}

/// Signed reasoning goes back to its vendor with the calls it led to, and to nobody else.
#[tokio::test]
async fn signed_reasoning_goes_back_to_its_vendor_alone() {
    let mut call = Turn::calls([Call::new("add", json!({ "n": 1 }))]);
    call.reasoning = vec!["hm, ".to_owned(), "add".to_owned()];
    let turns = vec![call, Turn::text(["2"]), Turn::text(["b"])];
    let mut world = World::new(Wire::Anthropic, turns).await;
    world.say("first").await;
    assert_eq!(
        world
            .heard
            .count(|update| matches!(update, Update::ReasoningDelta(_))),
        2
    );
    let block = &world.sent(1)[1]["content"][0];
    assert_eq!(
        *block,
        json!({ "type": "thinking", "thinking": "hm, add", "signature": "signature-0" })
    );

    let other = "openai/gpt-other".parse().unwrap();
    world
        .transcript
        .change_model(&other, jiff::Timestamp::UNIX_EPOCH)
        .await
        .unwrap();
    world.say("second").await;
    let sent = serde_json::to_string(&world.sent(2)).unwrap();
    assert!(
        !sent.contains("signature") && !sent.contains("hm, "),
        "{sent}"
    );
}

#[tokio::test]
async fn names_of_models_arrive_as_they_are_written() {
    for model in [
        "openai/qwen3-max",
        "openai/gpt-5-high",
        "openai/a/b::c",
        "anthropic/kimi-k2-low",
    ] {
        let wire = if model.starts_with("openai") {
            Wire::OpenAi
        } else {
            Wire::Anthropic
        };
        let mut world = World::new(wire, vec![Turn::text(["ok"])]).await;
        let name = model.parse().unwrap();
        world
            .transcript
            .change_model(&name, jiff::Timestamp::UNIX_EPOCH)
            .await
            .unwrap();
        world.say("hi").await;
        let body = &world.server.asked()[0].body;
        assert_eq!(body["model"], name.model());
        assert_eq!(
            body.get("reasoning_effort").or(body.get("thinking")),
            None,
            "{body}"
        );
    }
}

#[tokio::test]
async fn one_question_can_be_asked_without_a_turn() {
    for wire in BOTH {
        let server = keyway_testkit::models::ModelServer::start(vec![Turn::text(["4", "2"])]).await;
        let vendors = vec![crate::world::vendor(wire, &server)];
        let name = format!("{}/m", vendors[0].name);
        let model = keyway_agent::model::GenaiModel::new(
            vendors,
            crate::world::clients(),
            keyway_agent::model::Patience::default(),
        );
        let request = ModelRequest {
            model: name.parse().unwrap(),
            system: String::new(),
            messages: vec![keyway_agent::model::Message::User {
                text: "?".to_owned(),
            }],
            tools: Vec::new(),
            max_output_tokens: Some(64),
        };
        let (text, ..) = keyway_agent::model::complete(&model, request)
            .await
            .unwrap();
        assert_eq!(text, "42");
        assert_eq!(server.asked()[0].body["max_tokens"], 64);
    }
}

/// A conversation with calls that one vendor's model began is gone on with by every other's.
#[tokio::test]
async fn a_conversation_is_handed_from_any_vendor_to_any_other() {
    for from in ALL {
        for to in [
            "anthropic/claude-b",
            "openai/gpt-b",
            "gemini/gemini-3-b",
            "gemini/gemini-2-b",
        ] {
            let mut call = Turn::calls([
                Call::new("add", json!({ "n": 1 })),
                Call::new("add", json!({ "n": 2 })),
            ]);
            call.reasoning = vec!["hm".to_owned()];
            let turns = vec![
                call.clone(),
                Turn::text(["3"]),
                call,
                Turn::text(["again 3"]),
            ];
            let mut world = World::new(from, turns).await;
            world.say("first").await;
            let other = to.parse().unwrap();
            let at = jiff::Timestamp::UNIX_EPOCH;
            world.transcript.change_model(&other, at).await.unwrap();
            assert_eq!(world.say("second").await.reason, StopReason::Finished);
            assert_eq!(world.heard.text(), "again 3");
        }
    }
}

/// What was said so far is marked as worth caching, where a vendor wants that said.
#[tokio::test]
async fn the_conversation_so_far_is_marked_for_caching() {
    let mut world = World::new(Wire::Anthropic, vec![Turn::text(["ok"])]).await;
    world.say("hi").await;
    let sent = world.sent(0).pop().unwrap();
    assert_eq!(
        sent["content"][0]["cache_control"]["type"], "ephemeral",
        "{sent}"
    );
}
