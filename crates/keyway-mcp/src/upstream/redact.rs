use std::borrow::Cow;

use keyway_core::Secret;

use super::spec::{Auth, ServerSpec, Transport};

/// What is shown in place of a secret.
const SHOWN: &str = "[redacted]";

/// Shorter texts are too likely to stand for something else.
const SHORTEST: usize = 6;

/// Takes the secrets of one server out of texts that are logged or shown.
pub(super) struct Redactor {
    secrets: Vec<Secret<String>>,
}

impl Redactor {
    /// Knows every secret of the server: header values, keys, environment values, and what the
    /// specification names besides.
    pub(super) fn new(spec: &ServerSpec) -> Self {
        let mut secrets = spec.secrets.clone();
        match &spec.transport {
            Transport::Stdio(stdio) => secrets.extend(stdio.env.values().cloned()),
            Transport::Http(http) => {
                secrets.extend(http.headers.iter().map(|(_, value)| value.clone()));
                if let Auth::ApiKey { key, .. } = &http.auth {
                    secrets.push(key.clone());
                }
            }
        }
        secrets.retain(|secret| secret.expose().trim().len() >= SHORTEST);
        // The longest first, so that a secret that holds another one goes as a whole.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.expose().len()));
        Self { secrets }
    }

    /// The text without secrets.
    pub(super) fn clean<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut clean = Cow::Borrowed(text);
        for secret in &self.secrets {
            let secret = secret.expose().trim();
            if clean.contains(secret) {
                clean = Cow::Owned(clean.replace(secret, SHOWN));
            }
        }
        clean
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upstream::spec::Stdio;

    #[test]
    fn secrets_are_taken_out_whole() {
        let stdio = Stdio {
            env: [
                ("A".to_owned(), Secret::new("hunter2".to_owned())),
                ("B".to_owned(), Secret::new("hunter2-long".to_owned())),
                ("C".to_owned(), Secret::new("1".to_owned())),
            ]
            .into(),
            ..Stdio::default()
        };
        let redactor = Redactor::new(&ServerSpec::new("x", Transport::Stdio(stdio)));
        assert_eq!(
            redactor.clean("1 hunter2-long hunter2"),
            "1 [redacted] [redacted]"
        );
    }
}
