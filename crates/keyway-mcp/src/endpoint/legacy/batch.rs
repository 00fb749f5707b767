//! JSON-RPC batches, which only revision 2025-03-26 has.

use std::sync::Arc;

use http::{HeaderMap, StatusCode};
use keyway_core::rpc::RpcError;

use super::super::core::{Core, Origin};
use super::super::method::Method;
use super::super::params::{Params, no_params};
use super::super::reply::{self, Reply};
use super::call::Flight;
use super::get::stream;
use super::request::{simple, take_notification, take_response};
use super::session::Session;
use super::sessions::find;
use crate::wire::{Id, Message, Refusal, Revision, write_error, write_result};

/// The most messages in a batch.
const MOST: usize = 256;

/// The most bytes of answers that are collected for one batch, give or take the last answer.
const MOST_BYTES: usize = 16 << 20;

/// Serves a batch: by one JSON array when there is no call in it, else by an event stream.
pub(in super::super) async fn batch(
    core: &Arc<Core>,
    origin: &Origin,
    headers: &HeaderMap,
    items: Vec<Result<Message<'_>, Refusal>>,
) -> Reply {
    let session = match find(core, origin, headers, None) {
        Ok(session) => session,
        Err(refused) => return *refused,
    };
    if session.revision != Revision::V2025_03_26 {
        return reply::bad_request(None, "batches are not part of this protocol revision");
    }
    if items.len() > MOST {
        return reply::bad_request(None, "the batch has more than 256 messages");
    }
    let mut bytes = 0usize;
    let mut answers = Vec::new();
    let mut calls = Vec::new();
    for item in items {
        match item {
            Ok(Message::Request { id, method, params }) => match Method::parse(&method) {
                Some(Method::Relay(relay)) => {
                    calls.push((id, relay, params.unwrap_or_else(no_params)));
                }
                _ if bytes > MOST_BYTES => answers.push(write_error(
                    Some(&id),
                    &RpcError::new(
                        RpcError::INVALID_REQUEST,
                        "the answers of this batch are larger than allowed: ask again on its own",
                    ),
                )),
                known => {
                    let raw = params.unwrap_or_else(no_params);
                    let answer = answered(core, origin, &session, &id, known, &raw).await;
                    bytes = bytes.saturating_add(answer.len());
                    answers.push(answer);
                }
            },
            Ok(Message::Notification { method, params }) => {
                take_notification(&session, &method, params.as_ref());
            }
            Ok(Message::Response { id, outcome }) => take_response(&session, &id, outcome),
            Ok(Message::Complaint { .. }) => {}
            Err(refusal) => answers.push(write_error(refusal.id.as_ref(), &refusal.error())),
        }
    }
    if calls.is_empty() {
        return if answers.is_empty() {
            reply::accepted()
        } else {
            reply::json(StatusCode::OK, format!("[{}]", answers.join(",")))
        };
    }
    let log = session.open_log(core, calls.len());
    for answer in &answers {
        log.write(&core.settings, answer);
    }
    for (id, relay, raw) in calls {
        let begun = Params::read(&raw).and_then(|read| {
            let call = (&id, relay, raw.clone());
            Flight::begin(
                core,
                origin.clone(),
                &session,
                call,
                &read,
                Some(Arc::clone(&log)),
            )
        });
        match begun {
            Ok(flight) => flight.detach(&log),
            Err(error) => {
                log.write(&core.settings, &write_error(Some(&id), &error));
                log.call_ended();
            }
        }
    }
    stream(core, &session, log, None)
}

async fn answered(
    core: &Core,
    origin: &Origin,
    session: &Session,
    id: &Id,
    known: Option<Method>,
    raw: &keyway_core::rpc::RawJson,
) -> String {
    let outcome = match Params::read(raw) {
        Ok(read) => simple(core, origin, session, known, &read).await,
        Err(error) => Err(error),
    };
    match outcome {
        Ok(result) => write_result(id, &result),
        Err(error) => write_error(Some(id), &error),
    }
}
