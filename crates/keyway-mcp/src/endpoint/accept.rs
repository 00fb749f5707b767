//! What a request says about media types.

use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};
use keyway_core::rpc::RpcError;

use super::reply::{self, Reply};

/// Refuses a POST whose client cannot read JSON and event streams (406), or whose body is not said
/// to be JSON (415).
pub(super) fn check_post(headers: &HeaderMap) -> Result<(), Box<Reply>> {
    if !accepts(headers, "application", "json") || !accepts(headers, "text", "event-stream") {
        return Err(Box::new(not_acceptable(
            "the client must accept application/json and text/event-stream",
        )));
    }
    let is_json = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| essence(value).eq_ignore_ascii_case("application/json"));
    if !is_json {
        return Err(Box::new(reply::error(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            None,
            &RpcError::new(
                RpcError::INVALID_REQUEST,
                "the content type must be application/json",
            ),
        )));
    }
    Ok(())
}

/// Refuses a GET whose client cannot read event streams (406).
pub(super) fn check_get(headers: &HeaderMap) -> Result<(), Box<Reply>> {
    if accepts(headers, "text", "event-stream") {
        return Ok(());
    }
    Err(Box::new(not_acceptable(
        "the client must accept text/event-stream",
    )))
}

/// True when `Accept` covers the media type, by name or by wildcard. Without the header a client
/// takes anything (RFC 9110 section 12.5.1).
fn accepts(headers: &HeaderMap, kind: &str, subtype: &str) -> bool {
    let mut any = false;
    for value in headers.get_all(ACCEPT) {
        any = true;
        let ranges = value.to_str().unwrap_or_default().split(',');
        for range in ranges {
            let Some((left, right)) = essence(range).split_once('/') else {
                continue;
            };
            let matches = left == "*"
                || (left.eq_ignore_ascii_case(kind)
                    && (right == "*" || right.eq_ignore_ascii_case(subtype)));
            if matches {
                return true;
            }
        }
    }
    !any
}

fn essence(value: &str) -> &str {
    value.split(';').next().unwrap_or_default().trim()
}

fn not_acceptable(message: &str) -> Reply {
    reply::error(
        StatusCode::NOT_ACCEPTABLE,
        None,
        &RpcError::new(RpcError::INVALID_REQUEST, message),
    )
}
