use std::time::Duration;

use http::header::RETRY_AFTER;
use http::{HeaderMap, StatusCode};

use crate::ports::HttpError;
use crate::{Error, Kind};

/// Why no answer came.
pub(super) fn unreached(error: HttpError) -> Error {
    let (kind, code, message) = match &error {
        HttpError::BadUrl(_) => return bad_request(error.to_string()),
        HttpError::Refused(_) => (
            Kind::Forbidden,
            "upstream_refused_address",
            "the address this would go to is not one it may go to",
        ),
        HttpError::Timeout => (
            Kind::Timeout,
            "upstream_timeout",
            "the service did not answer in time",
        ),
        HttpError::TooLarge => (
            Kind::BadGateway,
            "upstream_too_large",
            "the answer of the service is larger than allowed",
        ),
        HttpError::TooManyRedirects => (
            Kind::BadGateway,
            "upstream_redirected",
            "the service redirects more often than allowed",
        ),
        HttpError::Connect(_) | HttpError::Broken(_) => (
            Kind::BadGateway,
            "upstream_unreachable",
            "the service could not be reached",
        ),
    };
    let made = Error::new(kind, code, message);
    let made = match &error {
        HttpError::Refused(_) => made.with_hint(
            "declare the host where the credential is defined, or name it in `egress.allow`",
        ),
        _ => made,
    };
    made.with_source(error)
}

/// What a status that is no success stands for.
pub(super) fn refused(status: StatusCode, headers: &HeaderMap) -> Error {
    let (kind, code, message) = match status.as_u16() {
        401 | 403 => (
            Kind::BadGateway,
            "upstream_unauthorized",
            "the service refuses the credential, or does not let it do this",
        ),
        404 | 410 => (
            Kind::NotFound,
            "upstream_not_found",
            "the service knows no such thing",
        ),
        429 => (
            Kind::RateLimited,
            "upstream_rate_limited",
            "the service is asked too often",
        ),
        300..=399 => (
            Kind::BadGateway,
            "upstream_redirected",
            "the service redirects elsewhere",
        ),
        400..=499 => (
            Kind::BadGateway,
            "upstream_refused",
            "the service does not take this request",
        ),
        _ => (Kind::BadGateway, "upstream_failed", "the service failed"),
    };
    let error = Error::new(kind, code, message).with_source(format!("status {}", status.as_u16()));
    match retry_after(headers) {
        Some(after) => error.with_retry_after(after),
        None => error,
    }
}

/// Seconds of a `Retry-After` header; a date is left to whoever has a clock.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?;
    Some(Duration::from_secs(text.trim().parse().ok()?))
}

pub(super) fn not_json(source: &serde_json::Error) -> Error {
    Error::new(
        Kind::BadGateway,
        "upstream_not_json",
        "the answer of the service is not the JSON that was expected",
    )
    // Its text could repeat what the service sent.
    .with_source(format!(
        "{:?} at {}:{}",
        source.classify(),
        source.line(),
        source.column()
    ))
}

/// A fault in the code of the action.
pub(super) fn bad_request(reason: String) -> Error {
    Error::new(
        Kind::Internal,
        "bad_request_made",
        "the action made a request that cannot be sent",
    )
    .with_source(reason)
}

/// What was stored holds what no header may (RFC 9110, section 5.5): mostly a line break at its end.
pub(super) fn unusable_secret() -> Error {
    Error::new(
        Kind::Conflict,
        "credential_unusable",
        "a credential has a character that an HTTP header cannot hold",
    )
    .with_hint("set it again, without line breaks and with ASCII characters only")
}

pub(super) fn no_way_out() -> Error {
    Error::internal("this context has no way out: `Context::with_http` gives it one")
}
