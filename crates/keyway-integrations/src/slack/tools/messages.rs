use keyway_core::Error;
use serde::Deserialize;
use serde_json::{Value, json};

use super::input::{self, channel_or_here, checked_channel, message_or_here};
use crate::slack::acting::Acting;
use crate::slack::api::at;
use crate::slack::error::incomplete;
use crate::slack::place::Place;
use crate::slack::settings::is_emoji;
use crate::slack::{mrkdwn, reply};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Post {
    channel: String,
    text: String,
}

pub(super) fn post_schema() -> Value {
    let properties = json!({
        "channel": input::channel("The channel to post in"),
        "text": input::text("What to say, as Markdown"),
    });
    input::object(&properties, &["channel", "text"])
}

/// `chat.postMessage`. Refuses a channel outside the publication.
pub(super) async fn post(acting: &Acting<'_>, input: Post) -> Result<Value, Error> {
    say(acting, checked_channel(input.channel)?, None, &input.text).await
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct InThread {
    channel: Option<String>,
    thread_ts: Option<String>,
    text: String,
}

pub(super) fn reply_schema() -> Value {
    let properties = json!({
        "channel": input::channel("The channel of the thread; the one you were asked in where left out"),
        "thread_ts": input::ts("The thread's first message; the thread you were asked in where left out"),
        "text": input::text("What to say, as Markdown"),
    });
    input::object(&properties, &["text"])
}

/// `chat.postMessage` with `thread_ts`. Refuses a channel outside the publication.
pub(super) async fn reply(acting: &Acting<'_>, input: InThread) -> Result<Value, Error> {
    let channel = channel_or_here(acting, input.channel)?;
    let thread = message_or_here(acting, &channel, "/thread_ts", input.thread_ts, thread_of)?;
    say(acting, channel, Some(thread), &input.text).await
}

/// The thread an agent was asked in, or that would begin with what it was asked.
pub(super) fn thread_of(place: &Place) -> String {
    place.thread_ts.as_ref().unwrap_or(&place.ts).clone()
}

async fn say(
    acting: &Acting<'_>,
    channel: String,
    thread: Option<String>,
    text: &str,
) -> Result<Value, Error> {
    acting.may_write(&channel)?;
    let mut fields = vec![
        ("channel", channel.clone()),
        (
            "text",
            mrkdwn::message(said(text)?, acting.broadcasts(), ""),
        ),
    ];
    fields.extend(thread.clone().map(|thread| ("thread_ts", thread)));
    let answer = acting.call("chat.postMessage", &fields).await?;
    let ts = at(&answer, "/ts").ok_or_else(incomplete)?;
    let url = acting.permalink(&channel, ts, thread.as_deref());
    Ok(json!({ "channel": channel, "ts": ts, "thread_ts": thread, "url": url }))
}

fn said(text: &str) -> Result<&str, Error> {
    match text.trim() {
        "" => Err(Error::invalid_at("/text", "something to say")),
        text => Ok(text),
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Update {
    channel: Option<String>,
    ts: String,
    text: String,
}

pub(super) fn update_schema() -> Value {
    let properties = json!({
        "channel": input::channel("The channel of the message; the one you were asked in where left out"),
        "ts": input::ts("The message, which has to be yours"),
        "text": input::text("What it is to say instead, as Markdown"),
    });
    input::object(&properties, &["ts", "text"])
}

/// `chat.update`. Slack refuses messages of others: `target_not_own`.
pub(super) async fn update(acting: &Acting<'_>, input: Update) -> Result<Value, Error> {
    let channel = channel_or_here(acting, input.channel)?;
    acting.may_write(&channel)?;
    let ts = message_or_here(acting, &channel, "/ts", Some(input.ts), |place| {
        place.ts.clone()
    })?;
    let fields = [
        ("channel", channel.clone()),
        ("ts", ts.clone()),
        (
            "text",
            mrkdwn::message(said(&input.text)?, acting.broadcasts(), ""),
        ),
    ];
    acting.call("chat.update", &fields).await?;
    Ok(json!({ "channel": channel, "ts": ts }))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct React {
    channel: Option<String>,
    ts: Option<String>,
    emoji: String,
}

pub(super) fn react_schema() -> Value {
    let properties = json!({
        "channel": input::channel("The channel of the message; the one you were asked in where left out"),
        "ts": input::ts("The message; the one you were asked with where left out"),
        "emoji": {
            "type": "string",
            "pattern": "^:?[a-z0-9_+'-]{1,100}:?$",
            "description": "The name of the emoji, like white_check_mark",
        },
    });
    input::object(&properties, &["emoji"])
}

/// `reactions.add`. One that is there already is a success.
pub(super) async fn react(acting: &Acting<'_>, input: React) -> Result<Value, Error> {
    let channel = channel_or_here(acting, input.channel)?;
    acting.may_write(&channel)?;
    let ts = message_or_here(acting, &channel, "/ts", input.ts, |place| place.ts.clone())?;
    let emoji = input.emoji.trim_matches(':');
    if !is_emoji(emoji) {
        return Err(Error::invalid_at(
            "/emoji",
            "the name of an emoji, like `eyes`",
        ));
    }
    reply::react(acting, &channel, &ts, emoji).await?;
    Ok(json!({ "channel": channel, "ts": ts, "emoji": emoji }))
}
