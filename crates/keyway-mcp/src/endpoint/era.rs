//! Which era a request belongs to: modern requests carry their revision in `_meta`, legacy ones
//! belong to an MCP session.

use http::HeaderMap;
use keyway_core::json;
use keyway_core::rpc::RawJson;

use super::params::string;
use crate::wire::{Revision, meta};

/// The header that names the revision.
pub(super) const VERSION_HEADER: &str = "mcp-protocol-version";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Era {
    Modern,
    Legacy,
}

/// The era of a request or notification. One whose header or `_meta` names anything but a legacy
/// revision is modern, and is then told what is wrong with it in modern terms.
pub(super) fn of_request(headers: &HeaderMap, params: Option<&RawJson>) -> Era {
    if says_modern(headers) {
        return Era::Modern;
    }
    let named = params
        .and_then(|params| json::member(params.as_str(), "_meta"))
        .and_then(|found| json::member(found.value, meta::PROTOCOL_VERSION))
        .map(|found| found.value);
    match named {
        None => Era::Legacy,
        Some(raw) => match string(Some(raw)).as_deref().and_then(Revision::parse) {
            Some(revision) if !revision.is_modern() => Era::Legacy,
            _ => Era::Modern,
        },
    }
}

/// True when the header names anything but a legacy revision.
pub(super) fn says_modern(headers: &HeaderMap) -> bool {
    headers.get(VERSION_HEADER).is_some_and(|value| {
        value
            .to_str()
            .ok()
            .and_then(Revision::parse)
            .is_none_or(Revision::is_modern)
    })
}
