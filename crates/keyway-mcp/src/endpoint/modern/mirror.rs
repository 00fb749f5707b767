//! Headers that mirror the target and the parameters of a call.

use std::borrow::Cow;

use http::{HeaderMap, HeaderName};
use keyway_core::json;
use keyway_core::ports::RelayMethod;

use super::super::HeaderParameter;
use super::check::{Refused, mismatch};
use crate::wire::decode_header;

/// Checks `Mcp-Name`, for the methods that have it.
pub(super) fn check_name(
    headers: &HeaderMap,
    method: RelayMethod,
    target: &str,
) -> Result<(), Refused> {
    if method == RelayMethod::Complete {
        return Ok(());
    }
    check_target(headers, target)
}

/// Checks `Mcp-Name` against what it has to say.
pub(super) fn check_target(headers: &HeaderMap, target: &str) -> Result<(), Refused> {
    match decoded(headers, &HeaderName::from_static("mcp-name"))? {
        Some(name) if name == target => Ok(()),
        Some(_) => Err(mismatch("the Mcp-Name header does not match the body")),
        None => Err(mismatch("the Mcp-Name header is missing")),
    }
}

/// Checks `Mcp-Param-*` for the parameters a tool wants mirrored.
pub(super) fn check_parameters(
    headers: &HeaderMap,
    parameters: &[HeaderParameter],
    arguments: Option<&str>,
) -> Result<(), Refused> {
    for parameter in parameters {
        let name = format!("mcp-param-{}", parameter.header);
        let Ok(name) = HeaderName::from_bytes(name.as_bytes()) else {
            continue;
        };
        let header = decoded(headers, &name)?;
        let value = value_at(arguments.unwrap_or_default(), &parameter.path);
        let fits = match (&header, value) {
            (None, None) => true,
            (Some(header), Some(value)) => same(header, value),
            _ => false,
        };
        if !fits {
            return Err(mismatch(
                "an Mcp-Param header does not match the argument it mirrors",
            ));
        }
    }
    Ok(())
}

fn decoded<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<Cow<'a, str>>, Refused> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(mismatch("a header that mirrors the body is there twice"));
    }
    decode_header(value)
        .map(Some)
        .map_err(|error| mismatch(&error.to_string()))
}

/// The JSON text at a chain of property names; `None` when there is nothing or null.
fn value_at<'a>(arguments: &'a str, path: &[String]) -> Option<&'a str> {
    let mut value = arguments;
    for key in path {
        value = json::member(value, key)?.value;
    }
    (value != "null").then_some(value)
}

/// Compares a decoded header with a JSON value: numbers by their value, all else as text.
fn same(header: &str, value: &str) -> bool {
    if value.starts_with('"') {
        return json::unquote(value) == header;
    }
    if header == value {
        return true;
    }
    if let (Ok(left), Ok(right)) = (header.parse::<i128>(), value.parse::<i128>()) {
        return left == right;
    }
    let is_number = value.starts_with(|first: char| first == '-' || first.is_ascii_digit());
    let (left, right) = (header.parse::<f64>(), value.parse::<f64>());
    is_number && matches!((left, right), (Ok(left), Ok(right)) if left.total_cmp(&right).is_eq())
}

#[cfg(test)]
mod tests {
    use super::same;

    #[test]
    fn compares_numbers_by_value() {
        for (header, value, equal) in [
            ("42", "42", true),
            ("42.0", "42", true),
            ("42", "4.2e1", true),
            ("-7", "-7", true),
            ("43", "42", false),
            ("9007199254740993", "9007199254740992", false),
            ("true", "true", true),
            ("True", "true", false),
            ("1", "true", false),
            ("x", "\"x\"", true),
            ("42", "\"42\"", true),
            ("42.0", "\"42\"", false),
            ("NaN", "1", false),
        ] {
            assert_eq!(same(header, value), equal, "{header} {value}");
        }
    }
}
