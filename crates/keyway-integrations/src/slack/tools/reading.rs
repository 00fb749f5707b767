use keyway_core::Error;
use serde::Deserialize;
use serde_json::{Value, json};

use super::input::{self, channel_or_here, message_or_here};
use super::messages::thread_of;
use crate::slack::acting::Acting;
use crate::slack::api::{Field, at};
use crate::slack::error::incomplete;
use crate::slack::text::readable;

/// The messages of an answer, where nothing is said, and at most.
const USUAL: u32 = 50;
const MOST: u32 = 200;
/// The longest text of a message that is shown whole.
const LONGEST: usize = 8_000;
/// The longest cursor.
const CURSOR: usize = 512;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OfThread {
    channel: Option<String>,
    thread_ts: Option<String>,
    limit: Option<u32>,
    cursor: Option<String>,
}

pub(super) fn thread_schema() -> Value {
    let properties = json!({
        "channel": input::channel("The channel of the thread; the one you were asked in where left out"),
        "thread_ts": input::ts("The thread's first message; the thread you were asked in where left out"),
        "limit": limit(),
        "cursor": cursor(),
    });
    input::object(&properties, &[])
}

/// `conversations.replies`. Refuses a channel outside the publication, and what others wrote directly.
pub(super) async fn thread(acting: &Acting<'_>, input: OfThread) -> Result<Value, Error> {
    let channel = channel_or_here(acting, input.channel)?;
    acting.may_read(&channel)?;
    let thread = message_or_here(acting, &channel, "/thread_ts", input.thread_ts, thread_of)?;
    let fields = vec![("channel", channel), ("ts", thread)];
    page(
        acting,
        "conversations.replies",
        fields,
        input.limit,
        input.cursor,
    )
    .await
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OfChannel {
    channel: Option<String>,
    limit: Option<u32>,
    cursor: Option<String>,
}

pub(super) fn channel_schema() -> Value {
    let properties = json!({
        "channel": input::channel("The channel; the one you were asked in where left out"),
        "limit": limit(),
        "cursor": cursor(),
    });
    input::object(&properties, &[])
}

/// `conversations.history`. Refuses a channel outside the publication, and what others wrote directly.
pub(super) async fn channel(acting: &Acting<'_>, input: OfChannel) -> Result<Value, Error> {
    let channel = channel_or_here(acting, input.channel)?;
    acting.may_read(&channel)?;
    let fields = vec![("channel", channel)];
    page(
        acting,
        "conversations.history",
        fields,
        input.limit,
        input.cursor,
    )
    .await
}

fn limit() -> Value {
    json!({ "type": "integer", "minimum": 1, "maximum": MOST, "description": "How many messages; 50 where left out" })
}

fn cursor() -> Value {
    json!({ "type": "string", "maxLength": CURSOR, "description": "next_cursor of the answer before" })
}

async fn page(
    acting: &Acting<'_>,
    method: &str,
    mut fields: Vec<Field<'_>>,
    limit: Option<u32>,
    cursor: Option<String>,
) -> Result<Value, Error> {
    let limit = limit.unwrap_or(USUAL);
    if !(1..=MOST).contains(&limit) {
        return Err(Error::invalid_at("/limit", "1 to 200"));
    }
    if cursor.as_ref().is_some_and(|cursor| cursor.len() > CURSOR) {
        return Err(Error::invalid_at(
            "/cursor",
            "next_cursor of the answer before",
        ));
    }
    fields.push(("limit", limit.to_string()));
    fields.extend(cursor.map(|cursor| ("cursor", cursor)));
    let answer = acting.call(method, &fields).await?;
    let messages = answer.get("messages").and_then(Value::as_array);
    let messages = messages.ok_or_else(incomplete)?.iter();
    let messages: Vec<_> = messages.map(|message| shown(acting, message)).collect();
    let next = at(&answer, "/response_metadata/next_cursor");
    Ok(json!({ "messages": messages, "next_cursor": next }))
}

/// What is shown of a message: who, when and what, and nothing that is only for machines.
fn shown(acting: &Acting<'_>, message: &Value) -> Value {
    let text = readable(message, &acting.context.workspace);
    let short: String = text.chars().take(LONGEST).collect();
    let cut = short.len() < text.len();
    let user = at(message, "/user");
    let own = user.is_some() && user == acting.context.workspace.bot_id.as_deref();
    json!({
        "ts": at(message, "/ts"),
        "thread_ts": at(message, "/thread_ts"),
        "user": user.or_else(|| at(message, "/bot_id")),
        "own": own,
        "text": if cut { format!("{short} … (cut)") } else { short },
        "replies": message.get("reply_count"),
    })
}
