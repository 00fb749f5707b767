use std::fmt;

use serde::Deserialize;

/// The longest part of a provider's text that is shown, in characters.
const SHOWN: usize = 300;
/// Runs of this many characters without a space are taken for a token.
const OPAQUE: usize = 32;

/// An error as the authorization server words it (RFC 6749 sections 4.1.2.1 and 5.2): its
/// `error` and `error_description`, ready to be shown. Control characters are taken out, the length
/// is bounded, and whatever was sent as a secret, or looks like one, is masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderError {
    error: String,
    description: Option<String>,
}

impl ProviderError {
    /// Cleans what a server said. `secrets` are the values of the request that it may echo.
    pub(crate) fn new(error: &str, description: Option<&str>, secrets: &[&str]) -> Self {
        Self {
            error: clean(error, secrets),
            description: description
                .map(|text| clean(text, secrets))
                .filter(|text| !text.is_empty()),
        }
    }

    /// Reads the JSON error of an answer, if it is one.
    pub(crate) fn from_json(body: &[u8], secrets: &[&str]) -> Option<Self> {
        #[derive(Deserialize)]
        struct Wire {
            error: String,
            error_description: Option<String>,
        }
        let wire: Wire = serde_json::from_slice(body).ok()?;
        Some(Self::new(
            &wire.error,
            wire.error_description.as_deref(),
            secrets,
        ))
    }

    /// Reads the JSON error of an answer; the status stands in where there is none.
    pub(crate) fn read(status: http::StatusCode, body: &[u8], secrets: &[&str]) -> Self {
        Self::from_json(body, secrets).unwrap_or_else(|| {
            Self::new(&format!("HTTP status {}", status.as_u16()), None, secrets)
        })
    }

    /// The error code, such as `invalid_grant`.
    pub fn error(&self) -> &str {
        &self.error
    }

    /// The description, where there is one.
    pub fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }
}

impl fmt::Display for ProviderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.description {
            Some(description) => write!(f, "{} ({description})", self.error),
            None => f.write_str(&self.error),
        }
    }
}

/// A foreign text that can be shown on one line.
pub(crate) fn clean(text: &str, secrets: &[&str]) -> String {
    let mut text = text.to_owned();
    for secret in secrets.iter().filter(|secret| secret.len() >= 4) {
        text = text.replace(secret, "[masked]");
    }
    let shown: String = text
        .chars()
        .map(|c| if is_printable(c) { c } else { ' ' })
        .collect();
    let words = shown
        .split_whitespace()
        .map(|word| if looks_opaque(word) { "[masked]" } else { word });
    let mut line = String::new();
    for word in words {
        if line.chars().count() + word.chars().count() >= SHOWN {
            line.push('…');
            break;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

fn is_printable(c: char) -> bool {
    !keyway_core::is_hidden(c)
}

fn looks_opaque(word: &str) -> bool {
    let mut run = 0;
    for c in word.chars() {
        run = if c.is_ascii_alphanumeric() || "-_~+=".contains(c) {
            run + 1
        } else {
            0
        };
        if run >= OPAQUE {
            return true;
        }
    }
    word.chars().count() >= SHOWN
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_that_the_server_echoes_is_masked() {
        let error = ProviderError::new(
            "invalid_grant",
            Some("the code c0de-7 is used;\u{1b}[31m see\n\u{202e}docs"),
            &["c0de-7"],
        );
        assert_eq!(
            error.to_string(),
            "invalid_grant (the code [masked] is used; [31m see docs)"
        );
    }

    #[test]
    fn what_looks_like_a_token_is_masked() {
        let token = "eyJhbGciOiJIUzI1NiJ9".repeat(2);
        assert_eq!(
            clean(&format!("bad token {token}"), &[]),
            "bad token [masked]"
        );
    }

    #[test]
    fn a_long_text_is_cut() {
        let text = "word ".repeat(500);
        assert!(clean(&text, &[]).chars().count() <= SHOWN + 1);
    }

    #[test]
    fn an_answer_that_is_no_json_shows_its_status_only() {
        let error = ProviderError::read(http::StatusCode::BAD_REQUEST, b"<html>secret", &[]);
        assert_eq!(error.to_string(), "HTTP status 400");
    }
}
