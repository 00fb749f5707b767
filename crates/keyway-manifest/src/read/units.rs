use std::time::Duration;

use serde_json::Value;

pub(super) const DURATION: &str =
    "a time span of 1ms to 24h, like `250ms`, `30s`, `5m` or a number of seconds";
pub(super) const BYTES: &str = "a number of bytes from 1 to 64 MiB, like `1048576` or `1 MiB`";

/// `250ms`, `30s`, `5m`, `1h`, or a number of seconds.
pub(super) fn duration(value: &Value) -> Option<Duration> {
    let millis = scaled(value, 1_000, |unit| match unit {
        "ms" => Some(1),
        "s" => Some(1_000),
        "m" | "min" => Some(60_000),
        "h" => Some(3_600_000),
        _ => None,
    })?;
    let bounds = 1..=24 * 3_600_000;
    bounds
        .contains(&millis)
        .then(|| Duration::from_millis(millis))
}

/// `1 MiB`, `512 KiB`, or a number of bytes.
pub(super) fn bytes(value: &Value) -> Option<u64> {
    let bytes = scaled(value, 1, |unit| match unit {
        "B" => Some(1),
        "KiB" | "K" | "k" => Some(1 << 10),
        "MiB" | "M" | "m" => Some(1 << 20),
        _ => None,
    })?;
    (1..=64 << 20).contains(&bytes).then_some(bytes)
}

/// A whole number with or without a unit.
fn scaled(value: &Value, plain: u64, unit: impl Fn(&str) -> Option<u64>) -> Option<u64> {
    if let Some(number) = value.as_u64() {
        return number.checked_mul(plain);
    }
    let text = value.as_str()?.trim();
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, rest) = text.split_at_checked(end)?;
    let scale = match rest.trim() {
        "" => plain,
        rest => unit(rest)?,
    };
    number.parse::<u64>().ok()?.checked_mul(scale)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn spans_and_sizes_have_units() {
        for (value, millis) in [
            (json!("250ms"), Some(250)),
            (json!("30s"), Some(30_000)),
            (json!("5 m"), Some(300_000)),
            (json!(2), Some(2_000)),
            (json!("0s"), None),
            (json!("25h"), None),
            (json!("s"), None),
            (json!("1.5s"), None),
            (json!("99999999999999999999h"), None),
        ] {
            assert_eq!(
                duration(&value),
                millis.map(Duration::from_millis),
                "{value}"
            );
        }
        for (value, size) in [
            (json!("10 MiB"), Some(10 << 20)),
            (json!(1), Some(1)),
            (json!("1KiB"), Some(1024)),
            (json!("65 MiB"), None),
            (json!(0), None),
            (json!("1 GiB"), None),
        ] {
            assert_eq!(bytes(&value), size, "{value}");
        }
    }
}
