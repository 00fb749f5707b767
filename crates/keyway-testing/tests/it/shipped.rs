//! The providers that come with the gateway do what every provider has to do.

use std::time::Duration;

use keyway::provider::{Fixture, Granularity, Workspace};
use keyway_integrations::{GitHub, Linear, Slack, Webhook};
use keyway_testing::{ProviderKit, UpperCase};
use serde_json::json;

fn workspace(id: &str) -> Workspace {
    let mut there = Workspace::new(id, "acme");
    there.bot_id = Some("U0BOT".into());
    there.bot_name = Some("keyway".into());
    there
}

#[test]
fn github_does_what_every_provider_has_to_do() {
    ProviderKit::of(&GitHub)
        .settings(json!({ "appId": "7", "appSlug": "keyway" }))
        .workspace(workspace("42"))
        .upper_case(UpperCase::Taken)
        .rules([
            "mentioned",
            "labeled",
            "assigned",
            "review_requested",
            "installed",
            "uninstalled",
            "suspended",
            "unsuspended",
            "permissions_accepted",
            "ping",
            "no_event",
            "not_requested",
            "repositories_changed",
            "action_not_used",
            "payload_incomplete",
            "own_event",
            "repository_not_listed",
            "mentions_off",
            "no_mention",
            "edit_of_nothing_said",
            "edit_mentions_again",
            "label_not_listed",
            "assignee_not_listed",
            "reviewer_not_listed",
            "person_not_listed",
            "sender_is_bot",
            "association_not_listed",
            "association_unknown",
            "label_missing",
            "settings_unreadable",
        ])
        .check();
}

#[test]
fn linear_does_what_every_provider_has_to_do() {
    ProviderKit::of(&Linear)
        .settings(json!({ "clientId": "client-1", "oauthClientId": "app-1" }))
        .workspace(workspace("org-1"))
        .timed(Duration::from_mins(1))
        .upper_case(UpperCase::Taken)
        .rules([
            "session_prompted",
            "stop_signal",
            "assigned",
            "mentioned",
            "label_added",
            "app_revoked",
            "settings_unreadable",
            "other_app",
            "own_event",
            "kind_not_wanted",
            "told_by_session",
            "person_not_listed",
            "no_member",
            "another_app",
            "other_team",
            "comment_changed",
            "edited",
            "label_not_listed",
            "not_on_an_issue",
            "no_message",
            "unreadable",
        ])
        .check();
}

#[test]
fn slack_does_what_every_provider_has_to_do() {
    ProviderKit::of(&Slack)
        .settings(json!({ "clientId": "1.2", "appId": "A0APP" }))
        .workspace(workspace("T0HOME"))
        .timed(Duration::from_mins(5))
        .rules([
            "reply_to_agent",
            "thread_reply",
            "listened",
            "reaction",
            "edited",
            "tokens_revoked",
            "app_uninstalled",
            "no_challenge",
            "no_event_id",
            "settings_unreadable",
            "event_not_handled",
            "own_event",
            "bot_message",
            "message_deleted",
            "mention_twin",
            "channel_not_listed",
            "guest",
            "stranger",
            "stranger_unknown",
        ])
        .check();
}

/// An event with an id of its own, as most systems send them.
const EVENT: Fixture = Fixture {
    name: "other",
    about: "something else",
    headers: &[],
    body: r#"{ "id": "other-{{id}}", "ticket": "8", "text": "hello", "by": "bob" }"#,
};

#[test]
fn the_generic_webhook_does_what_every_provider_has_to_do_however_it_is_signed() {
    let places = |verification| {
        json!({
            "verification": verification, "eventId": "/id", "conversation": "/ticket",
            "message": "/text", "actor": "/by"
        })
    };
    let timed = json!({
        "kind": "hmac", "header": "X-Sign", "prefix": "v1=", "signed": "{timestamp}.{body}",
        "timestampHeader": "X-Time", "algorithm": "sha512"
    });
    ProviderKit::of(&Webhook)
        .settings(places(timed))
        .fixture(EVENT)
        .granularity(Granularity::PerThread)
        .timed(Duration::from_mins(5))
        .upper_case(UpperCase::Taken)
        .rules(["actor_not_listed", "settings_unreadable"])
        .check();
    let plain = json!({ "kind": "hmac", "header": "X-Sign", "encoding": "base64" });
    ProviderKit::of(&Webhook)
        .settings(places(plain))
        .triggers(json!({ "actors": ["ada"] }))
        .check();
    let standard = json!({ "kind": "standard_webhooks", "toleranceSeconds": 60 });
    ProviderKit::of(&Webhook)
        .settings(places(standard))
        .timed(Duration::from_mins(1))
        .check();
}
