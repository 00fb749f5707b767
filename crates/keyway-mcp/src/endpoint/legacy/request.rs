use std::sync::Arc;

use http::{HeaderMap, StatusCode};
use keyway_core::rpc::{RawJson, RpcError};

use super::super::core::{Asked, Core, Origin};
use super::super::list::list;
use super::super::method::Method;
use super::super::notify;
use super::super::params::{Params, invalid, string};
use super::super::reply::{self, Reply};
use super::call::Flight;
use super::session::{Answer, Session};
use super::sessions::{find, initialize};
use crate::wire::{Id, write_result};

/// Serves a request.
pub(in super::super) async fn request(core: &Arc<Core>, asked: Asked<'_>) -> Reply {
    let Asked {
        origin,
        headers,
        id,
        method,
        raw,
        params,
    } = asked;
    let known = Method::parse(method);
    if known == Some(Method::Initialize) {
        let opened = params.and_then(|params| initialize(core, &origin, &id, &params));
        return opened.unwrap_or_else(|error| reply::error(StatusCode::OK, Some(&id), &error));
    }
    let session = match find(core, &origin, headers, Some(&id)) {
        Ok(session) => session,
        Err(refused) => return *refused,
    };
    let params = match params {
        Ok(params) => params,
        Err(error) => return reply::error(StatusCode::OK, Some(&id), &error),
    };
    if let Some(Method::Relay(relay)) = known {
        let call = (&id, relay, raw.clone());
        return match Flight::begin(core, origin, &session, call, &params, None) {
            Ok(flight) => flight.answer().await,
            Err(error) => reply::error(status_of(&error), Some(&id), &error),
        };
    }
    match simple(core, &origin, &session, known, &params).await {
        Ok(result) => reply::json(StatusCode::OK, write_result(&id, &result)),
        Err(error) => reply::error(StatusCode::OK, Some(&id), &error),
    }
}

/// Serves everything that is no call, to its `result`.
pub(super) async fn simple(
    core: &Core,
    origin: &Origin,
    session: &Session,
    method: Option<Method>,
    params: &Params<'_>,
) -> Result<String, RpcError> {
    match method {
        Some(Method::Ping) => {}
        Some(Method::List(which)) => return list(core, origin, which, params, |_, _| {}).await,
        Some(Method::SetLevel) => {
            let level = params
                .level
                .and_then(notify::log_level)
                .ok_or_else(|| invalid("`level` must be a log level"))?;
            session.set_level(level);
        }
        Some(Method::Subscribe) => subscribe(core, origin, session, params).await?,
        Some(Method::Unsubscribe) => {
            let uri = string(params.uri).ok_or_else(|| invalid("`uri` must be a string"))?;
            if session.remove_subscription(&uri) {
                core.backend.unsubscribe(&origin.who, &uri).await;
            }
        }
        _ => {
            return Err(RpcError::new(
                RpcError::METHOD_NOT_FOUND,
                "there is no such method",
            ));
        }
    }
    Ok("{}".to_owned())
}

async fn subscribe(
    core: &Core,
    origin: &Origin,
    session: &Session,
    params: &Params<'_>,
) -> Result<(), RpcError> {
    let uri = string(params.uri).ok_or_else(|| invalid("`uri` must be a string"))?;
    let is_new = session
        .add_subscription(&uri, core.settings.subscriptions)
        .map_err(|()| invalid("these are more resources than one MCP session may watch"))?;
    if is_new {
        let subscribed = core.backend.subscribe(&origin.who, &uri).await;
        // The session may have ended meanwhile, without knowing of this subscription.
        let ended = session.ended.is_cancelled();
        if subscribed.is_err() {
            session.remove_subscription(&uri);
        } else if ended {
            core.backend.unsubscribe(&origin.who, &uri).await;
        }
        subscribed?;
    }
    Ok(())
}

/// Takes a notification.
pub(in super::super) fn notification(
    core: &Core,
    origin: &Origin,
    headers: &HeaderMap,
    method: &str,
    params: Option<&RawJson>,
) -> Reply {
    match find(core, origin, headers, None) {
        Ok(session) => {
            take_notification(&session, method, params);
            reply::accepted()
        }
        Err(refused) => *refused,
    }
}

pub(super) fn take_notification(session: &Session, method: &str, params: Option<&RawJson>) {
    if method != "notifications/cancelled" {
        return;
    }
    let Some(raw) = params else { return };
    let id = Params::read(raw)
        .ok()
        .and_then(|read| read.request_id)
        .and_then(|id| Id::from_raw(bytes::Bytes::copy_from_slice(id.as_bytes())));
    if let Some(id) = id {
        session.cancel_call(&id);
    }
}

/// Takes the answer to a request of ours.
pub(in super::super) fn response(
    core: &Core,
    origin: &Origin,
    headers: &HeaderMap,
    id: &Id,
    answer: Answer,
) -> Reply {
    match find(core, origin, headers, None) {
        Ok(session) => {
            take_response(&session, id, answer);
            reply::accepted()
        }
        Err(refused) => *refused,
    }
}

/// An answer nobody waits for any more is no mistake of the client's.
pub(super) fn take_response(session: &Session, id: &Id, answer: Answer) {
    if let Some(number) = id.as_u64() {
        session.answer(number, answer);
    }
}

fn status_of(error: &RpcError) -> StatusCode {
    if error.code == RpcError::INVALID_REQUEST {
        StatusCode::BAD_REQUEST
    } else {
        StatusCode::OK
    }
}
