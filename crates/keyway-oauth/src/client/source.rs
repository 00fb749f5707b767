use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use keyway_core::ports::{
    AccessToken, BoxFuture, ProtectedResource, Refusal, TokenError, TokenSource,
};
use parking_lot::Mutex;
use tokio::time::Instant;

use super::handle::Client;
use super::step_up::Attempts;
use crate::challenge::Challenge;
use crate::grant::{Grant, record_name};
use crate::{OAuthError, Safe, SafeError, record};

/// After a renewal ahead of time failed, the next one waits this long. The old token still holds.
const PAUSE: Duration = Duration::from_secs(10);

/// The access tokens of one server. Clones share everything.
#[derive(Clone)]
pub(super) struct Source(pub(super) Arc<State>);

pub(super) struct State {
    pub(super) client: Client,
    pub(super) key: String,
    pub(super) name: String,
    pub(super) resource: ProtectedResource,
    seen: Mutex<Option<Seen>>,
    paused_until: Mutex<Option<Instant>>,
    /// A renewed grant that could not be written, and the access token it replaces.
    pub(super) unsaved: Mutex<Option<(AccessToken, Grant)>>,
    pub(super) attempts: tokio::sync::Mutex<Attempts>,
}

/// The record as it was read last, for as long as nothing changes in the safe.
struct Seen {
    grant: Option<Arc<Grant>>,
    change: BoxFuture<'static, ()>,
}

impl Source {
    pub(super) fn new(client: Client, key: &str, resource: ProtectedResource) -> Self {
        Self(Arc::new(State {
            name: record_name(key, &resource.profile),
            key: key.to_owned(),
            client,
            resource,
            seen: Mutex::new(None),
            paused_until: Mutex::new(None),
            unsaved: Mutex::new(None),
            attempts: tokio::sync::Mutex::new(Attempts::default()),
        }))
    }

    async fn next(&self) -> Result<AccessToken, TokenError> {
        let state = &self.0;
        let grant = state.grant(state.seen().await)?;
        let now = state.client.inner.parts.clock.now();
        if !grant.is_due(now) || (!grant.is_expired(now) && state.is_paused()) {
            return Ok(grant.access());
        }
        if !grant.is_renewable() {
            return if grant.is_expired(now) {
                Err(state.over(&grant))
            } else {
                Ok(grant.access())
            };
        }
        match self.renew(grant.access()).await {
            Err(TokenError::Unreachable(reason)) if !grant.is_expired(now) => {
                tracing::debug!(server = %state.key, %reason, "a token could not be renewed ahead");
                *state.paused_until.lock() = Some(Instant::now() + PAUSE);
                Ok(grant.access())
            }
            // What was refused is the renewal; the token at hand holds until it expires.
            Err(TokenError::Refused(reason)) if !grant.is_expired(now) => {
                tracing::debug!(server = %state.key, %reason, "a renewal was refused");
                Ok(grant.access())
            }
            renewed => renewed,
        }
    }

    async fn unauthorized(&self, refusal: &Refusal) -> Result<AccessToken, TokenError> {
        let state = &self.0;
        let grant = state.grant(state.read().await)?;
        let Some(sent) = &refusal.sent else {
            return Ok(grant.access());
        };
        if grant.access_token.expose() != sent.expose() {
            // Somebody else renewed it, or signed in, while the request was under way.
            return Ok(grant.access());
        }
        if !grant.is_renewable() {
            return Err(TokenError::Refused(format!(
                "{} does not accept its token any more: {}",
                state.key,
                state.remedy()
            )));
        }
        self.renew(sent.clone()).await
    }
}

impl TokenSource for Source {
    fn token(&self) -> BoxFuture<'_, Result<AccessToken, TokenError>> {
        Box::pin(self.next())
    }

    fn refused<'a>(
        &'a self,
        refusal: &'a Refusal,
    ) -> BoxFuture<'a, Result<AccessToken, TokenError>> {
        Box::pin(async move {
            let challenge = Challenge::bearer(refusal.challenges.iter().map(String::as_str));
            if refusal.status == 403 {
                return self.step_up(refusal, challenge.unwrap_or_default()).await;
            }
            if let Some(challenge) = challenge {
                let mut all = self.0.client.inner.challenges.lock();
                all.insert(self.0.name.clone(), challenge);
            }
            self.unauthorized(refusal).await
        })
    }

    fn changed(&self) -> BoxFuture<'_, ()> {
        self.0.safe().changed()
    }
}

impl State {
    pub(super) fn safe(&self) -> &dyn Safe {
        &*self.client.inner.parts.safe
    }

    /// The record as it is.
    pub(super) async fn read(&self) -> Result<Option<Arc<Grant>>, SafeError> {
        let grant = record::read::<Grant>(self.safe(), &self.name).await?;
        Ok(grant.map(Arc::new))
    }

    /// The record as it was read last, unless something changed in the safe since.
    async fn seen(&self) -> Result<Option<Arc<Grant>>, SafeError> {
        if let ControlFlow::Break(grant) = self.unchanged() {
            return Ok(grant);
        }
        let safe = Arc::clone(&self.client.inner.parts.safe);
        let mut change: BoxFuture<'static, ()> = Box::pin(async move { safe.changed().await });
        // Asked once before reading, so that no change after it is missed.
        let already = (&mut change).now_or_never().is_some();
        let grant = self.read().await?;
        *self.seen.lock() = (!already).then(|| Seen {
            grant: grant.clone(),
            change,
        });
        Ok(grant)
    }

    /// What was read last, or that it has to be read: once something changed, for every caller alike.
    fn unchanged(&self) -> ControlFlow<Option<Arc<Grant>>> {
        let mut last = self.seen.lock();
        if let Some(mut seen) = last.take()
            && (&mut seen.change).now_or_never().is_none()
        {
            let grant = seen.grant.clone();
            *last = Some(seen);
            return ControlFlow::Break(grant);
        }
        ControlFlow::Continue(())
    }

    /// The grant, if there is one and it is for this resource.
    pub(super) fn grant(
        &self,
        read: Result<Option<Arc<Grant>>, SafeError>,
    ) -> Result<Arc<Grant>, TokenError> {
        let grant = read.map_err(|error| match error {
            SafeError::Corrupt(reason) => TokenError::SignInRequired(reason),
            SafeError::Unavailable(reason) | SafeError::Io(reason) => {
                TokenError::Unreachable(reason)
            }
        })?;
        let required = |why: &str| {
            Err(TokenError::SignInRequired(format!(
                "{why}: {}",
                self.remedy()
            )))
        };
        let Some(grant) = grant else {
            return required(&format!("{} needs a sign-in", self.key));
        };
        match grant.unfit(&self.resource) {
            Some(why) => required(why),
            None => Ok(grant),
        }
    }

    /// What to say when an expired token cannot be renewed.
    pub(super) fn over(&self, grant: &Grant) -> TokenError {
        let remedy = self.remedy();
        if grant.refused {
            TokenError::Refused(format!(
                "{} refused to renew the sign-in: {remedy}",
                grant.issuer
            ))
        } else {
            TokenError::SignInRequired(format!("the sign-in expired: {remedy}"))
        }
    }

    pub(super) fn remedy(&self) -> String {
        format!("run `keyway mcp connect {}`", self.key)
    }

    /// The error of a request as whoever sends requests has to take it.
    pub(super) fn token_error(&self, error: &OAuthError) -> TokenError {
        match error {
            OAuthError::Unreachable { .. } | OAuthError::BadAnswer { .. } | OAuthError::Safe(_) => {
                TokenError::Unreachable(error.to_string())
            }
            OAuthError::TokenRefused(_) | OAuthError::ClientRefused(_) => {
                TokenError::Refused(format!("{error}: {}", self.remedy()))
            }
            _ => TokenError::SignInRequired(format!("{error}: {}", self.remedy())),
        }
    }

    fn is_paused(&self) -> bool {
        self.paused_until
            .lock()
            .is_some_and(|until| Instant::now() < until)
    }
}
