use std::borrow::Cow;
use std::collections::VecDeque;

use keyway_core::Secret;
use keyway_core::ports::AccessToken;
use parking_lot::Mutex;

use super::spec::ServerSpec;

/// What is shown in place of a secret.
const SHOWN: &str = "[redacted]";

/// Shorter texts are too likely to stand for something else.
const SHORTEST: usize = 6;

/// How many access tokens are known at once: those in use, and those just replaced.
const TOKENS: usize = 8;

/// Takes the secrets of one server out of texts that are logged or shown.
pub(super) struct Redactor {
    secrets: Vec<Secret<String>>,
    /// The newest last.
    tokens: Mutex<VecDeque<AccessToken>>,
}

impl Redactor {
    /// Knows every secret of the server: header values, keys, environment values, and what the
    /// specification names besides.
    pub(super) fn new(spec: &ServerSpec) -> Self {
        let mut secrets: Vec<_> = spec.all_secrets().cloned().collect();
        secrets.retain(|secret| secret.expose().trim().len() >= SHORTEST);
        // The longest first, so that a secret that holds another one goes as a whole.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.expose().len()));
        Self {
            secrets,
            tokens: Mutex::default(),
        }
    }

    /// Knows an access token from here on, and forgets the oldest of many.
    pub(super) fn learn(&self, token: &AccessToken) {
        let mut tokens = self.tokens.lock();
        if tokens.iter().any(|known| known.expose() == token.expose()) {
            return;
        }
        if tokens.len() == TOKENS {
            tokens.pop_front();
        }
        tokens.push_back(token.clone());
    }

    /// The text without secrets.
    pub(super) fn clean<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut clean = Cow::Borrowed(text);
        for secret in &self.secrets {
            without(&mut clean, secret.expose().trim());
        }
        for token in self.tokens.lock().iter() {
            without(&mut clean, token.expose());
        }
        clean
    }
}

fn without(text: &mut Cow<'_, str>, secret: &str) {
    if secret.len() >= SHORTEST && text.contains(secret) {
        *text = Cow::Owned(text.replace(secret, SHOWN));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upstream::spec::{Stdio, Transport};

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
        redactor.learn(&AccessToken::new("access-1".into()));
        assert_eq!(redactor.clean("bad access-1"), "bad [redacted]");
    }
}
