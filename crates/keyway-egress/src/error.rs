//! From what the client underneath reports to what may be told.

use std::error::Error;
use std::io;

use keyway_core::ports::HttpError;

use crate::resolve::AllRefused;
use crate::target::Target;

/// The most characters of a reason.
const LONGEST_REASON: usize = 200;

/// Why a request could not be sent or got no head.
pub(crate) fn of_exchange(error: &reqwest::Error, target: &Target) -> HttpError {
    if find::<AllRefused>(error).is_some() {
        return HttpError::Refused(target.label());
    }
    if error.is_connect() {
        if error.is_timeout() {
            return HttpError::Connect("no connection in time".to_owned());
        }
        return HttpError::Connect(reason(error));
    }
    if error.is_timeout() {
        return HttpError::Timeout;
    }
    HttpError::Broken(reason(error))
}

/// Why a body could not be read to its end.
pub(crate) fn of_body(error: &reqwest::Error) -> HttpError {
    if error.is_timeout() {
        return HttpError::Timeout;
    }
    HttpError::Broken(reason(error))
}

/// The innermost cause: it names what happened to the connection and knows nothing of the request.
/// The outer ones may hold the URL.
fn reason(error: &reqwest::Error) -> String {
    let mut cause: Option<&(dyn Error + 'static)> = error.source();
    let mut innermost = None;
    while let Some(inner) = cause {
        innermost = Some(inner);
        cause = inner.source();
    }
    let Some(innermost) = innermost else {
        return "the request could not be sent".to_owned();
    };
    let text = match innermost.downcast_ref::<io::Error>() {
        Some(error) if error.raw_os_error().is_some() => error.kind().to_string(),
        _ => innermost.to_string(),
    };
    text.chars().take(LONGEST_REASON).collect()
}

fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    let mut cause = Some(error);
    while let Some(inner) = cause {
        if let Some(found) = inner.downcast_ref() {
            return Some(found);
        }
        cause = inner.source();
    }
    None
}
