use bytes::Bytes;
use http::header::CONTENT_TYPE;
use keyway_core::ports::HttpResponse;
use keyway_mcp::wire::SseParser;
use serde_json::Value;

use super::rpc::not_a_gateway;
use crate::cli::failure::Failure;

/// The most bytes of an answer.
const LIMIT: usize = 64 << 20;

/// The body of a successful answer; a problem as the failure it tells.
pub(in crate::cli::mcp) async fn body(response: HttpResponse) -> Result<Bytes, Failure> {
    let status = response.status;
    let body = response
        .body
        .collect(LIMIT)
        .await
        .map_err(|error| broken(&error))?;
    if status.is_success() {
        return Ok(body);
    }
    let problem: Value = serde_json::from_slice(&body).unwrap_or_default();
    let text = |name: &str| problem.get(name).and_then(Value::as_str);
    let message = text("message").or(text("detail")).or(text("title"));
    let message = message.map_or_else(
        || format!("the gateway answered with status {}", status.as_u16()),
        str::to_owned,
    );
    let mut failure = Failure::new(text("code").unwrap_or("http_status").to_owned(), message);
    failure.hint = text("hint").map(str::to_owned);
    Err(failure)
}

/// The result of a request, whether it came as one JSON text or at the end of an event stream.
pub(in crate::cli::mcp) async fn result(response: HttpResponse) -> Result<Value, Failure> {
    let stream = response
        .headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.starts_with("text/event-stream"));
    let message = if stream {
        last_of(response).await?
    } else {
        let body = response
            .body
            .collect(LIMIT)
            .await
            .map_err(|error| broken(&error))?;
        serde_json::from_slice(&body).map_err(|_| not_a_gateway())?
    };
    match message {
        Value::Object(mut message) => match (message.remove("result"), message.get("error")) {
            (Some(result), _) => Ok(result),
            (None, Some(error)) => Err(refused(error)),
            (None, None) => Err(not_a_gateway()),
        },
        _ => Err(not_a_gateway()),
    }
}

/// The response at the end of a stream; what is notified before is not for us.
async fn last_of(mut response: HttpResponse) -> Result<Value, Failure> {
    let mut events = SseParser::new(LIMIT);
    while let Some(chunk) = response.body.chunk().await {
        events.push(&chunk.map_err(|error| broken(&error))?);
        while let Some(event) = events.next_event().map_err(|error| broken(&error))? {
            let message: Value = serde_json::from_slice(&event.data).unwrap_or_default();
            if message.get("result").is_some() || message.get("error").is_some() {
                return Ok(message);
            }
        }
    }
    Err(Failure::new("broken", "the answer ended before its result"))
}

fn refused(error: &Value) -> Failure {
    let message = error.get("message").and_then(Value::as_str);
    let code = error
        .get("code")
        .and_then(Value::as_i64)
        .unwrap_or_default();
    let mut failure = Failure::new(
        format!("rpc_{code}"),
        message
            .unwrap_or("the gateway refused the request")
            .to_owned(),
    );
    let hint = error.pointer("/data/hint").and_then(Value::as_str);
    failure.hint = hint.map(str::to_owned);
    failure
}

fn broken(error: &dyn std::error::Error) -> Failure {
    Failure::new("broken", format!("the answer broke off: {error}"))
}
