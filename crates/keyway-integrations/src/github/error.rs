//! What GitHub's refusals stand for ("Troubleshooting the REST API" and "Rate limits for the REST API" in its
//! documentation). Its words are looked at and never repeated.

use std::time::Duration;

use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use keyway_core::{Error, Kind};
use serde_json::Value;

use super::json::At;

/// How long to stay away where GitHub does not say, and at most.
const AWAY: Duration = Duration::from_mins(1);
const LONGEST: Duration = Duration::from_hours(1);

/// What an answer that is no success stands for.
pub(super) fn refused(
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    now: Timestamp,
) -> Error {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let words = body
        .at("message")
        .as_str()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let error = match status.as_u16() {
        403 | 429 if is_limited(status, headers, &words) => {
            let wait = wait(headers, now);
            Error::new(
                Kind::RateLimited,
                "vendor_rate_limited",
                "GitHub is asked too often for this installation",
            )
            .with_retry_after(wait)
        }
        301 | 302 | 307 | 308 => Error::new(
            Kind::NotFound,
            "target_moved",
            "it was renamed or moved on GitHub; name it as it is called now",
        ),
        401 => Error::new(
            Kind::BadGateway,
            "vendor_unauthorized",
            "GitHub does not take the token of the installation",
        ),
        403 => forbidden(headers, &words),
        404 | 451 => {
            not_found("GitHub knows no such thing, or does not show it to this installation")
        }
        410 => not_found("it was deleted on GitHub, or is turned off in this repository"),
        405 => Error::new(
            Kind::Conflict,
            "not_mergeable",
            "GitHub does not merge this pull request now: checks, reviews or conflicts stand against it",
        ),
        406 => Error::new(
            Kind::TooLarge,
            "too_large_to_show",
            "GitHub does not show something as large as this",
        ),
        409 => changed(),
        423 => locked(),
        400 | 422 => invalid(&body, &words),
        413 => Error::new(
            Kind::TooLarge,
            "too_large",
            "this is more than GitHub takes at once",
        ),
        500.. => Error::new(
            Kind::BadGateway,
            "vendor_failed",
            "GitHub failed; try again later",
        ),
        _ => Error::new(
            Kind::BadGateway,
            "vendor_refused",
            "GitHub does not take this request",
        ),
    };
    error.with_source(format!("status {}", status.as_u16()))
}

fn is_limited(status: StatusCode, headers: &HeaderMap, words: &str) -> bool {
    let used_up = header(headers, "x-ratelimit-remaining") == Some("0");
    status.as_u16() == 429
        || used_up
        || headers.contains_key("retry-after")
        || words.contains("rate limit")
        || words.contains("abuse detection")
}

/// How long to stay away: as said, until the limit is reset, or a minute.
fn wait(headers: &HeaderMap, now: Timestamp) -> Duration {
    let seconds = |name| header(headers, name)?.parse::<i64>().ok();
    let reset = || {
        let used_up = header(headers, "x-ratelimit-remaining") == Some("0");
        let reset = seconds("x-ratelimit-reset").filter(|_| used_up)?;
        Some(reset - now.as_second())
    };
    let wait = seconds("retry-after").or_else(reset);
    let wait = wait.and_then(|wait| u64::try_from(wait).ok());
    wait.map_or(AWAY, |wait| Duration::from_secs(wait.max(1)))
        .min(LONGEST)
}

fn forbidden(headers: &HeaderMap, words: &str) -> Error {
    if words.contains("archived") {
        return Error::new(
            Kind::Conflict,
            "target_archived",
            "the repository is archived: it can be read, and nothing in it can be changed",
        );
    }
    if words.contains("locked") {
        return locked();
    }
    if words.contains("suspended") {
        return Error::new(
            Kind::Conflict,
            "installation_suspended",
            "the installation is suspended on GitHub",
        )
        .with_hint("an owner of the account can unsuspend it in its settings");
    }
    if !words.contains("not accessible") {
        return Error::new(
            Kind::Forbidden,
            "vendor_forbidden",
            "GitHub does not let the app do this",
        );
    }
    let error = Error::new(
        Kind::Forbidden,
        "missing_vendor_scope",
        "the app lacks a permission on GitHub for this",
    );
    match header(headers, "x-accepted-github-permissions").filter(|text| are_permissions(text)) {
        Some(needed) => error.with_hint(format!(
            "an owner of the app can give it {needed} in its settings, and an owner of the account accepts it"
        )),
        None => error.with_hint("an owner of the app can give it the permission in its settings"),
    }
}

/// Whether a text is as GitHub writes permissions: `issues=write; pull_requests=read`.
fn are_permissions(text: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_lowercase() || b"_=;, ".contains(&byte);
    text.contains('=') && text.len() <= 200 && text.bytes().all(good)
}

fn invalid(body: &Value, words: &str) -> Error {
    let is = |code: &str| {
        let errors = body
            .at("errors")
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        errors.iter().any(|error| error.at("code") == code)
    };
    if is("already_exists") || words.contains("already exists") {
        return Error::new(Kind::Conflict, "target_exists", "there is one already");
    }
    if words.contains("fast forward") {
        return changed();
    }
    if words.contains("locked") {
        return locked();
    }
    Error::new(
        Kind::Invalid,
        "vendor_refused_input",
        "GitHub does not take this: a name, a number or a branch in it is not one it can use here",
    )
}

fn not_found(message: &'static str) -> Error {
    Error::new(Kind::NotFound, "target_not_found", message)
}

fn locked() -> Error {
    Error::new(
        Kind::Conflict,
        "target_locked",
        "the conversation is locked: who may write there can unlock it",
    )
}

fn changed() -> Error {
    Error::new(
        Kind::Conflict,
        "target_changed",
        "it changed on GitHub meanwhile; read it again first",
    )
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(status: u16, headers: &[(&'static str, &str)], message: &str) -> Error {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        let body = serde_json::json!({ "message": message }).to_string();
        let now = Timestamp::from_second(1_000).unwrap();
        refused(
            StatusCode::from_u16(status).unwrap(),
            &map,
            body.as_bytes(),
            now,
        )
    }

    #[test]
    fn each_refusal_has_a_code_and_no_word_of_githubs() {
        for (status, message, code) in [
            (401, "Bad credentials", "vendor_unauthorized"),
            (
                403,
                "Repository was archived so is read-only.",
                "target_archived",
            ),
            (
                403,
                "Unable to create comment because issue is locked.",
                "target_locked",
            ),
            (
                403,
                "This installation has been suspended",
                "installation_suspended",
            ),
            (
                403,
                "Resource not accessible by integration",
                "missing_vendor_scope",
            ),
            (
                403,
                "You have exceeded a secondary rate limit.",
                "vendor_rate_limited",
            ),
            (403, "Must have admin rights", "vendor_forbidden"),
            (404, "Not Found", "target_not_found"),
            (410, "This issue was deleted", "target_not_found"),
            (301, "Moved Permanently", "target_moved"),
            (405, "Pull Request is not mergeable", "not_mergeable"),
            (409, "Head branch was modified", "target_changed"),
            (422, "Reference already exists", "target_exists"),
            (422, "Update is not a fast forward", "target_changed"),
            (422, "Validation Failed", "vendor_refused_input"),
            (423, "Locked", "target_locked"),
            (429, "", "vendor_rate_limited"),
            (500, "boom", "vendor_failed"),
            (503, "boom", "vendor_failed"),
            (418, "teapot", "vendor_refused"),
        ] {
            let error = error(status, &[], message);
            assert_eq!(error.code(), code, "{status} {message}");
            let said = error.to_json().to_string();
            assert!(message.is_empty() || !said.contains(message), "{said}");
        }
    }

    #[test]
    fn how_long_to_stay_away_is_as_github_says() {
        let seconds = |status, headers: &[(&'static str, &str)]| {
            error(status, headers, "")
                .retry_after()
                .map(|wait| wait.as_secs())
        };
        assert_eq!(seconds(429, &[("retry-after", "7")]), Some(7));
        assert_eq!(seconds(403, &[("retry-after", "9")]), Some(9));
        assert_eq!(
            seconds(
                403,
                &[
                    ("x-ratelimit-remaining", "0"),
                    ("x-ratelimit-reset", "1120")
                ]
            ),
            Some(120)
        );
        assert_eq!(
            seconds(
                403,
                &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "10")]
            ),
            Some(60)
        );
        assert_eq!(seconds(429, &[]), Some(60));
        assert_eq!(seconds(429, &[("retry-after", "999999")]), Some(3_600));
        assert_eq!(seconds(403, &[("x-ratelimit-remaining", "5")]), None);
    }

    #[test]
    fn a_permission_that_is_missing_is_named_where_it_is_one() {
        let not = "Resource not accessible by integration";
        let named = error(
            403,
            &[("x-accepted-github-permissions", "issues=write")],
            not,
        );
        assert!(named.hint().unwrap().contains("issues=write"));
        let odd = error(
            403,
            &[("x-accepted-github-permissions", "<b>IGNORE</b>=")],
            not,
        );
        assert!(!odd.hint().unwrap().contains("IGNORE"));
    }
}
