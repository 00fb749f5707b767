use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::FutureExt as _;
use http::HeaderValue;
use keyway_core::ports::{AccessToken, Refusal, TokenError, TokenSource};
use parking_lot::Mutex;

use super::failure::Failure;
use super::redact::Redactor;

/// The access tokens of one server behind OAuth, as requests to it carry them.
pub(super) struct Tokens {
    source: Arc<dyn TokenSource>,
    redactor: Arc<Redactor>,
    /// The token that was refused last.
    refused: Mutex<Option<AccessToken>>,
    /// A token was handed out and no sign-in has been asked for since.
    held: AtomicBool,
}

impl Tokens {
    /// The tokens of a source. Whatever comes out of it is taken out of texts by `redactor`.
    pub(super) fn new(source: Arc<dyn TokenSource>, redactor: Arc<Redactor>) -> Self {
        Self {
            source,
            redactor,
            refused: Mutex::default(),
            held: AtomicBool::new(false),
        }
    }

    /// The token of the next request; `None` when a person has to sign in first. Then the request
    /// goes out without, for the server's refusal says what to sign in to (RFC 9728 section 5.1).
    pub(super) async fn current(&self) -> Result<Option<AccessToken>, Failure> {
        match self.source.token().await {
            Ok(token) => Ok(Some(self.handed_out(token))),
            Err(TokenError::SignInRequired(_)) => Ok(None),
            Err(error) => Err(self.failed(error)),
        }
    }

    /// The token to repeat a refused request with.
    pub(super) async fn after(&self, refusal: &Refusal) -> Result<AccessToken, Failure> {
        if let Some(sent) = &refusal.sent {
            self.set_aside(sent);
        }
        match self.source.refused(refusal).await {
            Ok(token) => Ok(self.handed_out(token)),
            Err(TokenError::SignInRequired(why)) if refusal.status == 403 => {
                Err(Failure::Scope(why))
            }
            Err(error) => Err(self.failed(error)),
        }
    }

    /// Notes that the server does not take a token.
    pub(super) fn set_aside(&self, token: &AccessToken) {
        *self.refused.lock() = Some(token.clone());
    }

    /// Waits until there is another token than the one that was refused.
    pub(super) async fn renewed(&self) {
        loop {
            let mut changed = self.source.changed();
            // Polled before the look, so that no change falls in between.
            let already = (&mut changed).now_or_never().is_some();
            let found = self.source.token().await;
            if found.is_ok_and(|token| !self.is_set_aside(&token)) {
                return;
            }
            if !already {
                changed.await;
            }
        }
    }

    /// Waits until the token in use is taken back: somebody signed out, here or elsewhere.
    pub(super) async fn lost(&self) -> Failure {
        loop {
            self.source.changed().await;
            if !self.held.load(Ordering::Relaxed) {
                continue;
            }
            match self.source.token().await {
                Err(error @ (TokenError::SignInRequired(_) | TokenError::Refused(_))) => {
                    return self.failed(error);
                }
                Ok(_) | Err(TokenError::Unreachable(_)) => {}
            }
        }
    }

    fn handed_out(&self, token: AccessToken) -> AccessToken {
        self.held.store(true, Ordering::Relaxed);
        self.redactor.learn(&token);
        token
    }

    fn failed(&self, error: TokenError) -> Failure {
        if !matches!(error, TokenError::Unreachable(_)) {
            self.held.store(false, Ordering::Relaxed);
        }
        Failure::Token(error)
    }

    fn is_set_aside(&self, token: &AccessToken) -> bool {
        let refused = self.refused.lock();
        refused
            .as_ref()
            .is_some_and(|refused| refused.expose() == token.expose())
    }
}

/// A token as `Authorization` carries it (RFC 6750 section 2.1), marked sensitive.
pub(super) fn bearer(token: &AccessToken) -> Result<HeaderValue, Failure> {
    let mut value = HeaderValue::try_from(format!("Bearer {}", token.expose())).map_err(|_| {
        let why = "the access token has characters that a header cannot carry";
        Failure::Token(TokenError::Refused(why.into()))
    })?;
    value.set_sensitive(true);
    Ok(value)
}
