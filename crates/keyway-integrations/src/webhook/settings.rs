use keyway_core::Error;
use keyway_core::provider::sign::Algorithm;
use serde::Deserialize;
use serde_json::Value;

/// What an installation says of its webhooks. Pointers are JSON pointers (RFC 6901) into the body.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Settings {
    /// How a request proves itself.
    pub(super) verification: Verification,
    /// Where the event's own key is. Without one, Standard Webhooks have it in a signed header; else two
    /// events with the same body are one.
    pub(super) event_id: Option<String>,
    /// Where the conversation's key is.
    pub(super) conversation: Option<String>,
    /// Where the text is; the whole body where absent.
    pub(super) message: Option<String>,
    /// Where it says who caused it.
    pub(super) actor: Option<String>,
    /// Where it says what it is about.
    pub(super) about: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(
    tag = "kind",
    rename_all = "snake_case",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub(super) enum Verification {
    /// An HMAC in a header.
    Hmac {
        /// The header.
        header: String,
        /// What stands before the signature, like `sha256=`.
        #[serde(default)]
        prefix: String,
        #[serde(default)]
        encoding: Encoding,
        #[serde(default)]
        algorithm: Algorithm,
        /// What is signed: ends in `{body}`, and has `{timestamp}` in it where there is a header of it.
        #[serde(default = "body")]
        signed: String,
        /// The header with the seconds since 1970.
        timestamp_header: Option<String>,
        #[serde(default = "tolerance")]
        tolerance_seconds: u32,
    },
    /// As <https://www.standardwebhooks.com> has it.
    StandardWebhooks {
        #[serde(default = "tolerance")]
        tolerance_seconds: u32,
    },
}

/// How a signature is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Encoding {
    #[default]
    Hex,
    Base64,
}

/// What wakes the agent, beyond being signed: all of it has to hold.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Triggers {
    /// Who may have caused it; anybody where absent.
    pub(super) actors: Option<Vec<String>>,
    /// What the body has to say.
    #[serde(default, rename = "where")]
    pub(super) conditions: Vec<Condition>,
}

/// A place in the body, and what may stand there.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Condition {
    pub(super) pointer: String,
    pub(super) equals: Vec<Value>,
}

/// What is in `signed` for the body.
pub(super) const BODY: &str = "{body}";
/// What is in `signed` for the timestamp.
pub(super) const TIMESTAMP: &str = "{timestamp}";

impl Settings {
    pub(super) fn read(settings: &Value) -> Result<Self, Error> {
        // What serde says may repeat what was sent.
        Self::deserialize(settings).map_err(|_| undescribed("/settings"))
    }

    /// The pointers that are set, with the names of their fields.
    pub(super) fn pointers(&self) -> impl Iterator<Item = (&'static str, &str)> {
        [
            ("eventId", &self.event_id),
            ("conversation", &self.conversation),
            ("message", &self.message),
            ("actor", &self.actor),
            ("about", &self.about),
        ]
        .into_iter()
        .filter_map(|(name, pointer)| Some((name, pointer.as_deref()?)))
    }
}

impl Triggers {
    pub(super) fn is_empty(&self) -> bool {
        self.actors.is_none() && self.conditions.is_empty()
    }

    pub(super) fn read(triggers: &Value) -> Result<Self, Error> {
        Self::deserialize(triggers).map_err(|_| undescribed("/triggers"))
    }
}

fn undescribed(at: &str) -> Error {
    Error::invalid_at(at, "the fields that /v1/openapi.json describes")
}

fn body() -> String {
    BODY.to_owned()
}

fn tolerance() -> u32 {
    300
}
