use std::collections::BTreeMap;

use keyway_app::credentials::CredentialChoice;
use keyway_core::json as bounds;
use keyway_core::rpc::RawJson;
use keyway_core::{Error, Kind};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// The longest id, in bytes.
const MAX_ID: usize = 64;

/// What a client calls a message of its own, to know the answer by.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(untagged)]
pub(super) enum Id {
    /// A number.
    Number(i64),
    /// A text.
    Text(String),
}

/// A message of a client.
pub(super) enum Said {
    /// Run an action.
    Call {
        action: String,
        input: RawJson,
        credentials: CredentialChoice,
    },
    /// End a call.
    Cancel { call: Id },
    /// Listen to a channel, behind a message where that is said.
    Subscribe { channel: String, after: Option<i64> },
    /// Do so no longer.
    Unsubscribe { channel: String },
}

/// Every member a message may have.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    id: Id,
    r#type: Kinds,
    action: Option<String>,
    input: Option<Box<RawValue>>,
    project: Option<String>,
    #[serde(default)]
    credentials: BTreeMap<String, String>,
    call: Option<Id>,
    channel: Option<String>,
    after: Option<i64>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum Kinds {
    Call,
    Cancel,
    Subscribe,
    Unsubscribe,
}

/// The id alone, of a message that is wrong otherwise.
#[derive(Deserialize)]
struct Named {
    id: Id,
}

/// Reads a message: its id, where it has one that can be read, and what it says.
pub(super) fn read(text: &str, most: bounds::Bounds) -> (Option<Id>, Result<Said, Error>) {
    if let Err(found) = bounds::check(text.as_bytes(), most) {
        let error = Error::new(Kind::TooLarge, "json_too_large", found.to_string());
        return (None, Err(error));
    }
    let named = serde_json::from_str::<Named>(text).ok();
    let id = named.map(|named| named.id).filter(Id::is_short);
    // What serde says may repeat what was sent.
    let said = serde_json::from_str::<Written>(text)
        .map_err(|_| malformed())
        .and_then(|written| {
            if written.id.is_short() {
                written.said()
            } else {
                Err(malformed())
            }
        });
    (id, said)
}

impl Id {
    fn is_short(&self) -> bool {
        match self {
            Self::Number(_) => true,
            Self::Text(text) => text.len() <= MAX_ID,
        }
    }
}

impl Written {
    fn said(self) -> Result<Said, Error> {
        let calls = self.action.is_some()
            || self.input.is_some()
            || self.project.is_some()
            || !self.credentials.is_empty();
        let listens = self.channel.is_some();
        match (self.r#type, self.action, self.call, self.channel) {
            (Kinds::Call, Some(action), None, None) if self.after.is_none() => Ok(Said::Call {
                action,
                input: self
                    .input
                    .map_or_else(RawJson::empty_object, RawJson::from_raw),
                credentials: CredentialChoice {
                    project: self.project,
                    instances: self.credentials.into_iter().collect(),
                },
            }),
            (Kinds::Cancel, None, Some(call), None) if !calls && self.after.is_none() => {
                Ok(Said::Cancel { call })
            }
            (Kinds::Subscribe, None, None, Some(channel)) if !calls => Ok(Said::Subscribe {
                channel,
                after: self.after,
            }),
            (Kinds::Unsubscribe, None, None, Some(channel))
                if !calls && listens && self.after.is_none() =>
            {
                Ok(Said::Unsubscribe { channel })
            }
            _ => Err(malformed()),
        }
    }
}

fn malformed() -> Error {
    Error::new(
        Kind::Malformed,
        "malformed_message",
        "this is no message that is known here",
    )
    .with_hint(
        "send JSON with an `id` and a `type`: `call` with `action` and `input`, `cancel` with \
         `call`, `subscribe` or `unsubscribe` with `channel`",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> (Option<Id>, String) {
        let (id, said) = read(text, bounds::Bounds::default());
        let told = match said {
            Ok(Said::Call { action, input, .. }) => format!("call {action} {}", input.as_str()),
            Ok(Said::Cancel { call }) => format!("cancel {call:?}"),
            Ok(Said::Subscribe { channel, after }) => format!("subscribe {channel} {after:?}"),
            Ok(Said::Unsubscribe { channel }) => format!("unsubscribe {channel}"),
            Err(error) => error.code().to_owned(),
        };
        (id, told)
    }

    #[test]
    fn what_is_no_message_is_told_by_its_id_where_it_has_one() {
        let seven = || Some(Id::Number(7));
        let a = || Some(Id::Text("a".into()));
        let malformed = || "malformed_message".to_owned();
        for (text, expected) in [
            (
                r#"{"id":7,"type":"call","action":"a:b","input":{"x":1.50}}"#,
                (seven(), r#"call a:b {"x":1.50}"#.to_owned()),
            ),
            (
                r#"{"id":"a","type":"call","action":"b"}"#,
                (a(), "call b {}".to_owned()),
            ),
            (
                r#"{"id":7,"type":"subscribe","channel":"c","after":3}"#,
                (seven(), "subscribe c Some(3)".to_owned()),
            ),
            (r#"{"id":7,"type":"call"}"#, (seven(), malformed())),
            (r#"{"id":7,"type":"other"}"#, (seven(), malformed())),
            (
                r#"{"id":7,"type":"cancel","call":1,"action":"a"}"#,
                (seven(), malformed()),
            ),
            (
                r#"{"id":7,"type":"cancel","call":1,"more":2}"#,
                (seven(), malformed()),
            ),
            (r#"{"type":"call","action":"b"}"#, (None, malformed())),
            (r#"{"id":{},"type":"call"}"#, (None, malformed())),
            ("not json", (None, malformed())),
            ("[1]", (None, malformed())),
        ] {
            assert_eq!(code(text), expected, "{text}");
        }
        let long = format!(r#"{{"id":"{}","type":"cancel","call":1}}"#, "x".repeat(65));
        assert_eq!(code(&long), (None, malformed()));
        let deep = "[".repeat(1000);
        assert_eq!(code(&deep), (None, "json_too_large".to_owned()));
    }
}
