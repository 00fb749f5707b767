//! What needs no Slack: signatures, what events mean, who may, conversations, settings.

#![expect(
    clippy::needless_pass_by_value,
    reason = "bodies are written where they are used"
)]

mod events;
mod pressed;
mod settings;
mod signed;
mod who;

use http::HeaderMap;
use jiff::Timestamp;
use keyway_core::Secret;
use keyway_core::provider::sign::Algorithm;
use keyway_core::provider::{
    Granularity, IntegrationProvider as _, ProviderContext, WebhookEvent, WebhookOutcome,
    WebhookRequest, Workspace,
};
use serde_json::{Value, json};

use super::Slack;

const NOW: i64 = 1_800_000_000;
const SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";
const ROOT: &str = "1799999000.000100";

/// An installation, and its publication.
struct Set {
    settings: Value,
    triggers: Value,
    secret: Secret<String>,
    workspace: Option<Workspace>,
}

impl Set {
    fn new() -> Self {
        Self {
            settings: json!({ "clientId": "1.2", "appId": "A0APP" }),
            triggers: json!({}),
            secret: Secret::new(SECRET.to_owned()),
            workspace: Some(Workspace {
                bot_id: Some("U0BOT".into()),
                bot_name: Some("keeper".into()),
                ..Workspace::new("T0HOME", "Home")
            }),
        }
    }

    fn with(triggers: Value) -> Self {
        let set = Self {
            triggers,
            ..Self::new()
        };
        Slack.check(&set.context(), Granularity::PerThread).unwrap();
        set
    }

    fn context(&self) -> ProviderContext<'_> {
        ProviderContext {
            settings: &self.settings,
            triggers: &self.triggers,
            secret: &self.secret,
            workspace: self.workspace.as_ref(),
            now: Timestamp::from_second(NOW).unwrap(),
        }
    }

    fn parse(&self, body: &Value) -> WebhookOutcome {
        self.parse_bytes(body.to_string().as_bytes())
    }

    fn parse_bytes(&self, body: &[u8]) -> WebhookOutcome {
        let headers = HeaderMap::new();
        let request = WebhookRequest {
            headers: &headers,
            body,
        };
        Slack.parse_webhook(&request, &self.context())
    }

    fn accepted(&self, body: &Value) -> WebhookEvent {
        match self.parse(body) {
            WebhookOutcome::Accepted(event) => event,
            other => unreachable!("{other:?}"),
        }
    }

    /// By which rule a body wakes the agent, or does not.
    fn rule(&self, body: &Value) -> String {
        match self.parse(body) {
            WebhookOutcome::Ignored { rule, .. } => rule,
            WebhookOutcome::Accepted(event) => format!("accepted {}", event.rule),
            other => unreachable!("{other:?}"),
        }
    }

    fn key(&self, body: &Value) -> String {
        match self.parse(body) {
            WebhookOutcome::Ignored { dedupe_key, .. }
            | WebhookOutcome::Changed { dedupe_key, .. } => dedupe_key,
            WebhookOutcome::Accepted(event) => event.dedupe_key,
            other => unreachable!("{other:?}"),
        }
    }
}

/// An event, in what Slack puts around each.
fn around(event: Value) -> Value {
    json!({
        "token": "XXYYZZ",
        "team_id": "T0HOME",
        "context_team_id": "T0HOME",
        "context_enterprise_id": null,
        "api_app_id": "A0APP",
        "event": event,
        "type": "event_callback",
        "event_id": "Ev0ONE",
        "event_time": NOW,
        "authorizations": [{
            "enterprise_id": null, "team_id": "T0HOME", "user_id": "U0BOT",
            "is_bot": true, "is_enterprise_install": false
        }],
        "is_ext_shared_channel": false,
        "event_context": "4-xyz"
    })
}

fn mention(text: &str) -> Value {
    around(json!({
        "type": "app_mention", "user": "U0ADA", "text": text, "ts": ROOT, "channel": "C0ONE",
        "event_ts": ROOT, "team": "T0HOME", "client_msg_id": "d1", "blocks": []
    }))
}

fn message(more: Value) -> Value {
    let mut event = json!({
        "type": "message", "user": "U0ADA", "text": "hello", "ts": "1799999500.000200",
        "channel": "C0ONE", "channel_type": "channel", "event_ts": "1799999500.000200",
        "team": "T0HOME", "user_team": "T0HOME", "source_team": "T0HOME", "blocks": []
    });
    for (name, value) in more.as_object().unwrap() {
        event[name] = value.clone();
    }
    around(event)
}

fn reaction(more: Value) -> Value {
    let mut event = json!({
        "type": "reaction_added", "user": "U0ADA", "reaction": "robot_face", "item_user": "U0BOT",
        "item": { "type": "message", "channel": "C0ONE", "ts": ROOT },
        "event_ts": "1799999600.000300"
    });
    for (name, value) in more.as_object().unwrap() {
        event[name] = value.clone();
    }
    around(event)
}

fn hex(parts: &[&[u8]]) -> String {
    let signature = Algorithm::Sha256.sign(SECRET.as_bytes(), parts);
    let digits = signature.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}
