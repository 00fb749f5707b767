use std::time::Duration;

use http::header::{CONTENT_TYPE, COOKIE, HeaderName};
use keyway_core::headers::is_of_connection;

use crate::fault::Fault;
use crate::read::{Faults, Fields};
use crate::template::{Filling, Pair, Place};

/// A header to be filled.
#[derive(Debug)]
pub(crate) struct Header {
    pub(crate) name: HeaderName,
    pub(crate) value: Filling,
}

/// Headers to be filled, no name twice.
pub(crate) type Headers = Vec<Header>;

/// What belongs to proxies on the way, or is Keyway's own.
const TAKEN: &[&str] = &[
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "expect",
    "accept-encoding",
];

/// Headers, and the cookies that go into one of them.
pub(crate) fn headers(fields: &Fields<'_>, faults: &mut Faults) -> Headers {
    let Some(node) = fields.get("headers") else {
        return Vec::new();
    };
    let mut headers: Headers = Vec::new();
    for (name, value) in node.members(faults) {
        let Ok(name) = HeaderName::try_from(name) else {
            value.wrong::<()>("a name that HTTP allows for a header", faults);
            continue;
        };
        if is_of_connection(name.as_str()) || TAKEN.contains(&name.as_str()) {
            let message = "this header cannot be set: it belongs to the connection";
            faults.push(Fault::new(value.at, message));
            continue;
        }
        if headers.iter().any(|header| header.name == name) {
            let message = "this header is there twice: names do not depend on case";
            faults.push(Fault::new(value.at, message));
            continue;
        }
        if let Some(value) = Filling::read(&value, Place::Header, faults) {
            headers.push(Header { name, value });
        }
    }
    headers
}

/// Names and values of a query or a form.
pub(crate) fn pairs(
    fields: &Fields<'_>,
    key: &str,
    place: Place,
    faults: &mut Faults,
) -> Vec<Pair> {
    let Some(node) = fields.get(key) else {
        return Vec::new();
    };
    let mut pairs = Vec::new();
    for (name, value) in node.members(faults) {
        if name.contains("{{") {
            value.wrong::<()>(
                "a name without expressions: they belong into values",
                faults,
            );
            continue;
        }
        pairs.extend(Pair::read(name, &value, place, faults));
    }
    pairs
}

/// Cookies; a header of their own they do not have beside them.
pub(crate) fn cookies(fields: &Fields<'_>, headers: &Headers, faults: &mut Faults) -> Vec<Pair> {
    if fields.has("cookies") && headers.iter().any(|header| header.name == COOKIE) {
        let message = "cookies are said in `cookies` or in a header, not in both";
        faults.push(Fault::new(fields.at.member("cookies"), message));
    }
    pairs(fields, "cookies", Place::Query, faults)
}

/// How long an action may take.
pub(crate) fn timeout(fields: &Fields<'_>, faults: &mut Faults) -> Option<Duration> {
    fields.duration("timeout", faults)
}

/// How often a request is sent again.
pub(crate) fn retries(fields: &Fields<'_>, faults: &mut Faults) -> Option<u8> {
    fields.small("retries", 10, faults)
}

/// True for the header that the body brings with it.
pub(crate) fn is_content_type(header: &Header) -> bool {
    header.name == CONTENT_TYPE
}
