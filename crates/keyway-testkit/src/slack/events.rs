use std::fmt::Write as _;

use keyway_core::provider::sign::Algorithm;
use serde_json::{Value, json};

use super::Slack;

impl Slack {
    /// What Slack tells the app of when somebody mentions it: the message itself is in the channel from
    /// here on. Returns its `ts` and the body.
    pub fn mention(
        &self,
        channel: &str,
        user: &str,
        text: &str,
        thread: Option<&str>,
    ) -> (String, Value) {
        let text = format!("<@{}> {text}", Self::BOT);
        let ts = self.say(channel, user, &text, thread);
        let mut event = json!({
            "type": "app_mention", "user": user, "text": text, "ts": ts, "channel": channel, "event_ts": ts,
            "team": "T0HOME", "blocks": []
        });
        if let Some(thread) = thread {
            event["thread_ts"] = thread.into();
        }
        (ts, self.event(&event))
    }

    /// What Slack tells the app of when somebody says something where it is.
    pub fn message(
        &self,
        channel: &str,
        user: &str,
        text: &str,
        thread: Option<&str>,
    ) -> (String, Value) {
        let ts = self.say(channel, user, text, thread);
        let kind = if channel.starts_with('D') {
            "im"
        } else {
            "channel"
        };
        let mut event = json!({
            "type": "message", "user": user, "text": text, "ts": ts, "channel": channel, "event_ts": ts,
            "channel_type": kind, "team": "T0HOME", "user_team": "T0HOME", "source_team": "T0HOME", "blocks": []
        });
        if let Some(thread) = thread {
            event["thread_ts"] = thread.into();
            event["parent_user_id"] = user.into();
        }
        (ts, self.event(&event))
    }

    /// What Slack puts around an event; each has an id of its own.
    pub fn event(&self, event: &Value) -> Value {
        let mut state = self.state();
        let id = format!("Ev{:08}", state.next());
        let team = state.team.0.clone();
        json!({
            "token": "legacy", "team_id": team, "context_team_id": team, "context_enterprise_id": null,
            "api_app_id": Self::APP, "event": event, "type": "event_callback", "event_id": id,
            "event_time": 1_800_000_000, "is_ext_shared_channel": false,
            "authorizations": [{
                "enterprise_id": null, "team_id": team, "user_id": Self::BOT, "is_bot": true,
                "is_enterprise_install": false
            }]
        })
    }

    /// The headers of a body that is sent at a moment, in seconds since 1970.
    pub fn sign(seconds: i64, body: &[u8]) -> [(&'static str, String); 2] {
        let seconds = seconds.to_string();
        let parts = [b"v0:", seconds.as_bytes(), b":", body];
        let signature = Algorithm::Sha256.sign(Self::SIGNING_SECRET.as_bytes(), &parts);
        let mut hex = String::from("v0=");
        for byte in signature {
            let _ = write!(hex, "{byte:02x}");
        }
        [
            ("x-slack-request-timestamp", seconds),
            ("x-slack-signature", hex),
        ]
    }
}
