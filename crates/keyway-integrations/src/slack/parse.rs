use keyway_core::provider::{
    InstallationChange, ProviderContext, WebhookEvent, WebhookOutcome, WebhookRequest,
};
use serde_json::Value;

use super::body::{self, Body, of_bytes, text};
use super::place::Place;
use super::rules::REACTION;
use super::settings::{Settings, Triggers, is_id, is_ts};
use super::{message, triggers};

/// The longest text that is answered with.
const CHALLENGE: usize = 1_024;

/// What a request that was verified means. Whether Slack sends it again is said by an unsigned header,
/// which is not read: the same event has the same key.
pub(super) fn parse(request: &WebhookRequest<'_>, context: &ProviderContext<'_>) -> WebhookOutcome {
    let unknown = |rule| ignored(of_bytes(request.body), rule);
    let Some(value) = body::read(request.body) else {
        return unknown("body_not_json");
    };
    if is_challenge(&value) {
        return match challenged(&value) {
            Some(challenge) => WebhookOutcome::Answered(challenge),
            None => unknown("no_challenge"),
        };
    }
    let read = Settings::read(context.settings).ok();
    let Some((settings, triggers)) = read.zip(Triggers::read(context.triggers).ok()) else {
        return unknown("settings_unreadable");
    };
    let Some((workspace, app)) = context.workspace.zip(settings.app_id.as_deref()) else {
        return unknown("not_installed");
    };
    let body = Body::new(&value, workspace);
    if body.get("api_app_id") != Some(app) {
        return unknown("other_app");
    }
    if !body.is_for_workspace() {
        return unknown("other_workspace");
    }
    match body.get("type") {
        Some("event_callback") => {}
        Some("app_rate_limited") => return unknown("events_limited"),
        _ => return unknown("event_not_handled"),
    }
    let Some(key) = body.event_key() else {
        return unknown("no_event_id");
    };
    let event = body.event();
    match text(event, "type") {
        Some("app_mention") => message::mention(&body, event, app, &triggers, key),
        Some("message") => message::message(&body, event, app, &triggers, key),
        Some("reaction_added") => reaction(&body, event, &triggers, key),
        Some("assistant_thread_started") => ignored(key, "assistant_thread_started"),
        Some("tokens_revoked") => {
            let bots = event.pointer("/tokens/bot").and_then(Value::as_array);
            let mut bots = bots.into_iter().flatten().map(Value::as_str);
            let own = workspace.bot_id.as_deref();
            if own.is_some() && bots.any(|bot| bot == own) {
                revoked(key, "tokens_revoked")
            } else {
                ignored(key, "other_tokens_revoked")
            }
        }
        Some("app_uninstalled") => revoked(key, "app_uninstalled"),
        _ => ignored(key, "event_not_handled"),
    }
}

/// An emoji on a message.
fn reaction(body: &Body<'_>, event: &Value, triggers: &Triggers, key: String) -> WebhookOutcome {
    let Some(user) = text(event, "user") else {
        return ignored(key, "no_user");
    };
    let bot = body.workspace().bot_id.as_deref();
    if bot == Some(user) {
        return ignored(key, "own_event");
    }
    // A tone of skin is no other emoji.
    let emoji = text(event, "reaction").unwrap_or_default();
    let emoji = emoji.split("::").next().unwrap_or_default();
    if !triggers.reactions.iter().any(|one| one == emoji) {
        return ignored(key, "reaction_not_listed");
    }
    let item = event.get("item").unwrap_or(&Value::Null);
    let own = bot.is_some() && text(event, "item_user") == bot;
    if !own || text(item, "type") != Some("message") {
        return ignored(key, "reaction_elsewhere");
    }
    let place = text(item, "channel").zip(text(item, "ts"));
    let place = place.filter(|(channel, ts)| is_id(channel, "CGD") && is_ts(ts));
    let Some((channel, ts)) = place else {
        return ignored(key, "no_place");
    };
    let direct = channel.starts_with('D');
    if !direct && !triggers.reach(channel) {
        return ignored(key, "channel_not_listed");
    }
    if let Some(rule) = triggers::refused(body, event, user, triggers) {
        return ignored(key, rule);
    }
    let place = Place {
        channel: channel.to_owned(),
        ts: ts.to_owned(),
        thread_ts: Some(ts.to_owned()),
        user: user.to_owned(),
        direct,
    };
    // One person puts one emoji on one message at one moment, however often Slack tells of it and under
    // whatever id.
    let when = text(event, "event_ts").filter(|ts| is_ts(ts));
    let dedupe_key = match when {
        Some(when) => format!("reaction:{channel}:{ts}:{user}:{emoji}:{when}"),
        None => key,
    };
    let said = format!("put the emoji :{emoji}: on the message of the agent with ts {ts}");
    WebhookOutcome::Accepted(WebhookEvent {
        dedupe_key,
        rule: REACTION,
        thread: Some(place.thread()),
        user: Some(user.to_owned()),
        about: Some(message::about(channel, direct)),
        text: said,
        place: place.to_value(),
    })
}

fn revoked(dedupe_key: String, rule: &'static str) -> WebhookOutcome {
    WebhookOutcome::Changed {
        dedupe_key,
        rule,
        change: InstallationChange::Revoked,
    }
}

pub(super) fn ignored(dedupe_key: String, rule: &str) -> WebhookOutcome {
    WebhookOutcome::Ignored {
        dedupe_key,
        rule: rule.to_owned(),
    }
}

/// What Slack wants to hear back before an app is there
/// (<https://docs.slack.dev/reference/events/url_verification>).
pub(super) fn challenge(request: &WebhookRequest<'_>) -> Option<String> {
    let value = body::read(request.body)?;
    is_challenge(&value).then(|| challenged(&value)).flatten()
}

pub(super) fn is_challenge(value: &Value) -> bool {
    text(value, "type") == Some("url_verification")
}

/// Visible ASCII: it is said back to whoever sent it.
fn challenged(value: &Value) -> Option<String> {
    let challenge = text(value, "challenge")?;
    let good = (1..=CHALLENGE).contains(&challenge.len())
        && challenge.bytes().all(|byte| byte.is_ascii_graphic());
    good.then(|| challenge.to_owned())
}
