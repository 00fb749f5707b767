use bytes::Bytes;
use keyway_core::rpc::RawJson;
use serde_json::Value;

/// What `call_mcp_tool` was given.
pub(super) struct CallArguments<'a> {
    pub(super) server: &'a str,
    pub(super) tool: &'a str,
    pub(super) arguments: RawJson,
}

/// What `read_skill` was given.
pub(super) struct ReadArguments<'a> {
    pub(super) server: &'a str,
    pub(super) file: Option<&'a str>,
}

impl<'a> CallArguments<'a> {
    /// Reads them; the error says what to give, and repeats nothing.
    pub(super) fn read(given: &'a Value) -> Result<Self, &'static str> {
        let arguments = match given.get("arguments") {
            None | Some(Value::Null) => raw(&Value::Object(serde_json::Map::default())),
            // Some models write the object as a text.
            Some(Value::String(text)) => match serde_json::from_str(text) {
                Ok(value @ Value::Object(_)) => raw(&value),
                _ => None,
            },
            Some(value @ Value::Object(_)) => raw(value),
            Some(_) => None,
        };
        Ok(Self {
            server: text(given, "server").ok_or("`server` must be the name of an MCP server")?,
            tool: text(given, "tool").ok_or("`tool` must be the name of a tool")?,
            arguments: arguments.ok_or("`arguments` must be an object")?,
        })
    }
}

impl<'a> ReadArguments<'a> {
    /// Reads them; the error says what to give, and repeats nothing.
    pub(super) fn read(given: &'a Value) -> Result<Self, &'static str> {
        let file = match given.get("file") {
            None | Some(Value::Null) => None,
            Some(Value::String(file)) => Some(file.as_str()),
            Some(_) => return Err("`file` must be a file of the skill"),
        };
        Ok(Self {
            server: text(given, "server").ok_or("`server` must be the name of an MCP server")?,
            file,
        })
    }
}

/// A value as it goes to a server.
pub(super) fn raw(value: &Value) -> Option<RawJson> {
    RawJson::parse(Bytes::from(value.to_string())).ok()
}

fn text<'a>(given: &'a Value, member: &str) -> Option<&'a str> {
    given.get(member)?.as_str().filter(|text| !text.is_empty())
}
