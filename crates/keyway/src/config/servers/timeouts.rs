use std::time::Duration;

use keyway_mcp::upstream::Timeouts;

use super::fields::Fields;
use crate::config::doc::Value;

/// The longest, in milliseconds: a day.
const LONGEST: u64 = 24 * 60 * 60 * 1000;

/// How long things with the server may take.
pub(super) fn timeouts(fields: &mut Fields<'_>) -> Timeouts {
    let mut timeouts = Timeouts::default();
    in_millis(fields, &mut timeouts);
    let Some(node) = fields.get("timeouts") else {
        return timeouts;
    };
    let Some(members) = node.members() else {
        fields.problem(node.at, "timeouts", "expected `connect` and `call`");
        return timeouts;
    };
    for (key, value) in members {
        match key.text.as_str() {
            "connect" => {
                once(fields, "connect_timeout_ms");
                if let Some(limit) = fields.duration(value, "timeouts.connect") {
                    timeouts.connect = limit;
                }
            }
            "call" if is_zero(&value.value) => {
                once(fields, "timeout_ms");
                timeouts.call = None;
            }
            "call" => {
                once(fields, "timeout_ms");
                if let Some(limit) = fields.duration(value, "timeouts.call") {
                    timeouts.call = Some(limit);
                }
            }
            _ => fields.problem(key.at, "timeouts", "expected only `connect` and `call`"),
        }
    }
    timeouts
}

fn is_zero(value: &Value) -> bool {
    matches!(value, Value::Number(text) | Value::Text(text) if text == "0")
}

/// The same in milliseconds.
fn in_millis(fields: &mut Fields<'_>, timeouts: &mut Timeouts) {
    if let Some((_, millis)) = fields.whole("connect_timeout_ms", 1..=LONGEST) {
        timeouts.connect = Duration::from_millis(millis);
    }
    match fields.whole("timeout_ms", 0..=LONGEST) {
        Some((_, 0)) => timeouts.call = None,
        Some((_, millis)) => timeouts.call = Some(Duration::from_millis(millis)),
        None => {}
    }
}

/// A limit that is given in both ways is given twice.
fn once(fields: &mut Fields<'_>, other: &str) {
    if let Some(node) = fields.get(other) {
        fields.problem(node.at, other, "`timeouts` says this already: keep one");
    }
}
