//! When a request that was surely not carried out is sent once more.

use std::time::Duration;

use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};
use jiff::fmt::rfc2822::DateTimeParser;
use keyway_core::ports::{HttpError, HttpResponse};

/// The pause before the first repetition; doubled with each further one.
const FIRST: Duration = Duration::from_millis(100);

/// The longest `Retry-After` that is waited for. Whoever asks for more gets no second request.
const LONGEST: Duration = Duration::from_secs(10);

/// How long to wait before the request is sent again, when it was not carried out for certain: no
/// connection was made, or the server says when to come back. `None` for everything else.
pub(super) fn pause(outcome: &Result<HttpResponse, HttpError>, before: u32) -> Option<Duration> {
    match outcome {
        Err(HttpError::Connect(_)) => Some(FIRST * (1 << before.min(6))),
        Ok(response) if matches!(response.status.as_u16(), 429 | 503) => {
            retry_after(&response.headers).filter(|wait| *wait <= LONGEST)
        }
        _ => None,
    }
}

/// `Retry-After` as a time span (RFC 9110 section 10.2.3). A date counts from the answer's own.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let parser = DateTimeParser::new();
    let then = parser.parse_timestamp(text).ok()?;
    let date = headers.get(DATE)?.to_str().ok()?;
    let now = parser.parse_timestamp(date.trim()).ok()?;
    Some(Duration::try_from(then.duration_since(now)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_retry_after_are_read() {
        let wait = |fields: &[(http::HeaderName, &'static str)]| {
            let headers = fields.iter().cloned();
            let headers: HeaderMap = headers
                .map(|(name, value)| (name, http::HeaderValue::from_static(value)))
                .collect();
            retry_after(&headers).map(|wait| wait.as_secs())
        };
        let date = (DATE, "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(wait(&[(RETRY_AFTER, " 3 ")]), Some(3));
        let later = (RETRY_AFTER, "Sun, 06 Nov 1994 08:49:42 GMT");
        assert_eq!(wait(&[later.clone(), date.clone()]), Some(5));
        assert_eq!(wait(&[later]), None);
        let past = (RETRY_AFTER, "Sun, 06 Nov 1994 08:00:00 GMT");
        assert_eq!(wait(&[past, date]), Some(0));
        assert_eq!(wait(&[(RETRY_AFTER, "soon")]), None);
        assert_eq!(wait(&[]), None);
    }
}
