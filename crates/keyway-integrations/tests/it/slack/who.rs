use keyway_core::provider::{Gathering, ProviderContext, Vouched, WebhookEvent};
use keyway_testkit::slack::Misbehaviour;

use super::*;

fn by(user: &str) -> WebhookEvent {
    let mut at = place("C0ONE", "1800000000.000001", "1800000000.000001");
    at["user"] = user.into();
    WebhookEvent {
        rule: "mention",
        place: at,
        ..WebhookEvent::new("1", "look")
    }
}

#[tokio::test]
async fn slack_is_asked_who_is_a_guest_or_a_stranger() {
    let world = World::installed().await;
    world.vendor.change_user("U0GUEST", |user| {
        *user = json!({ "id": "U0GUEST", "team_id": "T0HOME", "is_restricted": true });
    });
    let context = world.acting(json!({}), Value::Null).await;
    for (user, expected) in [
        ("U0ADA", Vouched::Yes),
        ("U0GUEST", Vouched::No("guest")),
        ("U0EVE", Vouched::No("stranger")),
        ("U0NOBODY", Vouched::No("stranger")),
    ] {
        let vouched = Slack.vouch(&context, &by(user)).await.unwrap();
        assert_eq!(vouched, expected, "{user}");
    }
    let open = world.acting(json!({ "guests": true }), Value::Null).await;
    assert_eq!(
        Slack.vouch(&open, &by("U0GUEST")).await.unwrap(),
        Vouched::Yes
    );
    let still = Slack.vouch(&open, &by("U0EVE")).await.unwrap();
    assert_eq!(still, Vouched::No("stranger"));
    // What cannot be asked is no yes.
    for trouble in [Misbehaviour::Fails, Misbehaviour::Empty] {
        world.vendor.misbehave("users.info", trouble);
        let error = Slack.vouch(&context, &by("U0ADA")).await.unwrap_err();
        assert_eq!(error.code(), "vendor_failed");
        is_safe(&error);
    }
}

#[tokio::test]
async fn who_is_listed_needs_nobody_s_word() {
    let world = World::installed().await;
    let vouching = |triggers: &Value| {
        let context = ProviderContext {
            settings: &world.settings,
            triggers,
            secret: &world.webhook_secret,
            workspace: world.workspace.as_ref(),
            now: world.now,
        };
        Slack.vouching(&context, &by("U0ADA"))
    };
    assert_eq!(vouching(&json!({})), Some("U0ADA".to_owned()));
    assert_eq!(
        vouching(&json!({ "guests": true })),
        Some("U0ADA".to_owned())
    );
    assert_eq!(vouching(&json!({ "people": ["U0ADA"] })), None);
}

#[tokio::test]
async fn a_message_leads_to_its_thread_or_to_none() {
    let world = World::installed().await;
    let root = world.vendor.say("C0ONE", "U0ADA", "<@U0BOT> look", None);
    let answer = world.vendor.say("C0ONE", Vendor::BOT, "Here.", Some(&root));
    let alone = world.vendor.say("C0ONE", Vendor::BOT, "News.", None);
    let direct = world.vendor.say("D0ADA", Vendor::BOT, "Hello.", None);
    let reaction = |channel: &str, ts: &str| {
        let mut at = place(channel, ts, ts);
        at["direct"] = channel.starts_with('D').into();
        WebhookEvent {
            rule: "reaction",
            place: at,
            ..WebhookEvent::new("1", "put an emoji")
        }
    };
    let quiet = json!({});
    let listens = json!({ "listen": ["C0ONE"] });
    for (triggers, channel, ts, thread) in [
        (&quiet, "C0ONE", &answer, format!("C0ONE:{root}")),
        (&quiet, "C0ONE", &alone, format!("C0ONE:{alone}")),
        (&quiet, "D0ADA", &direct, "D0ADA".to_owned()),
        (&listens, "C0ONE", &answer, format!("C0ONE:{root}")),
        (&listens, "C0ONE", &alone, "C0ONE".to_owned()),
    ] {
        let context = world.acting(triggers.clone(), Value::Null).await;
        let event = reaction(channel, ts);
        assert!(Slack.is_lost(&event));
        let located = Slack.locate(&context, &event).await.unwrap();
        assert_eq!(located.thread.as_deref(), Some(&*thread));
        assert_eq!(located.place["ts"], ts.as_str());
    }
    let context = world.acting(quiet, Value::Null).await;
    let gone = Slack.locate(&context, &reaction("C0ONE", "1.000001")).await;
    assert_eq!(gone.unwrap_err().code(), "target_not_found");
    assert!(!Slack.is_lost(&by("U0ADA")));
}

#[tokio::test]
async fn only_what_is_listened_to_waits_and_what_is_said_to_the_agent_hurries() {
    let world = World::installed().await;
    let gathering = |triggers: &Value, rule: &'static str| {
        let context = ProviderContext {
            settings: &world.settings,
            triggers,
            secret: &world.webhook_secret,
            workspace: world.workspace.as_ref(),
            now: world.now,
        };
        Slack.gathering(
            &context,
            &WebhookEvent {
                rule,
                ..by("U0ADA")
            },
        )
    };
    let seconds = std::time::Duration::from_secs;
    let listens = json!({ "listen": ["C0ONE"] });
    assert_eq!(
        gathering(&listens, "listened"),
        Gathering::Waits(seconds(10))
    );
    assert_eq!(gathering(&listens, "mention"), Gathering::Hurries);
    let longer = json!({ "listen": ["C0ONE"], "listenSeconds": 60 });
    assert_eq!(
        gathering(&longer, "listened"),
        Gathering::Waits(seconds(60))
    );
    let off = json!({ "listen": ["C0ONE"], "listenSeconds": 0 });
    assert_eq!(gathering(&off, "listened"), Gathering::Alone);
    assert_eq!(gathering(&json!({}), "mention"), Gathering::Alone);
}
