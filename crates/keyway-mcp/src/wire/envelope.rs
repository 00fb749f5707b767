use std::borrow::Cow;

use bytes::Bytes;
use keyway_core::json::{self, Bounds};
use keyway_core::rpc::{RawJson, RpcError};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::Id;

/// One JSON-RPC message. Payloads share the bytes of the text they were read from.
#[derive(Debug, Clone)]
pub enum Message<'a> {
    /// Wants an answer.
    Request {
        /// Its id.
        id: Id,
        /// Its method.
        method: Cow<'a, str>,
        /// Its params, if any: any JSON value.
        params: Option<RawJson>,
    },
    /// Wants no answer.
    Notification {
        /// Its method.
        method: Cow<'a, str>,
        /// Its params, if any: any JSON value.
        params: Option<RawJson>,
    },
    /// Answers a request.
    Response {
        /// The id of the request it answers.
        id: Id,
        /// The `result`, or the `error` object.
        outcome: Result<RawJson, RawJson>,
    },
    /// An error that names no request: the other side could not read what it got.
    Complaint {
        /// The `error` object.
        error: RawJson,
    },
}

/// What one text holds.
#[derive(Debug, Clone)]
pub enum Messages<'a> {
    /// A single message.
    One(Message<'a>),
    /// A batch (revision 2025-03-26 only), each item read for itself.
    Batch(Vec<Result<Message<'a>, Refusal>>),
}

/// Why a text is no message, and the id it carried, if that much could be read.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// The id, so that the refusal can name it.
    pub id: Option<Id>,
    /// [`RpcError::PARSE_ERROR`] or [`RpcError::INVALID_REQUEST`].
    pub code: i64,
    /// What is wrong; says nothing of the content.
    pub message: Cow<'static, str>,
}

impl Refusal {
    /// The refusal as a JSON-RPC error.
    pub fn error(&self) -> RpcError {
        RpcError::new(self.code, self.message.as_ref())
    }
}

/// Reads one message. Bounds are checked first; nothing is built from a text that breaks them.
/// A batch is refused.
pub fn parse(text: &Bytes, bounds: Bounds) -> Result<Message<'_>, Refusal> {
    let checked = checked(text, bounds)?;
    if is_array(checked) {
        well_formed(checked)?;
        return Err(invalid(
            None,
            "batches are not part of this protocol revision",
        ));
    }
    message(text, checked)
}

/// Reads one message or a batch of them. A batch has at least one item.
pub fn parse_batch(text: &Bytes, bounds: Bounds) -> Result<Messages<'_>, Refusal> {
    let checked = checked(text, bounds)?;
    if !is_array(checked) {
        return message(text, checked).map(Messages::One);
    }
    well_formed(checked)?;
    let items: Vec<_> = json::items(checked)
        .map(|item| message(text, item))
        .collect();
    if items.is_empty() {
        return Err(invalid(None, "the batch is empty"));
    }
    Ok(Messages::Batch(items))
}

fn checked(text: &Bytes, bounds: Bounds) -> Result<&str, Refusal> {
    json::check(text, bounds).map_err(|broken| invalid(None, broken.to_string()))?;
    std::str::from_utf8(text).map_err(|_| malformed("the body is not UTF-8"))
}

fn is_array(text: &str) -> bool {
    text.trim_ascii_start().starts_with('[')
}

fn well_formed(text: &str) -> Result<(), Refusal> {
    serde_json::from_str::<&RawValue>(text).map_err(|_| malformed("the body is not JSON"))?;
    Ok(())
}

#[derive(Deserialize)]
struct Members<'a> {
    #[serde(borrow, default)]
    jsonrpc: Option<Cow<'a, str>>,
    #[serde(borrow, default, deserialize_with = "present")]
    id: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    method: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    params: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    result: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    error: Option<&'a RawValue>,
}

/// Tells an explicit null from an absent member.
fn present<'de, D: Deserializer<'de>>(from: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(from).map(Some)
}

/// `text` is a part of `whole`.
fn message<'a>(whole: &'a Bytes, text: &'a str) -> Result<Message<'a>, Refusal> {
    let members: Members<'a> =
        serde_json::from_str(text).map_err(|error| match error.classify() {
            serde_json::error::Category::Data => {
                // Well-formed up to here; the rest decides between bad JSON and a bad message.
                match well_formed(text) {
                    Ok(()) => invalid(None, "the body is not a JSON-RPC message"),
                    Err(refusal) => refusal,
                }
            }
            _ => malformed("the body is not JSON"),
        })?;
    let part = |raw: &RawValue| RawJson::slice_of(whole, raw);
    let id = match members.id {
        Some(raw) => match Id::from_raw(whole.slice_ref(raw.get().as_bytes())) {
            Some(id) => Some(id),
            None if raw.get() == "null" && members.error.is_some() => None,
            None => return Err(invalid(None, "an id is a string or an integer")),
        },
        None => None,
    };
    if members.jsonrpc.as_deref() != Some("2.0") {
        return Err(invalid(id, "`jsonrpc` must be \"2.0\""));
    }
    let params = members.params.map(part);
    match (members.method, members.result, members.error) {
        (Some(method), None, None) => {
            let Ok(method) = serde_json::from_str::<Text<'a>>(method.get()) else {
                return Err(invalid(id, "`method` must be a string"));
            };
            Ok(match id {
                Some(id) => Message::Request {
                    id,
                    method: method.0,
                    params,
                },
                None if members.id.is_some() => {
                    return Err(invalid(None, "an id is a string or an integer"));
                }
                None => Message::Notification {
                    method: method.0,
                    params,
                },
            })
        }
        (None, Some(result), None) => match id {
            Some(id) => Ok(Message::Response {
                id,
                outcome: Ok(part(result)),
            }),
            None => Err(invalid(None, "a response needs the id of its request")),
        },
        (None, None, Some(error)) if error.get().starts_with('{') => Ok(match id {
            Some(id) => Message::Response {
                id,
                outcome: Err(part(error)),
            },
            None => Message::Complaint { error: part(error) },
        }),
        (None, None, Some(_)) => Err(invalid(id, "`error` must be an object")),
        (None, None, None) => Err(invalid(id, "`method` is missing")),
        _ => Err(invalid(
            id,
            "a message is a request or a response, not both",
        )),
    }
}

#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

fn malformed(message: &'static str) -> Refusal {
    Refusal {
        id: None,
        code: RpcError::PARSE_ERROR,
        message: Cow::Borrowed(message),
    }
}

fn invalid(id: Option<Id>, message: impl Into<Cow<'static, str>>) -> Refusal {
    Refusal {
        id,
        code: RpcError::INVALID_REQUEST,
        message: message.into(),
    }
}

#[cfg(test)]
#[path = "envelope_tests.rs"]
mod tests;
