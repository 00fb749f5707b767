//! What went wrong with a vendor, in our words.

use std::time::Duration;

use genai::Error;
use genai::chat::ChatStreamEvent;
use genai::webc::StreamTimeout;
use jiff::fmt::rfc2822;
use keyway_core::Secret;
use serde_json::Value;

use crate::model::{ModelError, ModelErrorKind, Vendor};

/// The most characters of a vendor's own words.
const LONGEST: usize = 300;

/// Tells the failures of one request.
pub(super) struct Failures {
    vendor: String,
    key: Option<Secret<String>>,
    /// True once something of the answer arrived.
    begun: bool,
}

/// What a vendor says of a failure.
#[derive(Default)]
struct Told {
    /// Its words.
    message: String,
    /// Its name for the kind of failure: Anthropic's and `OpenAI`'s `type`, Gemini's `status`.
    kind: String,
    /// `OpenAI`'s `code`.
    code: String,
}

impl Failures {
    pub(super) fn of(vendor: &Vendor) -> Self {
        Self {
            vendor: vendor.name.clone(),
            key: vendor.key.clone(),
            begun: false,
        }
    }

    /// Takes note of what arrived.
    pub(super) fn heard(&mut self, event: &ChatStreamEvent) {
        self.begun |= !matches!(event, ChatStreamEvent::Start);
    }

    pub(super) fn tell(&self, error: Error) -> ModelError {
        match error {
            Error::WebStream { error, .. } => match error.downcast::<Error>() {
                Ok(inner) => self.tell(*inner),
                Err(error) if error.is::<StreamTimeout>() => {
                    self.plain(ModelErrorKind::Timeout, "")
                }
                Err(error) => {
                    let kind = if self.begun {
                        ModelErrorKind::Broken
                    } else {
                        ModelErrorKind::Unreachable
                    };
                    let mut cause: &(dyn std::error::Error + 'static) = &*error;
                    while let Some(inner) = cause.source() {
                        cause = inner;
                    }
                    self.plain(kind, &cause.to_string())
                }
            },
            Error::HttpError {
                status,
                body,
                headers,
                ..
            } => {
                let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
                let told = told(&serde_json::from_str(&body).unwrap_or_default());
                let mut error = self.refused(status.as_u16(), &told);
                error.retry_after = wait(header);
                error
            }
            Error::ChatResponse { body, .. } => {
                let told = told(&body);
                let kind = kind_of(&told).unwrap_or(ModelErrorKind::Broken);
                self.plain(kind, &told.message)
            }
            Error::StreamParse { .. } | Error::JsonValueExt(_) | Error::SerdeJson(_) => {
                self.plain(ModelErrorKind::Malformed, "")
            }
            Error::Internal(_) => self.plain(ModelErrorKind::AddressRefused, ""),
            _ => self.plain(ModelErrorKind::Rejected, ""),
        }
    }

    fn refused(&self, status: u16, told: &Told) -> ModelError {
        let kind = match status {
            401 | 403 => ModelErrorKind::KeyRefused,
            404 => ModelErrorKind::NotFound,
            413 => ModelErrorKind::ContextOverflow,
            _ => match (kind_of(told), status) {
                (Some(ModelErrorKind::ContextOverflow), _) => ModelErrorKind::ContextOverflow,
                (Some(ModelErrorKind::Rejected), _) => ModelErrorKind::Rejected,
                (_, 429) => ModelErrorKind::RateLimited,
                (_, 408 | 425 | 500..) => ModelErrorKind::Unavailable,
                _ => ModelErrorKind::Rejected,
            },
        };
        // What a vendor says of a key may show parts of it.
        let words = match kind {
            ModelErrorKind::KeyRefused => "",
            _ => told.message.as_str(),
        };
        let status = format!("status {status}");
        let words = match words {
            "" => status,
            words => format!("{status}: {words}"),
        };
        self.plain(kind, &words)
    }

    fn plain(&self, kind: ModelErrorKind, words: &str) -> ModelError {
        let mut words = words.to_owned();
        if let Some(key) = &self.key
            && !key.expose().trim().is_empty()
        {
            words = words.replace(key.expose().trim(), "[key]");
        }
        let words: String = words
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .take(LONGEST)
            .collect();
        let hint = kind.hint();
        let vendor = &self.vendor;
        ModelError::new(
            kind,
            if words.trim().is_empty() {
                format!("`{vendor}`: {hint}")
            } else {
                format!("`{vendor}`: {hint} ({})", words.trim())
            },
        )
    }
}

/// Reads what vendors say of failures: `{"error": {…}}`, `{"error": "…"}`, or what is inside.
fn told(body: &Value) -> Told {
    let body = body.get(0).unwrap_or(body);
    let error = body.get("error").unwrap_or(body);
    if let Some(message) = error.as_str() {
        return Told {
            message: message.to_owned(),
            ..Told::default()
        };
    }
    let text = |key: &str| {
        let text = error.get(key).and_then(Value::as_str);
        text.unwrap_or_default().to_owned()
    };
    let kind = text("type");
    Told {
        message: text("message"),
        kind: if kind.is_empty() {
            text("status")
        } else {
            kind
        },
        code: text("code"),
    }
}

/// What the words of a vendor mean, where they mean more than the status.
fn kind_of(told: &Told) -> Option<ModelErrorKind> {
    let message = told.message.to_ascii_lowercase();
    let says = |part: &str| message.contains(part);
    let too_long = told.code == "context_length_exceeded"
        || told.kind == "request_too_large"
        || told.kind == "exceed_context_size_error"
        || says("prompt is too long")
        || says("maximum context length")
        || says("context window")
        || says("context length")
        || says("exceeds the maximum number of tokens");
    if too_long {
        return Some(ModelErrorKind::ContextOverflow);
    }
    match (told.kind.as_str(), told.code.as_str()) {
        (_, "insufficient_quota") | ("insufficient_quota", _) => Some(ModelErrorKind::Rejected),
        (_, "rate_limit_exceeded") | ("rate_limit_error" | "RESOURCE_EXHAUSTED", _) => {
            Some(ModelErrorKind::RateLimited)
        }
        ("overloaded_error" | "api_error" | "server_error" | "UNAVAILABLE" | "INTERNAL", _) => {
            Some(ModelErrorKind::Unavailable)
        }
        ("authentication_error" | "permission_error", _) => Some(ModelErrorKind::KeyRefused),
        ("invalid_request_error", _) => Some(ModelErrorKind::Rejected),
        _ => None,
    }
}

/// How long the vendor asks to wait (RFC 9110, section 10.2.3): seconds, or a date, which is held
/// against the vendor's own clock. `retry-after-ms` is finer.
fn wait<'a>(header: impl Fn(&str) -> Option<&'a str>) -> Option<Duration> {
    let finer = header("retry-after-ms").and_then(|text| text.trim().parse::<f64>().ok());
    let seconds = finer.map(|millis| millis / 1000.0).or_else(|| {
        let asked = header("retry-after")?.trim();
        asked.parse().ok().or_else(|| {
            let date = |text: &str| rfc2822::parse(text).ok().map(|date| date.timestamp());
            let until = date(asked)?.as_second() - date(header("date")?)?.as_second();
            i32::try_from(until.max(0)).ok().map(f64::from)
        })
    })?;
    Duration::try_from_secs_f64(seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_in_seconds_milliseconds_or_a_date() {
        let asks = |pairs: &'static [(&'static str, &'static str)]| {
            wait(|name| {
                pairs
                    .iter()
                    .find(|(known, _)| *known == name)
                    .map(|(_, value)| *value)
            })
        };
        assert_eq!(asks(&[("retry-after", "7")]), Some(Duration::from_secs(7)));
        assert_eq!(
            asks(&[("retry-after-ms", "250"), ("retry-after", "1")]),
            Some(Duration::from_millis(250))
        );
        let date = asks(&[
            ("retry-after", "Sat, 21 Nov 2026 10:00:30 GMT"),
            ("date", "Sat, 21 Nov 2026 10:00:00 GMT"),
        ]);
        assert_eq!(date, Some(Duration::from_secs(30)));
        assert_eq!(asks(&[("retry-after", "-1")]), None);
        assert_eq!(asks(&[("retry-after", "soon")]), None);
        assert_eq!(asks(&[]), None);
    }
}
