use std::time::Duration;

use http::HeaderMap;
use jiff::Timestamp;
use keyway_core::{Error, Kind};

/// Linear cannot be heard, or says what nobody can use.
pub(super) fn failed(source: &str) -> Error {
    Error::new(
        Kind::BadGateway,
        "vendor_failed",
        "Linear failed; try again later",
    )
    .with_source(source.to_owned())
}

/// A failure on the way there and back.
pub(super) fn unreached(error: Error) -> Error {
    if error.code() == "upstream_refused_address" {
        return error;
    }
    let kind = error.kind();
    let message = "Linear could not be reached, or its answer not be read; try again later";
    Error::new(kind, "vendor_failed", message).with_source(error)
}

/// Linear is asked too often.
pub(super) fn busy(headers: &HeaderMap, now: Timestamp) -> Error {
    let error = Error::new(
        Kind::RateLimited,
        "vendor_rate_limited",
        "Linear is asked too often; try again later",
    );
    match wait(headers, now) {
        Some(wait) => error.with_retry_after(wait),
        None => error,
    }
}

/// How long Linear wants nobody to ask: `Retry-After`, else until the limit that is used up is there again.
fn wait(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let number = |name: &str| -> Option<i64> {
        let text = headers.get(name)?.to_str().ok()?;
        text.trim().parse().ok()
    };
    if let Some(seconds) = number("retry-after") {
        return u64::try_from(seconds).ok().map(Duration::from_secs);
    }
    let used_up = |limit: &str| number(&format!("x-ratelimit-{limit}-remaining")) == Some(0);
    let resets = ["requests", "complexity", "endpoint-requests"].into_iter();
    let resets = resets.filter(|limit| used_up(limit));
    let at = resets
        .filter_map(|limit| number(&format!("x-ratelimit-{limit}-reset")))
        .max()?;
    let millis = at.saturating_sub(now.as_millisecond()).max(0);
    u64::try_from(millis).ok().map(Duration::from_millis)
}

/// The token is worth nothing any more.
pub(super) fn revoked() -> Error {
    Error::new(
        Kind::Conflict,
        "installation_revoked",
        "Linear does not know this installation any more",
    )
    .with_hint("install it again")
}

/// The token is good and may not do this.
pub(super) fn missing_scope() -> Error {
    Error::new(
        Kind::Forbidden,
        "missing_vendor_scope",
        "Linear does not let the installation do this",
    )
    .with_hint(
        "install it again with all the scopes it asks for, and give its user access to the team",
    )
}

/// Something is not there, or not for this token to see.
pub(super) fn not_found() -> Error {
    Error::new(
        Kind::NotFound,
        "target_not_found",
        "there is no such thing in Linear, or the installation may not see it",
    )
}

/// An issue that is archived or in the trash.
pub(super) fn archived() -> Error {
    Error::new(
        Kind::Conflict,
        "target_archived",
        "the issue is archived or deleted, so that it cannot be changed",
    )
    .with_hint("ask somebody to restore it in Linear")
}

/// What Linear does not take, though it is well formed.
pub(super) fn not_taken() -> Error {
    Error::new(
        Kind::Invalid,
        "vendor_refused",
        "Linear does not take this input",
    )
}

/// A team that the publication is not for.
pub(super) fn outside() -> Error {
    Error::new(
        Kind::Forbidden,
        "outside_publication",
        "this is of a team that the agent is not published for",
    )
}
