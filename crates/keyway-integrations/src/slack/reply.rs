use keyway_core::provider::{Posted, PublicationContext, Reply};
use keyway_core::{Error, Kind};
use serde_json::{Value, json};

use super::acting::Acting;
use super::api::{Field, at};
use super::error::incomplete;
use super::mrkdwn;
use super::place::Place;
use super::scopes;

/// What kind of metadata a reply carries. People do not see it
/// (<https://docs.slack.dev/messaging/message-metadata>).
const METADATA: &str = "keyway_reply";
/// The messages of a page, and how many pages are looked at.
const PAGE: usize = 200;
const PAGES: usize = 25;

/// Says something where an event came from.
pub(super) async fn reply(
    context: &PublicationContext,
    place: &Value,
    reply: &Reply<'_>,
) -> Result<Posted, Error> {
    let acting = Acting::new(context)?;
    let place = Place::read(place).ok_or_else(no_place)?;
    let tail = match reply.link {
        Some(link) => format!("\n{}", mrkdwn::link(link, "The whole conversation")),
        None => String::new(),
    };
    let text = if reply.failed {
        format!(":warning: {}", reply.text)
    } else {
        reply.text.to_owned()
    };
    let mut fields = vec![
        ("channel", place.channel.clone()),
        ("text", mrkdwn::message(&text, acting.broadcasts(), &tail)),
        ("metadata", metadata(reply.marker)),
        ("unfurl_links", "false".to_owned()),
        ("unfurl_media", "false".to_owned()),
    ];
    if let Some(thread) = &place.thread_ts {
        fields.push(("thread_ts", thread.clone()));
    }
    let answer = acting.call("chat.postMessage", &fields).await?;
    let ts = at(&answer, "/ts").ok_or_else(incomplete)?;
    Ok(posted(&acting, &place, ts))
}

/// What a message carries so that it is found again.
pub(super) fn metadata(marker: &str) -> String {
    json!({ "event_type": METADATA, "event_payload": { "marker": marker } }).to_string()
}

/// Looks for a reply among what was said since the event.
pub(super) async fn find(
    context: &PublicationContext,
    place: &Value,
    marker: &str,
) -> Result<Option<Posted>, Error> {
    let acting = Acting::new(context)?;
    let place = Place::read(place).ok_or_else(no_place)?;
    let (method, thread) = match &place.thread_ts {
        Some(thread) => ("conversations.replies", Some(("ts", thread.clone()))),
        None => ("conversations.history", None),
    };
    let mut cursor = None;
    for _ in 0..PAGES {
        let mut fields: Vec<Field<'_>> = vec![
            ("channel", place.channel.clone()),
            ("oldest", place.ts.clone()),
            ("include_all_metadata", "true".to_owned()),
            ("limit", PAGE.to_string()),
        ];
        fields.extend(thread.clone());
        fields.extend(cursor.take().map(|cursor| ("cursor", cursor)));
        let answer = acting.call(method, &fields).await?;
        let messages = answer.get("messages").and_then(Value::as_array);
        let mut messages = messages.ok_or_else(incomplete)?.iter();
        let bot = context.workspace.bot_id.as_deref();
        if let Some(found) = messages.find(|one| is_reply(one, bot, marker)) {
            let ts = at(found, "/ts").ok_or_else(incomplete)?;
            return Ok(Some(posted(&acting, &place, ts)));
        }
        cursor = at(&answer, "/response_metadata/next_cursor").map(str::to_owned);
        if cursor.is_none() {
            return Ok(None);
        }
    }
    Err(Error::new(
        Kind::Conflict,
        "reply_not_searched",
        "more was said since than is searched for the reply",
    ))
}

/// Whether a message is the reply with this marker: another app could write the same marker, so it counts
/// on messages of the agent alone.
fn is_reply(message: &Value, bot: Option<&str>, marker: &str) -> bool {
    at(message, "/metadata/event_type") == Some(METADATA)
        && at(message, "/metadata/event_payload/marker") == Some(marker)
        && bot.is_some()
        && at(message, "/user") == bot
}

/// Says at once that a message is seen: a status in a thread of the assistant, an emoji elsewhere.
pub(super) async fn acknowledge(context: &PublicationContext, place: &Value) -> Result<(), Error> {
    let acting = Acting::new(context)?;
    let place = Place::read(place).ok_or_else(no_place)?;
    if let Some(thread) = place.thread_ts.as_ref().filter(|_| place.direct) {
        let fields = [
            ("channel_id", place.channel.clone()),
            ("thread_ts", thread.clone()),
            ("status", "is thinking…".to_owned()),
        ];
        // A thread of a direct message may be none of the assistant's: then an emoji does.
        if acting
            .call("assistant.threads.setStatus", &fields)
            .await
            .is_ok()
        {
            return Ok(());
        }
    }
    let Some(emoji) = &acting.settings.seen else {
        return Ok(());
    };
    if !scopes::has(&context.workspace, "reactions:write") {
        return Ok(());
    }
    react(&acting, &place.channel, &place.ts, emoji).await
}

/// Puts an emoji on a message. One that is there already is there.
pub(super) async fn react(
    acting: &Acting<'_>,
    channel: &str,
    ts: &str,
    emoji: &str,
) -> Result<(), Error> {
    let fields = [
        ("channel", channel.to_owned()),
        ("timestamp", ts.to_owned()),
        ("name", emoji.to_owned()),
    ];
    match acting.call("reactions.add", &fields).await {
        Ok(_) => Ok(()),
        Err(error) if error.code() == ALREADY => Ok(()),
        Err(error) => Err(error),
    }
}

/// The code of an emoji that is there already.
pub(super) const ALREADY: &str = "already_reacted";

pub(super) fn posted(acting: &Acting<'_>, place: &Place, ts: &str) -> Posted {
    Posted {
        id: ts.to_owned(),
        url: acting.permalink(&place.channel, ts, place.thread_ts.as_deref()),
    }
}

pub(super) fn no_place() -> Error {
    Error::internal("the place of an event of Slack cannot be read")
}
