use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::server::{Answer, Refusal, field, only};
use super::state::{Channel, State};
use super::{Slack, blocks};

/// The most characters of a text.
const LONGEST: usize = 40_000;

/// `chat.postMessage`
pub(super) fn post(state: &mut State, fields: &BTreeMap<String, String>) -> Answer {
    let known = [
        "channel",
        "text",
        "thread_ts",
        "metadata",
        "blocks",
        "unfurl_links",
        "unfurl_media",
    ];
    only(fields, &known)?;
    let id = field(fields, "channel")?.to_owned();
    let text = text(fields)?;
    let ts = state.next_ts();
    let channel = writable(state, &id)?;
    let mut message = json!({
        "type": "message", "user": Slack::BOT, "bot_id": "B0BOT", "app_id": Slack::APP, "text": text,
        "ts": ts, "team": "T0HOME"
    });
    if let Some(thread) = fields.get("thread_ts") {
        if !channel.messages.iter().any(|one| one["ts"] == **thread) {
            return Err("thread_not_found".into());
        }
        message["thread_ts"] = thread.as_str().into();
    }
    if let Some(metadata) = fields.get("metadata") {
        let metadata: Value =
            serde_json::from_str(metadata).map_err(|_| "invalid_metadata_format")?;
        if !metadata["event_type"].is_string() || !metadata["event_payload"].is_object() {
            return Err("invalid_metadata_schema".into());
        }
        message["metadata"] = metadata;
    }
    if let Some(blocks) = blocks::read(fields)? {
        message["blocks"] = blocks;
    }
    channel.messages.push(message.clone());
    Ok(json!({ "channel": id, "ts": ts, "message": message }))
}

/// `chat.update`
pub(super) fn update(state: &mut State, fields: &BTreeMap<String, String>) -> Answer {
    only(fields, &["channel", "ts", "text", "blocks"])?;
    let (id, ts) = (field(fields, "channel")?.to_owned(), field(fields, "ts")?);
    let text = text(fields)?;
    let blocks = blocks::read(fields)?;
    let channel = writable(state, &id)?;
    let message = channel.messages.iter_mut().find(|one| one["ts"] == ts);
    let message = message.ok_or("message_not_found")?;
    if message["user"] != Slack::BOT {
        return Err("cant_update_message".into());
    }
    message["text"] = text.into();
    if let Some(blocks) = blocks {
        message["blocks"] = blocks;
    }
    Ok(json!({ "channel": id, "ts": ts, "text": text }))
}

/// `chat.postEphemeral`: only one person of the channel sees it, and it is in no history.
pub(super) fn whisper(state: &mut State, fields: &BTreeMap<String, String>) -> Answer {
    only(fields, &["channel", "user", "text", "thread_ts", "blocks"])?;
    let (id, user) = (field(fields, "channel")?, field(fields, "user")?);
    let text = text(fields)?;
    blocks::read(fields)?;
    if !state.users.contains_key(user) {
        return Err("user_not_in_channel".into());
    }
    let ts = state.next_ts();
    let channel = writable(state, id)?;
    let thread = fields.get("thread_ts");
    if thread.is_some_and(|thread| !channel.messages.iter().any(|one| one["ts"] == **thread)) {
        return Err("thread_not_found".into());
    }
    let said = json!({ "channel": id, "user": user, "text": text, "thread_ts": thread });
    state.whispers.push(said);
    Ok(json!({ "message_ts": ts }))
}

/// `reactions.add`
pub(super) fn react(state: &mut State, fields: &BTreeMap<String, String>) -> Answer {
    only(fields, &["channel", "timestamp", "name"])?;
    let (id, ts) = (field(fields, "channel")?, field(fields, "timestamp")?);
    let name = field(fields, "name")?;
    if name.contains(':') {
        return Err("invalid_name".into());
    }
    let channel = writable(state, id)?;
    let message = channel.messages.iter_mut().find(|one| one["ts"] == ts);
    let message = message.ok_or("message_not_found")?;
    let mut all = message["reactions"].as_array().cloned().unwrap_or_default();
    if all.iter().any(|one| one["name"] == name) {
        return Err("already_reacted".into());
    }
    all.push(json!({ "name": name, "users": [Slack::BOT], "count": 1 }));
    message["reactions"] = all.into();
    Ok(json!({}))
}

/// `assistant.threads.setStatus`: only a direct message has threads of the assistant.
pub(super) fn status(state: &mut State, fields: &BTreeMap<String, String>) -> Answer {
    only(fields, &["channel_id", "thread_ts", "status"])?;
    let (id, thread) = (field(fields, "channel_id")?, field(fields, "thread_ts")?);
    field(fields, "status")?;
    let channel = state.channels.get(id).filter(|_| id.starts_with('D'));
    let channel = channel.ok_or("channel_not_found")?;
    let known = channel.messages.iter().any(|one| one["ts"] == thread);
    known
        .then(|| json!({}))
        .ok_or_else(|| "invalid_thread_ts".into())
}

fn text(fields: &BTreeMap<String, String>) -> Result<&str, Refusal> {
    let text = fields.get("text").map(String::as_str).unwrap_or_default();
    match text.chars().count() {
        0 => Err("no_text".into()),
        1..=LONGEST => Ok(text),
        _ => Err("msg_too_long".into()),
    }
}

/// A channel that something can be said in.
pub(super) fn writable<'a>(state: &'a mut State, id: &str) -> Result<&'a mut Channel, Refusal> {
    let channel = state.channels.get_mut(id).ok_or("channel_not_found")?;
    if channel.archived {
        return Err("is_archived".into());
    }
    if !channel.joined {
        return Err("not_in_channel".into());
    }
    if channel.locked {
        return Err("restricted_action".into());
    }
    Ok(channel)
}
