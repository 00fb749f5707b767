use std::fmt::Write as _;

use keyway_core::ports::HttpRequest;
use keyway_core::secrets::looks_secret;
use serde_json::Value;

use crate::recorded::{Expected, Wanted};

/// In what a request differs from the one expected; nothing where it does not. No value of a secret
/// is in it: of a header that is one, and of a member of that name, it only says that it differs.
pub(crate) fn difference(expected: &Expected, request: &HttpRequest) -> Option<String> {
    let mut told = String::new();
    if expected.method != request.method {
        line(&mut told, "method", &expected.method, &request.method);
    }
    if expected.url != request.url {
        line(&mut told, "URL", &expected.url, &request.url);
    }
    for (name, wanted) in &expected.headers {
        let sent = request.headers.get(name);
        match sent {
            None => {
                let _ = writeln!(told, "  header `{name}`: was not sent");
            }
            Some(sent) if sent.as_bytes() == wanted.as_bytes() => {}
            Some(sent) if sent.is_sensitive() || looks_secret(name) => {
                let _ = writeln!(told, "  header `{name}`: has another value (not shown)");
            }
            Some(sent) => line(
                &mut told,
                &format!("header `{name}`"),
                &wanted,
                &String::from_utf8_lossy(sent.as_bytes()),
            ),
        }
    }
    match &expected.body {
        Wanted::Anything => {}
        Wanted::Text(text) if request.body == text.as_bytes() => {}
        Wanted::Text(text) => {
            let sent = String::from_utf8_lossy(&request.body);
            line(&mut told, "body", text, &sent);
        }
        Wanted::Json(wanted) => match serde_json::from_slice::<Value>(&request.body) {
            Ok(sent) => values(&mut told, "", wanted, &sent),
            Err(_) => {
                let _ = writeln!(told, "  body: is not JSON");
            }
        },
    }
    (!told.is_empty()).then_some(told)
}

fn line(
    told: &mut String,
    what: &str,
    expected: &impl std::fmt::Display,
    sent: &impl std::fmt::Display,
) {
    let _ = writeln!(told, "  {what}: expected {expected}, sent {sent}");
}

/// The first places where two values differ, each on a line.
fn values(told: &mut String, at: &str, expected: &Value, sent: &Value) {
    match (expected, sent) {
        (Value::Object(expected), Value::Object(sent)) => {
            for (name, wanted) in expected {
                let at = format!("{at}/{name}");
                match sent.get(name) {
                    Some(sent) if sent == wanted => {}
                    Some(_) if looks_secret(name) => {
                        let _ = writeln!(told, "  body at `{at}`: differs (not shown)");
                    }
                    Some(sent) => values(told, &at, wanted, sent),
                    None => {
                        let _ = writeln!(told, "  body at `{at}`: was not sent");
                    }
                }
            }
            for name in sent.keys().filter(|name| !expected.contains_key(*name)) {
                let _ = writeln!(told, "  body at `{at}/{name}`: was not expected");
            }
        }
        (expected, sent) if expected == sent => {}
        (expected, sent) => {
            let at = if at.is_empty() { "/" } else { at };
            line(told, &format!("body at `{at}`"), expected, sent);
        }
    }
}
