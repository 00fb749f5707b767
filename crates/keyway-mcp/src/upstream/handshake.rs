use keyway_core::json;
use keyway_core::rpc::{RawJson, RpcError};

use super::caps::{SHARED, ServerCaps};
use super::failure::{Failure, read_error};
use crate::wire::Revision;
use crate::wire::meta::SERVER_INFO;

/// The most characters of a name or version that are kept.
const SAID: usize = 200;

/// What a server said when it was first spoken to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hello {
    /// The revision to speak from here on.
    pub(super) revision: Revision,
    /// What the server offers.
    pub(super) caps: ServerCaps,
    /// How the server introduced itself.
    pub(super) introduced: Introduced,
}

/// What a server says that it is (MCP `Implementation`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Introduced {
    pub(super) name: Option<String>,
    pub(super) version: Option<String>,
}

/// What a failed `server/discover` tells about a server.
#[derive(Debug)]
pub(super) enum Probe {
    /// It is modern.
    Modern(Hello),
    /// It is not: `initialize` is next.
    Legacy,
    /// It is, and refused a revision that it names as one of its own: worth asking once more, in
    /// that one (MCP 2026-07-28, Protocol Version Negotiation).
    Again(RawJson),
}

impl Probe {
    /// What counts when the question was asked for the last time.
    pub(super) fn at_last(self) -> Result<Self, Failure> {
        match self {
            Self::Again(refusal) => Err(Failure::Rpc(refusal)),
            probe => Ok(probe),
        }
    }
}

/// The params of `initialize`, without braces.
pub(super) fn initialize_members(client_info: &str) -> String {
    format!(
        r#""protocolVersion":"{}","capabilities":{SHARED},"clientInfo":{client_info}"#,
        Revision::NEWEST_LEGACY
    )
}

/// Reads the result of `server/discover`.
pub(super) fn read_discover(result: &RawJson) -> Result<Hello, Failure> {
    let text = result.as_str();
    let versions = json::member(text, "supportedVersions").ok_or_else(|| {
        Failure::Protocol("its `server/discover` names no `supportedVersions`".into())
    })?;
    Ok(Hello {
        revision: choose(versions.value)?,
        caps: read_caps(text),
        introduced: read_introduction(text),
    })
}

/// Reads the result of `initialize`.
pub(super) fn read_initialize(result: &RawJson) -> Result<Hello, Failure> {
    let text = result.as_str();
    let version = json::member(text, "protocolVersion").map(|member| json::unquote(member.value));
    let revision = version
        .as_deref()
        .and_then(Revision::parse)
        .filter(|revision| !revision.is_modern())
        .ok_or_else(|| {
            Failure::Protocol("it answered `initialize` with an unknown protocol version".into())
        })?;
    Ok(Hello {
        revision,
        caps: read_caps(text),
        introduced: read_introduction(text),
    })
}

/// What a JSON-RPC error in answer to `server/discover` tells. An error that only modern servers
/// send keeps us from falling back (MCP 2026-07-28, stdio and Streamable HTTP, Backward
/// Compatibility).
pub(super) fn read_refusal(error: &RawJson) -> Result<Probe, Failure> {
    match read_error(error).0 {
        RpcError::UNSUPPORTED_PROTOCOL_VERSION => {
            let supported = json::member(error.as_str(), "data")
                .and_then(|data| json::member(data.value, "supported"))
                .map_or("[]", |supported| supported.value);
            match choose(supported) {
                Ok(_) => Ok(Probe::Again(error.clone())),
                // Dual-era servers may name legacy revisions only: they still take `initialize`.
                Err(_) if names_legacy(supported) => Ok(Probe::Legacy),
                Err(failure) => Err(failure),
            }
        }
        RpcError::HEADER_MISMATCH | RpcError::MISSING_CLIENT_CAPABILITY => {
            Err(Failure::Rpc(error.clone()))
        }
        _ => Ok(Probe::Legacy),
    }
}

/// True for errors that only a modern server sends.
pub(super) fn is_modern_error(error: &RawJson) -> bool {
    matches!(
        read_error(error).0,
        RpcError::UNSUPPORTED_PROTOCOL_VERSION
            | RpcError::HEADER_MISMATCH
            | RpcError::MISSING_CLIENT_CAPABILITY
    )
}

fn choose(versions: &str) -> Result<Revision, Failure> {
    json::items(versions)
        .filter_map(|version| Revision::parse(&json::unquote(version)))
        .filter(|revision| revision.is_modern())
        .max()
        .ok_or_else(|| Failure::Protocol("it speaks no protocol revision that we speak".into()))
}

fn names_legacy(versions: &str) -> bool {
    json::items(versions)
        .filter_map(|version| Revision::parse(&json::unquote(version)))
        .any(|revision| !revision.is_modern())
}

/// Modern servers say it in `_meta`, legacy ones beside their capabilities.
fn read_introduction(result: &str) -> Introduced {
    let modern =
        json::member(result, "_meta").and_then(|meta| json::member(meta.value, SERVER_INFO));
    let Some(info) = modern.or_else(|| json::member(result, "serverInfo")) else {
        return Introduced::default();
    };
    let text = |member| {
        let found = json::member(info.value, member)?;
        let said = json::unquote(found.value);
        let is_text = found.value.starts_with('"') && !said.is_empty();
        is_text.then(|| said.chars().take(SAID).collect())
    };
    Introduced {
        name: text("name"),
        version: text("version"),
    }
}

fn read_caps(result: &str) -> ServerCaps {
    json::member(result, "capabilities")
        .map(|caps| ServerCaps::read(caps.value))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(text: &'static str) -> RawJson {
        RawJson::parse(text.into()).unwrap()
    }

    #[test]
    fn eras_are_told_apart() {
        let modern =
            raw(r#"{"supportedVersions":["2030-01-01","2026-07-28"],"capabilities":{"tools":{}}}"#);
        let hello = read_discover(&modern).unwrap();
        assert!(hello.revision == Revision::V2026_07_28 && hello.caps.tools);
        assert!(read_discover(&raw(r#"{"supportedVersions":["2030-01-01"]}"#)).is_err());
        assert_eq!(hello.introduced, Introduced::default());
        let named = raw(
            r#"{"supportedVersions":["2026-07-28"],"_meta":{"io.modelcontextprotocol/serverInfo":{"name":"acme","version":7}}}"#,
        );
        let introduced = read_discover(&named).unwrap().introduced;
        assert_eq!(
            (introduced.name.as_deref(), introduced.version),
            (Some("acme"), None)
        );

        let legacy = raw(r#"{"protocolVersion":"2024-11-05","capabilities":{}}"#);
        assert_eq!(
            read_initialize(&legacy).unwrap().revision,
            Revision::V2024_11_05
        );
        assert!(read_initialize(&raw(r#"{"protocolVersion":"2026-07-28"}"#)).is_err());

        let unknown = raw(r#"{"code":-32601,"message":"no"}"#);
        assert!(matches!(read_refusal(&unknown), Ok(Probe::Legacy)));
        let other = raw(r#"{"code":-32022,"message":"no","data":{"supported":["2030-01-01"]}}"#);
        assert!(read_refusal(&other).is_err());
        let dual = raw(r#"{"code":-32022,"message":"no","data":{"supported":["2025-11-25"]}}"#);
        assert!(matches!(read_refusal(&dual), Ok(Probe::Legacy)));
        let own = raw(r#"{"code":-32022,"message":"no","data":{"supported":["2026-07-28"]}}"#);
        let again = read_refusal(&own).unwrap();
        assert!(matches!(again, Probe::Again(_)) && again.at_last().is_err());
    }
}
