use keyway_core::provider::{Posted, Reply};
use keyway_testkit::slack::Misbehaviour;

use super::*;

const MARKER: &str = "kw-0123456789abcdef";

fn answer(text: &str) -> Reply<'_> {
    Reply {
        text,
        marker: MARKER,
        failed: false,
        link: None,
    }
}

async fn asked() -> (World, PublicationContext, Value) {
    let world = World::installed().await;
    let ts = world.vendor.say("C0ONE", "U0ADA", "<@U0BOT> look", None);
    let place = place("C0ONE", &ts, &ts);
    let context = world.acting(json!({}), place.clone()).await;
    (world, context, place)
}

#[tokio::test]
async fn a_reply_is_in_the_thread_and_its_marker_is_hidden() {
    let (world, context, place) = asked().await;
    let reply = Reply {
        link: Some("https://keyway.example/sessions/1"),
        ..answer("**Done**: see [the log](https://a.example) <!channel>")
    };
    let posted = Slack.reply(&context, &place, &reply).await.unwrap();
    let messages = world.vendor.channel("C0ONE").messages;
    let said = messages.last().unwrap();
    assert_eq!(said["thread_ts"], place["threadTs"]);
    let text = said["text"].as_str().unwrap();
    assert!(text.starts_with("*Done*: see <https://a.example|the log> @"));
    assert!(text.ends_with("\n<https://keyway.example/sessions/1|The whole conversation>"));
    assert!(!text.contains(MARKER) && !text.contains("<!"));
    assert_eq!(said["metadata"]["event_payload"]["marker"], MARKER);
    let ts = said["ts"].as_str().unwrap();
    let root = place["threadTs"].as_str().unwrap();
    let url = format!(
        "https://home.slack.example/archives/C0ONE/p{}?thread_ts={root}&cid=C0ONE",
        ts.replace('.', "")
    );
    assert_eq!(
        posted,
        Posted {
            id: ts.to_owned(),
            url: Some(url)
        }
    );
    let found = Slack.find_reply(&context, &place, MARKER).await.unwrap();
    assert_eq!(found, Some(posted));
    let other = Slack
        .find_reply(&context, &place, "kw-another")
        .await
        .unwrap();
    assert_eq!(other, None);
}

#[tokio::test]
async fn a_reply_whose_answer_was_lost_is_found_and_not_said_twice() {
    let (world, context, place) = asked().await;
    assert_eq!(
        Slack.find_reply(&context, &place, MARKER).await.unwrap(),
        None
    );
    world
        .vendor
        .misbehave("chat.postMessage", Misbehaviour::AnswerLost);
    let error = Slack
        .reply(&context, &place, &answer("done"))
        .await
        .unwrap_err();
    assert_eq!(error.code(), "vendor_failed");
    is_safe(&error);
    let found = Slack
        .find_reply(&context, &place, MARKER)
        .await
        .unwrap()
        .unwrap();
    let replies = |world: &World| {
        let messages = world.vendor.channel("C0ONE").messages;
        messages
            .into_iter()
            .filter(|one| one["metadata"]["event_payload"]["marker"] == MARKER)
            .count()
    };
    assert_eq!(replies(&world), 1);
    assert!(found.url.is_some());
    // Slack itself never finds out: who says it twice is heard twice.
    Slack
        .reply(&context, &place, &answer("done"))
        .await
        .unwrap();
    assert_eq!(replies(&world), 2);
}

#[tokio::test]
async fn a_marker_counts_on_messages_of_the_agent_alone() {
    let (world, context, place) = asked().await;
    let root = place["threadTs"].clone();
    world.vendor.change_channel("C0ONE", |channel| {
        channel.messages.push(json!({
            "type": "message", "user": "U0EVE", "text": "me", "ts": "1900000000.000001", "thread_ts": root,
            "metadata": { "event_type": "keyway_reply", "event_payload": { "marker": MARKER } }
        }));
    });
    assert_eq!(
        Slack.find_reply(&context, &place, MARKER).await.unwrap(),
        None
    );
}

#[tokio::test]
async fn a_reply_is_found_behind_hundreds_of_others() {
    let (world, context, place) = asked().await;
    let root = place["threadTs"].as_str().unwrap();
    for number in 0..450 {
        world
            .vendor
            .say("C0ONE", "U0ADA", &format!("{number}"), Some(root));
    }
    let posted = Slack
        .reply(&context, &place, &answer("late"))
        .await
        .unwrap();
    let found = Slack.find_reply(&context, &place, MARKER).await.unwrap();
    assert_eq!(found, Some(posted));
    assert_eq!(world.vendor.calls_of("conversations.replies").len(), 3);
}

#[tokio::test]
async fn a_text_longer_than_slack_takes_is_cut_with_a_note_and_the_link() {
    let (world, context, place) = asked().await;
    let text = "&ä".repeat(30_000);
    let reply = Reply {
        link: Some("https://keyway.example/sessions/1"),
        ..answer(&text)
    };
    Slack.reply(&context, &place, &reply).await.unwrap();
    let messages = world.vendor.channel("C0ONE").messages;
    let said = messages.last().unwrap()["text"].as_str().unwrap();
    assert!(said.chars().count() <= 40_000);
    assert!(said.contains("longer than Slack takes") && said.ends_with("|The whole conversation>"));
}

#[tokio::test]
async fn a_direct_message_is_answered_beside_it_and_found_there() {
    let world = World::installed().await;
    let ts = world.vendor.say("D0ADA", "U0ADA", "hello", None);
    let place =
        json!({ "channel": "D0ADA", "ts": ts, "threadTs": null, "user": "U0ADA", "direct": true });
    let context = world.acting(json!({}), place.clone()).await;
    let reply = Reply {
        failed: true,
        ..answer("no answer came")
    };
    let posted = Slack.reply(&context, &place, &reply).await.unwrap();
    let messages = world.vendor.channel("D0ADA").messages;
    let said = messages.last().unwrap();
    assert_eq!(said.get("thread_ts"), None);
    assert_eq!(said["text"], ":warning: no answer came");
    let found = Slack.find_reply(&context, &place, MARKER).await.unwrap();
    assert_eq!(found, Some(posted));
}

#[tokio::test]
async fn everybody_is_addressed_only_where_the_publication_lets_it() {
    let world = World::installed().await;
    let ts = world.vendor.say("C0ONE", "U0ADA", "<@U0BOT> look", None);
    let place = place("C0ONE", &ts, &ts);
    for (allowed, expected) in [(false, "@\u{2060}channel look"), (true, "<!channel> look")] {
        let context = world
            .acting(json!({ "broadcasts": allowed }), place.clone())
            .await;
        Slack
            .reply(&context, &place, &answer("@channel look"))
            .await
            .unwrap();
        let messages = world.vendor.channel("C0ONE").messages;
        assert_eq!(messages.last().unwrap()["text"], expected);
    }
}

#[tokio::test]
async fn a_message_is_acknowledged_by_an_emoji_and_an_assistant_thread_by_a_status() {
    let (world, context, place) = asked().await;
    for _ in 0..2 {
        Slack.acknowledge(&context, &place).await.unwrap();
    }
    let seen = &world.vendor.channel("C0ONE").messages[0]["reactions"];
    assert_eq!(seen.as_array().unwrap().len(), 1);
    assert_eq!(seen[0]["name"], "eyes");
    let root = world.vendor.say("D0ADA", Vendor::BOT, "", None);
    let ts = world.vendor.say("D0ADA", "U0ADA", "hello", Some(&root));
    let direct =
        json!({ "channel": "D0ADA", "ts": ts, "threadTs": root, "user": "U0ADA", "direct": true });
    Slack.acknowledge(&context, &direct).await.unwrap();
    let status = &world.vendor.calls_of("assistant.threads.setStatus")[0];
    assert_eq!(
        (&status.fields["channel_id"], &status.fields["thread_ts"]),
        (&"D0ADA".to_owned(), &root)
    );
    assert!(
        world.vendor.channel("D0ADA").messages[1]
            .get("reactions")
            .is_none()
    );
    // Where it is no thread of the assistant, an emoji does.
    let refused = Misbehaviour::Refuses("channel_not_found".into());
    world
        .vendor
        .misbehave("assistant.threads.setStatus", refused);
    Slack.acknowledge(&context, &direct).await.unwrap();
    assert_eq!(
        world.vendor.channel("D0ADA").messages[1]["reactions"][0]["name"],
        "eyes"
    );
}

#[tokio::test]
async fn nothing_is_acknowledged_where_that_is_off() {
    let mut world = World::installed().await;
    world.settings["seen"] = Value::Null;
    let ts = world.vendor.say("C0ONE", "U0ADA", "<@U0BOT> look", None);
    let place = place("C0ONE", &ts, &ts);
    let context = world.acting(json!({}), place.clone()).await;
    Slack.acknowledge(&context, &place).await.unwrap();
    assert!(world.vendor.calls_of("reactions.add").is_empty());
}
