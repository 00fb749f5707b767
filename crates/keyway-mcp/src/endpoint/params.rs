use std::borrow::Cow;

use bytes::Bytes;
use keyway_core::json;
use keyway_core::ports::RelayMethod;
use keyway_core::rpc::{RawJson, RpcError};

/// The members of a request's `params` that the endpoint looks at, as JSON text. Found in one pass;
/// a member that is there twice is refused, because two readers could disagree on which one counts.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Params<'a> {
    pub(super) name: Option<&'a str>,
    pub(super) uri: Option<&'a str>,
    pub(super) arguments: Option<&'a str>,
    pub(super) reference: Option<&'a str>,
    pub(super) argument: Option<&'a str>,
    pub(super) cursor: Option<&'a str>,
    pub(super) meta: Option<&'a str>,
    pub(super) level: Option<&'a str>,
    pub(super) request_id: Option<&'a str>,
    pub(super) notifications: Option<&'a str>,
    pub(super) input_responses: Option<&'a str>,
    pub(super) request_state: Option<&'a str>,
    pub(super) protocol_version: Option<&'a str>,
    pub(super) capabilities: Option<&'a str>,
}

impl<'a> Params<'a> {
    pub(super) fn read(params: &'a RawJson) -> Result<Self, RpcError> {
        let text = params.as_str();
        if !text.starts_with('{') {
            return Err(invalid("`params` must be an object"));
        }
        let mut read = Self::default();
        for member in json::members(text) {
            let place = match member.key.as_ref() {
                "name" => &mut read.name,
                "uri" => &mut read.uri,
                "arguments" => &mut read.arguments,
                "ref" => &mut read.reference,
                "argument" => &mut read.argument,
                "cursor" => &mut read.cursor,
                "_meta" => &mut read.meta,
                "level" => &mut read.level,
                "requestId" => &mut read.request_id,
                "notifications" => &mut read.notifications,
                "inputResponses" => &mut read.input_responses,
                "requestState" => &mut read.request_state,
                "protocolVersion" => &mut read.protocol_version,
                "capabilities" => &mut read.capabilities,
                _ => continue,
            };
            if place.replace(member.value).is_some() {
                return Err(invalid("`params` has a member twice"));
            }
        }
        Ok(read)
    }

    /// The name or URI a call is aimed at, once the rest of the params is known to fit the method.
    pub(super) fn target(&self, method: RelayMethod) -> Result<Cow<'a, str>, RpcError> {
        if !self.arguments.is_none_or(|text| text.starts_with('{')) {
            return Err(invalid("`arguments` must be an object"));
        }
        match method {
            RelayMethod::CallTool | RelayMethod::GetPrompt => {
                string(self.name).ok_or_else(|| invalid("`name` must be a string"))
            }
            RelayMethod::ReadResource => {
                string(self.uri).ok_or_else(|| invalid("`uri` must be a string"))
            }
            RelayMethod::Complete => self.completion_target(),
        }
    }

    fn completion_target(&self) -> Result<Cow<'a, str>, RpcError> {
        let reference = self.reference.unwrap_or_default();
        if !self.argument.is_some_and(|text| text.starts_with('{')) {
            return Err(invalid("`argument` must be an object"));
        }
        let (mut kind, mut name, mut uri) = (None, None, None);
        for member in json::members(reference) {
            let place = match member.key.as_ref() {
                "type" => &mut kind,
                "name" => &mut name,
                "uri" => &mut uri,
                _ => continue,
            };
            if place.replace(member.value).is_some() {
                return Err(invalid("`ref` has a member twice"));
            }
        }
        let target = match string(kind).as_deref() {
            Some("ref/prompt") => string(name),
            Some("ref/resource") => string(uri),
            _ => None,
        };
        target.ok_or_else(|| invalid("`ref` must name a prompt or a resource"))
    }
}

/// The text of a JSON string; `None` for anything else.
pub(super) fn string(raw: Option<&str>) -> Option<Cow<'_, str>> {
    raw.filter(|text| text.starts_with('"')).map(json::unquote)
}

/// The `params` of a request that has none.
pub(super) fn no_params() -> RawJson {
    RawJson::parse(Bytes::from_static(b"{}")).unwrap_or_else(|_| unreachable())
}

fn unreachable() -> RawJson {
    // `{}` is JSON; this line only keeps the function free of panics.
    RawJson::from_raw(Box::<serde_json::value::RawValue>::default())
}

pub(super) fn invalid(message: &'static str) -> RpcError {
    RpcError::new(RpcError::INVALID_PARAMS, message)
}
