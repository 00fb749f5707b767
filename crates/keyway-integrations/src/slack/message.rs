use keyway_core::provider::{WebhookEvent, WebhookOutcome};
use serde_json::Value;

use super::body::{Body, text};
use super::parse::ignored;
use super::place::Place;
use super::rules::{DIRECT_MESSAGE, EDITED, LISTENED, MENTION, REPLY_TO_AGENT, THREAD_REPLY};
use super::settings::{Triggers, is_id, is_ts};
use super::text::{mentions, readable};
use super::triggers;

/// What people say has no subtype, or one of these. Everything else is a note of Slack's own.
const SAID: [&str; 3] = ["file_share", "thread_broadcast", "me_message"];

/// Somebody mentioned the agent.
pub(super) fn mention(
    body: &Body<'_>,
    event: &Value,
    app: &str,
    triggers: &Triggers,
    key: String,
) -> WebhookOutcome {
    let Some(said) = Said::read(event, event) else {
        return ignored(key, "no_place");
    };
    if let Some(rule) = said.no_person(body, app) {
        return ignored(said.key(), rule);
    }
    if !triggers.mentions {
        return ignored(said.key(), "mentions_off");
    }
    said.judge(body, triggers, MENTION, said.key())
}

/// A message where the agent can read.
pub(super) fn message(
    body: &Body<'_>,
    event: &Value,
    app: &str,
    triggers: &Triggers,
    key: String,
) -> WebhookOutcome {
    match text(event, "subtype") {
        Some("message_changed") => return changed(body, event, app, triggers, key),
        Some("message_deleted") => return ignored(key, "message_deleted"),
        Some("bot_message") | None => {}
        Some(subtype) if SAID.contains(&subtype) => {}
        Some(_) => return ignored(key, "message_kind"),
    }
    let Some(said) = Said::read(event, event) else {
        return ignored(key, "no_place");
    };
    if let Some(rule) = said.no_person(body, app) {
        return ignored(said.key(), rule);
    }
    match said.addressed(body, triggers) {
        Ok(rule) => said.judge(body, triggers, rule, said.key()),
        Err(rule) => ignored(said.key(), rule),
    }
}

/// A message that is another one now. Slack says so as well when only a preview of a link was added.
fn changed(
    body: &Body<'_>,
    event: &Value,
    app: &str,
    triggers: &Triggers,
    key: String,
) -> WebhookOutcome {
    let null = Value::Null;
    let now = event.get("message").unwrap_or(&null);
    let before = event.get("previous_message").unwrap_or(&null);
    let Some(said) = Said::read(now, event) else {
        return ignored(key, "no_place");
    };
    if let Some(rule) = said.no_person(body, app) {
        return ignored(key, rule);
    }
    let edited = now.pointer("/edited/ts").and_then(Value::as_str);
    let Some(edited) = edited.filter(|ts| is_ts(ts) && text(before, "text") != text(now, "text"))
    else {
        return ignored(key, "edit_without_change");
    };
    if !triggers.edits {
        return ignored(key, "edit");
    }
    let bot = body.workspace().bot_id.as_deref().unwrap_or_default();
    let had = text(before, "text").is_some_and(|text| mentions(text, bot));
    match said.addressed(body, triggers) {
        // It was a mention before, and is no news as one.
        Err("mention_twin") if had => {}
        Err(rule) => return ignored(key, rule),
        Ok(_) => {}
    }
    let dedupe_key = format!("{}:edited:{edited}", said.key());
    said.judge(body, triggers, EDITED, dedupe_key)
}

/// What somebody said, and where.
struct Said<'a> {
    message: &'a Value,
    channel: &'a str,
    ts: &'a str,
    thread: Option<&'a str>,
    direct: bool,
}

impl<'a> Said<'a> {
    /// Reads a message; its channel is said by the event around it.
    fn read(message: &'a Value, event: &'a Value) -> Option<Self> {
        let (channel, ts) = text(event, "channel").zip(text(message, "ts"))?;
        let thread = text(message, "thread_ts");
        let good = is_id(channel, "CGD") && is_ts(ts) && thread.is_none_or(is_ts);
        let direct = match text(event, "channel_type") {
            Some(kind) => kind == "im",
            None => channel.starts_with('D'),
        };
        good.then_some(Self {
            message,
            channel,
            ts,
            thread,
            direct,
        })
    }

    /// A message is one however it is told of: as a mention, as a message, and once more under another
    /// event id when Slack stumbles.
    fn key(&self) -> String {
        format!("message:{}:{}", self.channel, self.ts)
    }

    /// Why it is not what a person said.
    fn no_person(&self, body: &Body<'_>, app: &str) -> Option<&'static str> {
        let user = text(self.message, "user");
        let bot = body.workspace().bot_id.as_deref();
        let profile = self.message.pointer("/bot_profile/app_id");
        let apps = [
            text(self.message, "app_id"),
            profile.and_then(Value::as_str),
        ];
        if (bot.is_some() && user == bot) || apps.contains(&Some(app)) {
            return Some("own_event");
        }
        let foreign = self.message.get("bot_id").is_some_and(|bot| !bot.is_null());
        let subtype = text(self.message, "subtype");
        if foreign || subtype == Some("bot_message") || user == Some("USLACKBOT") {
            return Some("bot_message");
        }
        user.is_none().then_some("no_user")
    }

    /// By which rule it is said to the agent, or why it is not.
    fn addressed(
        &self,
        body: &Body<'_>,
        triggers: &Triggers,
    ) -> Result<&'static str, &'static str> {
        if self.direct {
            let on = triggers.direct_messages;
            return on.then_some(DIRECT_MESSAGE).ok_or("direct_messages_off");
        }
        let bot = body.workspace().bot_id.as_deref();
        let said = text(self.message, "text").unwrap_or_default();
        if triggers.mentions && bot.is_some_and(|bot| mentions(said, bot)) {
            return Err("mention_twin");
        }
        if triggers.listen.iter().any(|one| one == self.channel) {
            return Ok(LISTENED);
        }
        if self.thread.is_none_or(|thread| thread == self.ts) {
            return Err("not_addressed");
        }
        if !triggers.threads {
            return Err("threads_off");
        }
        let own = bot.is_some() && text(self.message, "parent_user_id") == bot;
        Ok(if own { REPLY_TO_AGENT } else { THREAD_REPLY })
    }

    /// Whether it belongs to what is listened to in its channel, and not to what a mention began.
    fn flows(&self, body: &Body<'_>, triggers: &Triggers, rule: &str) -> bool {
        let bot = body.workspace().bot_id.as_deref();
        let said = text(self.message, "text").unwrap_or_default();
        let mentioned = triggers.mentions && bot.is_some_and(|bot| mentions(said, bot));
        let listened = rule == LISTENED || (rule == EDITED && !mentioned);
        listened && triggers.flows(self.channel)
    }

    /// Whether it may, and what it says.
    fn judge(
        &self,
        body: &Body<'_>,
        triggers: &Triggers,
        rule: &'static str,
        dedupe_key: String,
    ) -> WebhookOutcome {
        if !self.direct && !triggers.reach(self.channel) {
            return ignored(dedupe_key, "channel_not_listed");
        }
        let user = text(self.message, "user").unwrap_or_default();
        if let Some(rule) = triggers::refused(body, self.message, user, triggers) {
            return ignored(dedupe_key, rule);
        }
        let said = readable(self.message, body.workspace());
        if said.is_empty() {
            return ignored(dedupe_key, "no_text");
        }
        // What is said beside any thread is answered in one below it; a direct message is answered beside, and
        // so is what is listened to as one talk.
        let beside = self.direct || self.flows(body, triggers, rule);
        let thread = self.thread.or((!beside).then_some(self.ts));
        let place = Place {
            channel: self.channel.to_owned(),
            ts: self.ts.to_owned(),
            thread_ts: thread.map(str::to_owned),
            user: user.to_owned(),
            direct: self.direct,
        };
        WebhookOutcome::Accepted(WebhookEvent {
            dedupe_key,
            rule,
            thread: Some(place.thread()),
            user: Some(user.to_owned()),
            about: Some(about(self.channel, self.direct)),
            text: if rule == EDITED {
                format!("(changed to) {said}")
            } else {
                said
            },
            place: place.to_value(),
        })
    }
}

/// Where something was said, in few words.
pub(super) fn about(channel: &str, direct: bool) -> String {
    if direct {
        "a direct message".to_owned()
    } else {
        format!("channel {channel}")
    }
}
