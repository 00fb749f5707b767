use std::sync::Arc;

use jiff::Timestamp;
use keyway_core::ports::{AccessToken, TokenError};
use url::Url;

use super::source::{Source, State};
use super::{complete, obtain};
use crate::grant::{By, Grant};
use crate::identity::Origin;
use crate::registration::Slot;
use crate::tokens::Tokens;
use crate::{OAuthError, record};

impl Source {
    /// The token that replaces `old`. One task of one process renews at a time, and whoever waited
    /// takes what it got. It runs to its end even when the caller goes away: the server may have
    /// replaced the refresh token already.
    pub(super) async fn renew(&self, old: AccessToken) -> Result<AccessToken, TokenError> {
        let state = Arc::clone(&self.0);
        let renewals = &self.0.client.inner.renewals;
        let renewal = renewals.spawn(async move { state.renew(&old).await });
        renewal.await.unwrap_or_else(|_| {
            Err(TokenError::Unreachable(String::from(
                "the renewal was cut off",
            )))
        })
    }
}

impl State {
    async fn renew(&self, old: &AccessToken) -> Result<AccessToken, TokenError> {
        let lock = self.safe().lock(&self.name).await;
        let _lock = lock.map_err(|error| self.token_error(&error.into()))?;
        let kept = self.grant(self.read().await)?;
        let now = self.client.inner.parts.clock.now();
        if kept.access_token.expose() != old.expose() && !kept.is_due(now) {
            return Ok(kept.access());
        }
        let renewed = match self.take_unsaved(&kept) {
            Some(unsaved) => unsaved,
            None => self.ask(&kept, now).await?,
        };
        // Saved before it is used: the old refresh token may be void from now on.
        if let Err(error) = record::write(self.safe(), &self.name, &renewed).await {
            let error = self.token_error(&error.into());
            *self.unsaved.lock() = Some((kept.access(), renewed));
            return Err(error);
        }
        Ok(renewed.access())
    }

    fn take_unsaved(&self, kept: &Grant) -> Option<Grant> {
        let (replaces, renewed) = self.unsaved.lock().take()?;
        (replaces.expose() == kept.access_token.expose()).then_some(renewed)
    }

    /// The refresh request (RFC 6749 section 6, RFC 8707 section 2.2), or the same request as before
    /// for what the client gets for itself (section 4.4).
    async fn ask(&self, kept: &Grant, now: Timestamp) -> Result<Grant, TokenError> {
        if !kept.is_renewable() {
            return Err(self.over(kept));
        }
        let requested = kept.requested.join(" ");
        let mut form = match (kept.by, &kept.refresh_token) {
            (By::ClientCredentials, _) => obtain::form(&requested),
            (By::Consent, Some(token)) => vec![
                ("grant_type", "refresh_token"),
                ("refresh_token", token.expose().as_str()),
            ],
            (By::Consent, None) => return Err(self.over(kept)),
        };
        if !kept.resource.is_empty() {
            form.push(("resource", kept.resource.as_str()));
        }
        let answer = async {
            let wire = self.client.inner.wire(&kept.url, &self.resource)?;
            let endpoint = Url::parse(&kept.token_endpoint)
                .map_err(|_| OAuthError::BadUrl(kept.issuer.clone()))?;
            let proof = kept.client.prove(kept.client.secret(&self.resource));
            let quirks = complete::quirks(&self.resource);
            Tokens::request(&wire, &endpoint, &form, proof, &quirks).await
        };
        match answer.await {
            Ok(tokens) => {
                let mut renewed = kept.clone();
                renewed.take(tokens, now);
                Ok(renewed)
            }
            Err(error) => {
                if let Some(failures) = &self.client.inner.parts.failures {
                    failures.renewal_failed(&self.key, &error);
                }
                self.note_refusal(kept, &error).await;
                Err(self.token_error(&error))
            }
        }
    }

    /// Keeps a final refusal, so that the dead refresh token is not sent again, and no process asks
    /// in vain.
    async fn note_refusal(&self, kept: &Grant, error: &OAuthError) {
        let client_refused = matches!(error, OAuthError::ClientRefused(_));
        if !client_refused && !matches!(error, OAuthError::TokenRefused(_)) {
            return;
        }
        let refused = Grant {
            refused: true,
            ..kept.clone()
        };
        if let Err(error) = record::write(self.safe(), &self.name, &refused).await {
            tracing::warn!(server = %self.key, %error, "a refused grant could not be marked");
        }
        if client_refused && kept.client.origin == Origin::Registered {
            let slot = Slot {
                issuer: &kept.issuer,
                redirect_uri: &kept.redirect_uri,
                profile: &kept.profile,
            };
            if let Err(error) = slot.drop_client(self.safe(), &kept.client.id).await {
                tracing::warn!(server = %self.key, %error, "a registration could not be dropped");
            }
        }
    }
}
