use std::time::Duration;

use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderName};

use crate::fault::Fault;
use crate::read::{Faults, Fields, Node};
use crate::template::{Pair, Place, Template};

/// A header to be filled.
#[derive(Debug)]
pub(crate) struct Header {
    pub(crate) name: HeaderName,
    pub(crate) value: Template,
}

/// Headers to be filled, no name twice.
pub(crate) type Headers = Vec<Header>;

/// What belongs to the connection and not to a request (RFC 9110, section 7.6.1), or is Keyway's own.
const TAKEN: &[&str] = &[
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "expect",
    "accept-encoding",
];

/// A text with expressions; numbers and truth values are taken as they are written.
pub(crate) fn template(node: &Node<'_>, faults: &mut Faults) -> Option<Template> {
    let text = match node.value {
        serde_json::Value::Number(number) => number.to_string(),
        serde_json::Value::Bool(value) => value.to_string(),
        _ => node.text(faults)?.to_owned(),
    };
    match Template::parse(&text, &node.at) {
        Ok(template) => Some(template),
        Err(fault) => {
            faults.push(fault);
            None
        }
    }
}

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
        if [HOST, CONTENT_LENGTH].contains(&name) || TAKEN.contains(&name.as_str()) {
            let message = "this header cannot be set: it belongs to the connection";
            faults.push(Fault::new(value.at, message));
            continue;
        }
        if headers.iter().any(|header| header.name == name) {
            let message = "this header is there twice: names do not depend on case";
            faults.push(Fault::new(value.at, message));
            continue;
        }
        let Some(template) = template(&value, faults) else {
            continue;
        };
        match template.written(Place::Header) {
            Ok(value) => headers.push(Header { name, value }),
            Err(fault) => faults.push(fault),
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
        let Some(template) = template(&value, faults) else {
            continue;
        };
        match Pair::new(name, template, place) {
            Ok(pair) => pairs.push(pair),
            Err(fault) => faults.push(fault),
        }
    }
    pairs
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
