use keyway_core::Error;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::slack::acting::Acting;
use crate::slack::settings::{is_id, is_ts};

/// Reads what a tool takes.
pub(super) fn read<T: DeserializeOwned>(input: &Value) -> Result<T, Error> {
    // What serde says may repeat what was sent.
    T::deserialize(input).map_err(|_| Error::invalid_at("", "what the tool's schema describes"))
}

/// JSON Schema of an object with nothing else in it.
pub(super) fn object(properties: &Value, required: &[&str]) -> Value {
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

/// JSON Schema of a channel's id.
pub(super) fn channel(description: &str) -> Value {
    json!({ "type": "string", "pattern": "^[CGD][A-Z0-9]{2,31}$", "description": description })
}

/// JSON Schema of what tells a message from others of its channel.
pub(super) fn ts(description: &str) -> Value {
    json!({ "type": "string", "pattern": r"^[0-9]{1,12}\.[0-9]{6}$", "description": description })
}

/// JSON Schema of a text.
pub(super) fn text(description: &str) -> Value {
    json!({ "type": "string", "minLength": 1, "maxLength": 40_000, "description": description })
}

/// The channel that is named, or the one the agent was asked in.
pub(super) fn channel_or_here(acting: &Acting<'_>, named: Option<String>) -> Result<String, Error> {
    let channel = named.or_else(|| acting.place.as_ref().map(|place| place.channel.clone()));
    match channel {
        Some(channel) if is_id(&channel, "CGD") => Ok(channel),
        _ => Err(Error::invalid_at(
            "/channel",
            "the id of a channel, like `C012AB3CD`",
        )),
    }
}

/// A channel that has to be named.
pub(super) fn checked_channel(channel: String) -> Result<String, Error> {
    if is_id(&channel, "CGD") {
        Ok(channel)
    } else {
        Err(Error::invalid_at(
            "/channel",
            "the id of a channel, like `C012AB3CD`",
        ))
    }
}

/// The message that is named in a channel, or what `here` says of the place the agent was asked in, where
/// that is the same channel.
pub(super) fn message_or_here(
    acting: &Acting<'_>,
    channel: &str,
    at: &str,
    named: Option<String>,
    here: impl FnOnce(&crate::slack::place::Place) -> String,
) -> Result<String, Error> {
    let place = acting
        .place
        .as_ref()
        .filter(|place| place.channel == channel);
    match named.or_else(|| place.map(here)) {
        Some(ts) if is_ts(&ts) => Ok(ts),
        _ => Err(Error::invalid_at(
            at,
            "the ts of a message, like `1355517523.000005`",
        )),
    }
}
