//! When a request is worth sending again.

use std::time::Duration;

use http::HeaderMap;
use http::header::{DATE, HeaderName, RETRY_AFTER};
use keyway_core::ports::{HttpError, HttpResponse};

/// The first wait where the other side asks for none; each next one is twice as long.
const FIRST: Duration = Duration::from_millis(200);
/// The longest wait. Who asks for more gets no second request.
const LONGEST: Duration = Duration::from_mins(1);

/// How long to wait before the request is sent again; `None` when this outcome is the answer.
/// `tried` is how often it was sent again before.
pub(crate) fn after(outcome: &Result<HttpResponse, HttpError>, tried: u32) -> Option<Duration> {
    let own = FIRST
        .saturating_mul(2u32.saturating_pow(tried))
        .min(LONGEST);
    let wait = match outcome {
        Ok(answer) if matches!(answer.status.as_u16(), 429 | 502 | 503 | 504) => {
            asked(&answer.headers).unwrap_or(own)
        }
        Err(HttpError::Connect(_) | HttpError::Broken(_)) => own,
        _ => return None,
    };
    (wait <= LONGEST).then_some(wait)
}

/// What `Retry-After` asks for: seconds, or a date (RFC 9110, section 10.2.3), told from the moment of
/// the answer by its own `Date`.
fn asked(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: HeaderName| Some(headers.get(name)?.to_str().ok()?.trim());
    let wanted = text(RETRY_AFTER)?;
    if let Ok(seconds) = wanted.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = httpdate::parse_http_date(wanted).ok()?;
    let now = httpdate::parse_http_date(text(DATE)?).ok()?;
    Some(until.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use http::StatusCode;
    use keyway_core::ports::Body;

    use super::*;

    fn answer(status: u16, retry_after: Option<&str>) -> HttpResponse {
        let mut headers = HeaderMap::new();
        if let Some(text) = retry_after {
            headers.insert(RETRY_AFTER, text.parse().unwrap());
        }
        HttpResponse {
            status: StatusCode::from_u16(status).unwrap(),
            headers,
            body: Body::new(futures_util::stream::empty()),
        }
    }

    #[test]
    fn only_what_may_pass_is_sent_again() {
        for status in [200, 301, 400, 401, 404, 409, 500, 501] {
            assert_eq!(after(&Ok(answer(status, Some("1"))), 0), None, "{status}");
        }
        for status in [429, 502, 503, 504] {
            assert_eq!(after(&Ok(answer(status, None)), 0), Some(FIRST), "{status}");
        }
        assert_eq!(
            after(&Err(HttpError::Connect(String::new())), 2),
            Some(FIRST * 4)
        );
        assert_eq!(after(&Err(HttpError::Timeout), 0), None);
        assert_eq!(after(&Err(HttpError::Refused(String::new())), 0), None);
    }

    #[test]
    fn the_other_side_says_how_long() {
        let seconds =
            |text: &str| after(&Ok(answer(503, Some(text))), 0).map(|wait| wait.as_secs_f64());
        assert_eq!(seconds("7"), Some(7.0));
        assert_eq!(seconds("0"), Some(0.0));
        assert_eq!(seconds("3600"), None);
        // A date that cannot be told from the moment of the answer.
        let own = Some(FIRST.as_secs_f64());
        assert_eq!(seconds("Fri, 31 Dec 1999 23:59:59 GMT"), own);
        assert_eq!(seconds("soon"), Some(FIRST.as_secs_f64()));
        assert_eq!(after(&Ok(answer(503, None)), 31), Some(LONGEST));
        let mut headers = HeaderMap::new();
        headers.insert(DATE, "Fri, 31 Dec 1999 23:59:50 GMT".parse().unwrap());
        headers.insert(
            RETRY_AFTER,
            "Fri, 31 Dec 1999 23:59:59 GMT".parse().unwrap(),
        );
        assert_eq!(asked(&headers), Some(Duration::from_secs(9)));
        headers.insert(
            RETRY_AFTER,
            "Fri, 31 Dec 1999 23:59:09 GMT".parse().unwrap(),
        );
        assert_eq!(asked(&headers), Some(Duration::ZERO));
    }
}
