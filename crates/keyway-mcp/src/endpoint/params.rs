use std::borrow::Cow;

use bytes::Bytes;
use keyway_core::json;
use keyway_core::ports::RelayMethod;
use keyway_core::rpc::{RawJson, RpcError};

/// The names of [`Params`], folded.
const MEMBERS: [&str; 15] = [
    "NAME",
    "URI",
    "ARGUMENTS",
    "REF",
    "ARGUMENT",
    "CURSOR",
    "_META",
    "LEVEL",
    "REQUESTID",
    "NOTIFICATIONS",
    "INPUTRESPONSES",
    "REQUESTSTATE",
    "PROTOCOLVERSION",
    "CAPABILITIES",
    "TASKID",
];
/// The names of a reference, folded.
const REFERENCE: [&str; 3] = ["TYPE", "NAME", "URI"];

/// The members of a request's `params` that the endpoint looks at, as JSON text. Found in one pass;
/// a member that is there twice is refused, because two readers could disagree on which one counts. So
/// is one whose name is one of these in other letters: there are readers that take it for the same, and
/// what is relayed would not be what was looked at.
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
    pub(super) task_id: Option<&'a str>,
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
                "taskId" => &mut read.task_id,
                other if is_like_one(other, &MEMBERS) => {
                    return Err(invalid("`params` has a member in other letters than MCP's"));
                }
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
                other if is_like_one(other, &REFERENCE) => {
                    return Err(invalid("`ref` has a member in other letters than MCP's"));
                }
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

/// True for a name that is one of these in other letters, whichever way they are folded: `ſ` is an `s`,
/// too, and the sign of the kelvin a `k`.
fn is_like_one(name: &str, folded: &[&str]) -> bool {
    let folding = name.chars().flat_map(char::to_lowercase);
    let name: String = folding.flat_map(char::to_uppercase).collect();
    folded.contains(&&*name)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attack_a_member_that_some_reader_takes_for_another_is_refused() {
        for params in [
            r#"{"name":"read","Name":"drop"}"#,
            r#"{"NAME":"drop","name":"read"}"#,
            r#"{"name":"t","arguments":{},"Arguments":{"path":"/"}}"#,
            r#"{"name":"t","argument\u017f":{"path":"/"}}"#,
            r#"{"name":"t","\u0041rguments":{"path":"/"}}"#,
            r#"{"name":"t","_Meta":{}}"#,
            r#"{"name":"t","inputresponses":{},"requeststate":"x"}"#,
        ] {
            let params = RawJson::parse(params.to_owned().into()).unwrap();
            assert!(Params::read(&params).is_err(), "{}", params.as_str());
        }
        let others = r#"{"name":"t","arguments":{"Name":1},"names":1,"task":{}}"#;
        let others = RawJson::parse(others.to_owned().into()).unwrap();
        assert_eq!(Params::read(&others).unwrap().name, Some("\"t\""));
        let reference = r#"{"ref":{"type":"ref/prompt","name":"a","Name":"b"},"argument":{}}"#;
        let reference = RawJson::parse(reference.to_owned().into()).unwrap();
        let read = Params::read(&reference).unwrap();
        assert!(read.target(RelayMethod::Complete).is_err());
    }

    #[test]
    fn every_member_that_is_looked_at_is_known_in_other_letters() {
        for member in [MEMBERS.as_slice(), &REFERENCE].concat() {
            assert!(is_like_one(&member.to_lowercase(), &[member]), "{member}");
        }
    }
}
