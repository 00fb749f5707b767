//! The keys of `_meta` that the protocol reserves, and reading them.

use keyway_core::json;

/// The protocol revision of a request.
pub const PROTOCOL_VERSION: &str = "io.modelcontextprotocol/protocolVersion";
/// Who the client is.
pub const CLIENT_INFO: &str = "io.modelcontextprotocol/clientInfo";
/// What the client can be asked.
pub const CLIENT_CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";
/// The lowest level of log messages wanted for a request.
pub const LOG_LEVEL: &str = "io.modelcontextprotocol/logLevel";
/// Who the server is, on every result.
pub const SERVER_INFO: &str = "io.modelcontextprotocol/serverInfo";
/// The `subscriptions/listen` request a message belongs to.
pub const SUBSCRIPTION_ID: &str = "io.modelcontextprotocol/subscriptionId";
/// The token progress is reported under.
pub const PROGRESS_TOKEN: &str = "progressToken";
/// What a question is called. Keyway's own: legacy revisions have no place for the key that a
/// question has from 2026-07-28 on, and between two gateways it must not get lost.
pub const INPUT_KEY: &str = "keyway/inputKey";

/// A message that was published to a channel, on the notice that its resource changed. Keyway's own:
/// the protocol has a notice and no message.
pub const MESSAGE: &str = "keyway/message";

/// The members of a request's `_meta` that the protocol gives a meaning, as JSON text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Meta<'a> {
    /// [`PROTOCOL_VERSION`]
    pub protocol_version: Option<&'a str>,
    /// [`CLIENT_INFO`]
    pub client_info: Option<&'a str>,
    /// [`CLIENT_CAPABILITIES`]
    pub client_capabilities: Option<&'a str>,
    /// [`LOG_LEVEL`]
    pub log_level: Option<&'a str>,
    /// [`PROGRESS_TOKEN`]
    pub progress_token: Option<&'a str>,
    /// [`SUBSCRIPTION_ID`]
    pub subscription_id: Option<&'a str>,
}

impl<'a> Meta<'a> {
    /// Reads a `_meta` object; anything else has no members.
    pub fn read(meta: &'a str) -> Self {
        let mut read = Self::default();
        for member in json::members(meta) {
            let place = match member.key.as_ref() {
                PROTOCOL_VERSION => &mut read.protocol_version,
                CLIENT_INFO => &mut read.client_info,
                CLIENT_CAPABILITIES => &mut read.client_capabilities,
                LOG_LEVEL => &mut read.log_level,
                PROGRESS_TOKEN => &mut read.progress_token,
                SUBSCRIPTION_ID => &mut read.subscription_id,
                _ => continue,
            };
            *place = Some(member.value);
        }
        read
    }

    /// Reads the `_meta` of a `params` or `result` object.
    pub fn of(object: &'a str) -> Self {
        json::member(object, "_meta").map_or_else(Self::default, |member| Self::read(member.value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_reserved_keys() {
        let params = r#"{"name":"x","_meta":{"progressToken":7,"other":1,
            "io.modelcontextprotocol/logLevel":"info"}}"#;
        assert_eq!(
            Meta::of(params),
            Meta {
                progress_token: Some("7"),
                log_level: Some("\"info\""),
                ..Meta::default()
            }
        );
        assert_eq!(Meta::of("{}"), Meta::default());
    }
}
