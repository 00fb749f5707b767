//! Which era a request belongs to: modern requests carry their revision in `_meta`, legacy ones
//! belong to an MCP session.

use http::HeaderMap;
use keyway_core::json;

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
/// revision is modern, and is then told what is wrong with it in modern terms. A handshake without
/// modern `_meta` is a legacy one, whatever its header hopes for.
pub(super) fn of_message(headers: &HeaderMap, method: &str, meta: Option<&str>) -> Era {
    let named = meta
        .and_then(|meta| json::member(meta, meta::PROTOCOL_VERSION))
        .map(|found| found.value);
    match named {
        None if method != "initialize" && says_modern(headers) => Era::Modern,
        None => Era::Legacy,
        Some(_) if says_modern(headers) => Era::Modern,
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
