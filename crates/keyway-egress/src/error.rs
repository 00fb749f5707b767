//! From what the client underneath reports to what may be told.

use std::error::Error;
use std::io;

use keyway_core::ports::HttpError;

use crate::resolve::AllRefused;
use crate::target::Target;

/// The most characters of a reason.
const LONGEST_REASON: usize = 200;

/// Why a request over an encrypted connection could not be sent or got no head.
pub(crate) fn of_tls(error: &reqwest::Error, target: &Target) -> HttpError {
    if has::<AllRefused>(error) {
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

/// Why a body over an encrypted connection could not be read to its end.
pub(crate) fn of_tls_body(error: &reqwest::Error) -> HttpError {
    HttpError::Broken(reason(error))
}

/// Why a request over a plain connection got no head.
pub(crate) fn of_plain(error: &hyper::Error) -> HttpError {
    HttpError::Broken(innermost(error))
}

/// Why a body over a plain connection could not be read to its end.
pub(crate) fn of_body(error: &hyper::Error) -> HttpError {
    HttpError::Broken(innermost(error))
}

/// The innermost cause: it names what happened to the connection and knows nothing of the request.
/// The outermost one may hold the URL.
fn reason(error: &reqwest::Error) -> String {
    match error.source() {
        Some(cause) => innermost(cause),
        None => "the request could not be sent".to_owned(),
    }
}

fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    match cause.downcast_ref::<io::Error>() {
        Some(error) => shown(error),
        None => shortened(&cause.to_string()),
    }
}

/// A failure of the system, without its number.
pub(crate) fn shown(error: &io::Error) -> String {
    if error.raw_os_error().is_some() {
        return error.kind().to_string();
    }
    shortened(&error.to_string())
}

fn shortened(text: &str) -> String {
    text.chars().take(LONGEST_REASON).collect()
}

fn has<T: Error + 'static>(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(inner) = cause {
        if inner.is::<T>() {
            return true;
        }
        cause = inner.source();
    }
    false
}
