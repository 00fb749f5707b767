use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State as Shared};
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::server::Inner;
use super::{Call, Delivered, Slack};

impl Slack {
    /// What Slack sends when somebody presses a button below a message of the app; nothing where there is
    /// no such message, or no such button below it.
    pub fn pressing(&self, channel: &str, ts: &str, user: &str, action: &str) -> Option<Value> {
        let home = self.url();
        let mut state = self.state();
        let messages = &state.channels.get(channel)?.messages;
        let message = messages.iter().find(|one| one["ts"] == ts)?.clone();
        let button = buttons(&message)
            .into_iter()
            .find(|button| button["action_id"] == action)?;
        let person = state.users.get(user)?.clone();
        let (team, domain) = state.team.clone();
        let number = state.next();
        let when = state.next_ts();
        let container = json!({
            "type": "message", "message_ts": ts, "channel_id": channel, "is_ephemeral": false,
            "thread_ts": message.get("thread_ts")
        });
        Some(json!({
            "type": "block_actions",
            "api_app_id": Self::APP,
            "team": { "id": team, "domain": domain.to_lowercase() },
            "enterprise": null,
            "is_enterprise_install": false,
            "user": {
                "id": user, "username": person["name"], "name": person["name"], "team_id": person["team_id"]
            },
            "container": container,
            "channel": { "id": channel, "name": "channel" },
            "message": message,
            "response_url": format!("{home}/actions/{number}"),
            "trigger_id": format!("{number}.1.a"),
            "token": "legacy",
            "actions": [{
                "type": "button", "block_id": "b", "action_id": action, "value": button["value"],
                "text": button["text"], "style": button["style"], "action_ts": when
            }]
        }))
    }

    /// Somebody presses a button below a message.
    ///
    /// # Errors
    ///
    /// There is no such button, nobody is there, or it breaks off.
    pub async fn press_button(
        &self,
        webhook: &str,
        (channel, ts): (&str, &str),
        user: &str,
        action: &str,
    ) -> std::io::Result<Delivered> {
        let payload = self.pressing(channel, ts, user, action);
        let payload = payload.ok_or_else(|| std::io::Error::other("there is no such button"))?;
        self.press(&format!("{webhook}/interactive"), &payload)
            .await
    }

    /// What one person alone was told, oldest first.
    pub fn whispers(&self, user: &str) -> Vec<Value> {
        let state = self.state();
        let own = state.whispers.iter().filter(|one| one["user"] == user);
        own.cloned().collect()
    }
}

/// The buttons below a message.
fn buttons(message: &Value) -> Vec<Value> {
    let blocks = message["blocks"].as_array().cloned().unwrap_or_default();
    let actions = blocks.into_iter().filter(|one| one["type"] == "actions");
    actions
        .flat_map(|one| one["elements"].as_array().cloned().unwrap_or_default())
        .collect()
}

/// A `response_url`: whoever follows one is written down.
pub(super) async fn respond(
    Shared(inner): Shared<Arc<Inner>>,
    Path(press): Path<String>,
    body: Bytes,
) -> StatusCode {
    let body = String::from_utf8_lossy(&body).into_owned();
    let call = Call {
        method: "response_url".into(),
        authorization: String::new(),
        fields: BTreeMap::from([("press".to_owned(), press), ("body".to_owned(), body)]),
        error: None,
    };
    inner.state.lock().calls.push(call);
    StatusCode::OK
}
