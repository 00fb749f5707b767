use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::server::{Answer, Refusal, field, only};
use super::state::State;

/// `conversations.replies`: the first message always, and the replies that are asked for, oldest first.
pub(super) fn replies(state: &State, fields: &BTreeMap<String, String>) -> Answer {
    only(
        fields,
        &[
            "channel",
            "ts",
            "oldest",
            "limit",
            "cursor",
            "include_all_metadata",
        ],
    )?;
    let thread = field(fields, "ts")?;
    let messages = messages(state, fields)?;
    let root = messages.iter().find(|one| one["ts"] == thread);
    let root = root.ok_or("thread_not_found")?;
    let root = root["thread_ts"].as_str().unwrap_or(thread).to_owned();
    let oldest = fields.get("oldest").map(String::as_str).unwrap_or_default();
    let of_thread = messages.into_iter().filter(|one| {
        let ts = one["ts"].as_str().unwrap_or_default();
        ts == root || (one["thread_ts"] == *root && ts > oldest)
    });
    page(&of_thread.collect::<Vec<_>>(), fields)
}

/// `conversations.history`: what was said beside any thread, newest first.
pub(super) fn history(state: &State, fields: &BTreeMap<String, String>) -> Answer {
    only(
        fields,
        &[
            "channel",
            "oldest",
            "limit",
            "cursor",
            "include_all_metadata",
        ],
    )?;
    let oldest = fields.get("oldest").map(String::as_str).unwrap_or_default();
    let beside = messages(state, fields)?.into_iter().filter(|one| {
        let ts = one["ts"].as_str().unwrap_or_default();
        let reply = one["thread_ts"].as_str().is_some_and(|thread| thread != ts);
        !reply && ts > oldest
    });
    page(&beside.rev().collect::<Vec<_>>(), fields)
}

fn messages(state: &State, fields: &BTreeMap<String, String>) -> Result<Vec<Value>, Refusal> {
    let channel = state.channels.get(field(fields, "channel")?);
    let channel = channel.ok_or("channel_not_found")?;
    if !channel.joined {
        return Err("not_in_channel".into());
    }
    let whole = fields
        .get("include_all_metadata")
        .is_some_and(|value| value == "true");
    let mut messages = channel.messages.clone();
    for message in messages.iter_mut().filter(|_| !whole) {
        if let Value::Object(message) = message {
            message.remove("metadata");
        }
    }
    Ok(messages)
}

fn page(messages: &[Value], fields: &BTreeMap<String, String>) -> Answer {
    let number = |name: &str| fields.get(name).map(|text| text.parse::<usize>());
    let limit = number("limit")
        .unwrap_or(Ok(100))
        .map_err(|_| "invalid_limit")?;
    let start = number("cursor")
        .unwrap_or(Ok(0))
        .map_err(|_| "invalid_cursor")?;
    if !(1..=999).contains(&limit) {
        return Err("invalid_limit".into());
    }
    let end = (start + limit).min(messages.len());
    let shown = messages.get(start.min(end)..end).unwrap_or_default();
    let more = end < messages.len();
    let cursor = if more { end.to_string() } else { String::new() };
    Ok(
        json!({ "messages": shown, "has_more": more, "response_metadata": { "next_cursor": cursor } }),
    )
}
