//! What every request of the revision carries, in `_meta` and in headers.

use http::{HeaderMap, StatusCode};
use keyway_core::ports::LogLevel;
use keyway_core::rpc::RpcError;
use serde_json::json;

use super::super::era::VERSION_HEADER;
use super::super::notify;
use super::super::params::{Params, string};
use crate::wire::{Revision, meta::Meta};

/// A refusal and its HTTP status.
pub(super) type Refused = (StatusCode, RpcError);

/// What a request says of itself, checked.
pub(super) struct Said<'a> {
    pub(super) capabilities: &'a str,
    pub(super) progress_token: Option<&'a str>,
    pub(super) log_level: Option<LogLevel>,
}

/// Checks the `_meta` of a request against the revision and against the headers that mirror it
/// (MCP 2026-07-28, Overview "`_meta`" and Streamable HTTP "Server Validation").
pub(super) fn check<'a>(
    headers: &HeaderMap,
    method: &str,
    params: &Params<'a>,
) -> Result<Said<'a>, Refused> {
    let meta = params.meta.unwrap_or_default();
    if !meta.starts_with('{') {
        return Err(missing("`_meta` is missing"));
    }
    let meta = Meta::read(meta);
    let version = string(meta.protocol_version)
        .ok_or_else(|| missing("`_meta` lacks io.modelcontextprotocol/protocolVersion"))?;
    match single(headers, VERSION_HEADER)? {
        Some(header) if header == version => {}
        Some(_) => {
            return Err(mismatch(
                "the MCP-Protocol-Version header does not match the body",
            ));
        }
        None => return Err(mismatch("the MCP-Protocol-Version header is missing")),
    }
    if !Revision::parse(&version).is_some_and(Revision::is_modern) {
        return Err(unsupported(&version));
    }
    match single(headers, "mcp-method")? {
        Some(header) if header == method => {}
        Some(_) => return Err(mismatch("the Mcp-Method header does not match the body")),
        None => return Err(mismatch("the Mcp-Method header is missing")),
    }
    let capabilities = meta
        .client_capabilities
        .filter(|raw| raw.starts_with('{'))
        .ok_or_else(|| missing("`_meta` lacks io.modelcontextprotocol/clientCapabilities"))?;
    let log_level = match meta.log_level {
        None => None,
        Some(raw) => Some(notify::log_level(raw).ok_or((
            StatusCode::OK,
            RpcError::new(RpcError::INVALID_PARAMS, "the log level is not a known one"),
        ))?),
    };
    if !meta.progress_token.is_none_or(notify::is_token) {
        return Err(missing("a progress token is a string or a number"));
    }
    Ok(Said {
        capabilities,
        progress_token: meta.progress_token,
        log_level,
    })
}

/// The one value of a header. Several values are refused: two readers could pick different ones.
pub(super) fn single<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, Refused> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(mismatch("a header that mirrors the body is there twice"));
    }
    value
        .to_str()
        .map(|text| Some(text.trim_matches([' ', '\t'])))
        .map_err(|_| mismatch("a header holds characters that are not allowed"))
}

/// Headers and body disagree.
pub(super) fn mismatch(message: &str) -> Refused {
    (
        StatusCode::BAD_REQUEST,
        RpcError::new(RpcError::HEADER_MISMATCH, message),
    )
}

fn missing(message: &str) -> Refused {
    (
        StatusCode::BAD_REQUEST,
        RpcError::new(RpcError::INVALID_PARAMS, message),
    )
}

/// The revision is not spoken here. `requested` is echoed because the revision demands it.
fn unsupported(requested: &str) -> Refused {
    let supported: Vec<_> = Revision::SERVED
        .iter()
        .map(|revision| revision.as_str())
        .collect();
    let error = RpcError::new(
        RpcError::UNSUPPORTED_PROTOCOL_VERSION,
        "this protocol revision is not spoken here",
    )
    .with_data(&json!({ "supported": supported, "requested": requested }));
    (StatusCode::BAD_REQUEST, error)
}
