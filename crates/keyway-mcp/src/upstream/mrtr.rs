//! Results of a modern server that ask for input (MCP 2026-07-28, Multi Round-Trip Requests), for
//! clients that cannot take them: the client is asked, and the call repeated.

use std::fmt::Write as _;

use keyway_core::json::{self, quote};
use keyway_core::ports::{AskError, InputRequest, InputRequests, Relay, RelayMethod};
use keyway_core::rpc::{RawJson, RpcError};
use serde_json::value::RawValue;

use super::body::Retry;
use super::connection::Connection;
use super::failure::Failure;
use super::server::Server;

/// How often one call may ask.
const ROUNDS: usize = 20;

/// True when the result asks for input and its client cannot take that as it is.
pub(super) fn asks(connection: &Connection, relay: &Relay<'_>, result: &RawJson) -> bool {
    connection.dialect.revision.is_modern()
        && relay.method != RelayMethod::Complete
        && !relay.caller.takes_input_required()
        && is_input_required(result)
}

fn is_input_required(result: &RawJson) -> bool {
    memchr::memmem::find(result.bytes(), b"input_required").is_some()
        && json::member(result.as_str(), "resultType")
            .is_some_and(|kind| json::unquote(kind.value) == "input_required")
}

/// Asks the client what the server wants to know and repeats the call, until there is a result.
pub(super) async fn complete(
    server: &Server,
    connection: &Connection,
    relay: &Relay<'_>,
    mut result: RawJson,
) -> Result<RawJson, RpcError> {
    let key = &server.spec.key;
    for _ in 0..ROUNDS {
        let (requests, state) = read(&result).map_err(|failure| failure.to_rpc(key))?;
        let responses = if requests.is_empty() {
            None
        } else {
            Some(ask(relay, requests).await?)
        };
        let retry = Retry { responses, state };
        let headers = server.headers_for(relay);
        let limit = server.spec.timeouts.call;
        result = connection
            .relay(relay, headers, Some(&retry), limit)
            .await
            .map_err(|failure| failure.to_rpc(key))?;
        if !is_input_required(&result) {
            return Ok(result);
        }
    }
    Err(Failure::Protocol("it asked for input too often".into()).to_rpc(key))
}

/// The requests of a result, and its `requestState` as JSON text.
fn read(result: &RawJson) -> Result<(InputRequests, Option<String>), Failure> {
    let bad = || Failure::Protocol("it asked for input in a form that is not known".into());
    let mut requests = Vec::new();
    let mut state = None;
    for member in json::members(result.as_str()) {
        match member.key.as_ref() {
            "requestState" => state = Some(member.value.to_owned()),
            "inputRequests" => {
                for request in json::members(member.value) {
                    let method = json::member(request.value, "method").ok_or_else(bad)?;
                    let params = json::member(request.value, "params")
                        .map(|params| RawValue::from_string(params.value.to_owned()))
                        .transpose()
                        .map_err(|_| bad())?;
                    requests.push((
                        request.key.into_owned(),
                        InputRequest {
                            method: json::unquote(method.value).into_owned(),
                            params,
                        },
                    ));
                }
            }
            _ => {}
        }
    }
    if requests.is_empty() && state.is_none() {
        return Err(bad());
    }
    Ok((requests, state))
}

/// The answers of the client, as an `inputResponses` object.
async fn ask(relay: &Relay<'_>, requests: InputRequests) -> Result<String, RpcError> {
    let answers = tokio::select! {
        () = relay.cancel.cancelled() => Err(AskError::Cancelled),
        answers = relay.caller.ask(requests) => answers,
    };
    let answers = answers.map_err(|error| {
        let mut refusal = RpcError::new(RpcError::INTERNAL_ERROR, error.to_string());
        if let AskError::Refused(raw) = error {
            refusal.raw = Some(RawJson::from_raw(raw));
        }
        refusal
    })?;
    let mut responses = String::from("{");
    for (at, (key, answer)) in answers.iter().enumerate() {
        let comma = if at == 0 { "" } else { "," };
        let _ = write!(responses, "{comma}{}:{}", quote(key), answer.get());
    }
    responses.push('}');
    Ok(responses)
}
