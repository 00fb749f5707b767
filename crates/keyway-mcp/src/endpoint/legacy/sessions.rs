//! Finding and opening MCP sessions.

use std::sync::Arc;

use http::{HeaderMap, HeaderValue, StatusCode};
use keyway_core::rpc::RpcError;
use serde_json::json;

use super::super::core::{Core, Origin};
use super::super::era::VERSION_HEADER;
use super::super::introduction::initialize_result;
use super::super::params::{Params, invalid, string};
use super::super::reply::{self, Reply};
use super::session::Session;
use super::table::{self, Named, Sessions};
use crate::wire::{Id, Revision, read_capabilities, write_result};

/// The header that names the last event a client saw.
pub(super) const LAST_EVENT_HEADER: &str = "last-event-id";

/// The most bytes of capabilities a session keeps: it keeps them for as long as it lives.
const MOST_CAPABILITIES: usize = 16 << 10;

/// The session a request belongs to, or why there is none.
pub(super) fn find(
    core: &Core,
    origin: &Origin,
    headers: &HeaderMap,
    id: Option<&Id>,
) -> Result<Arc<Session>, Box<Reply>> {
    // Which one is meant cannot be told; something in between may have read the other.
    for name in [table::SESSION_HEADER, VERSION_HEADER, LAST_EVENT_HEADER] {
        if headers.get_all(name).iter().nth(1).is_some() {
            let why = "a header that names a session, a revision or an event is there twice";
            return Err(Box::new(reply::bad_request(id, why)));
        }
    }
    if let Some(error) = bad_version(headers) {
        return Err(Box::new(reply::error(StatusCode::BAD_REQUEST, id, &error)));
    }
    let found = match table::named(headers) {
        Named::Session(session) => core.sessions.find(session, &origin.who),
        Named::Foreign => None,
        Named::Nothing => {
            return Err(Box::new(reply::bad_request(
                id,
                "the Mcp-Session-Id header is missing: open an MCP session with initialize",
            )));
        }
    };
    let Some(session) = found else {
        let error = RpcError::new(
            RpcError::INVALID_REQUEST,
            "there is no such MCP session: open one with initialize",
        );
        return Err(Box::new(reply::error(StatusCode::NOT_FOUND, id, &error)));
    };
    session.touch(core.now());
    Ok(session)
}

/// Opens a session.
pub(super) fn initialize(
    core: &Arc<Core>,
    origin: &Origin,
    id: &Id,
    params: &Params<'_>,
) -> Result<Reply, RpcError> {
    let asked = string(params.protocol_version)
        .ok_or_else(|| invalid("`protocolVersion` must be a string"))?;
    if params
        .capabilities
        .is_some_and(|raw| raw.len() > MOST_CAPABILITIES)
    {
        return Err(invalid("`capabilities` is larger than 16 KiB"));
    }
    let capabilities = read_capabilities(params.capabilities.unwrap_or("{}"))
        .ok_or_else(|| invalid("`capabilities` must be an object"))?;
    let revision = Revision::parse(&asked)
        .filter(|revision| Revision::SERVED.contains(revision) && !revision.is_modern())
        .unwrap_or(Revision::NEWEST_LEGACY);
    let session = Session::new(
        core.random_id(),
        origin.who.clone(),
        revision,
        capabilities,
        core.now(),
        core.sessions.enter(),
    );
    let name = table::written(session.id);
    let result = initialize_result(&core.backend.server(), &core.written(), revision);
    Sessions::insert(core, Arc::new(session));
    let mut reply = reply::json(StatusCode::OK, write_result(id, &result));
    if let Ok(name) = HeaderValue::from_str(&name) {
        reply.headers_mut().insert(table::SESSION_HEADER, name);
    }
    Ok(reply)
}

/// A revision in the header that is none of ours (2025-06-18 and later demand a 400).
fn bad_version(headers: &HeaderMap) -> Option<RpcError> {
    let value = headers.get(VERSION_HEADER)?;
    let known = value
        .to_str()
        .ok()
        .and_then(Revision::parse)
        .is_some_and(|revision| Revision::SERVED.contains(&revision));
    let supported: Vec<_> = Revision::SERVED
        .iter()
        .map(|revision| revision.as_str())
        .collect();
    (!known).then(|| {
        RpcError::new(
            RpcError::UNSUPPORTED_PROTOCOL_VERSION,
            "this protocol revision is not spoken here",
        )
        .with_data(&json!({ "supported": supported }))
    })
}
