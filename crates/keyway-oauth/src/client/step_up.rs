use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;
use keyway_core::ports::{AccessToken, Refusal, TokenError};

use super::source::{Source, State};
use crate::challenge::Challenge;
use crate::grant::Grant;
use crate::record;
use crate::scopes::union;

/// How often a person is asked for the same scopes when nothing comes of it. Once they consented,
/// asking again would bring the same token again.
const LIMIT: u8 = 3;
/// How long attempts count.
const FORGOTTEN_AFTER: Duration = Duration::from_mins(10);

/// How often each set of scopes was asked for, and when last.
#[derive(Default)]
pub(super) struct Attempts(HashMap<Vec<String>, (u8, Timestamp)>);

impl Attempts {
    /// Counts one attempt; false when there were enough lately.
    fn allow(&mut self, scopes: &[String], now: Timestamp) -> bool {
        self.0
            .retain(|_, (_, last)| now.duration_since(*last).unsigned_abs() < FORGOTTEN_AFTER);
        let (count, last) = self.0.entry(sorted(scopes)).or_insert((0, now));
        if *count >= LIMIT {
            return false;
        }
        (*count, *last) = (*count + 1, now);
        true
    }

    /// Notes that the person consented to these scopes.
    fn consented(&mut self, scopes: &[String], now: Timestamp) {
        self.0.insert(sorted(scopes), (LIMIT, now));
    }
}

impl Source {
    /// A request needs more than was granted (MCP 2026-07-28, "Step-Up Authorization Flow"): signs
    /// in again with what was asked for before and what is asked for now. One person, one question
    /// at a time.
    pub(super) async fn step_up(
        &self,
        refusal: &Refusal,
        challenge: Challenge,
    ) -> Result<AccessToken, TokenError> {
        let state = &*self.0;
        let mut attempts = state.attempts.lock().await;
        let grant = state.grant(state.read().await)?;
        let is_new = refusal
            .sent
            .as_ref()
            .is_none_or(|sent| sent.expose() != grant.access_token.expose());
        if is_new && has_all(&grant, &challenge.scopes) {
            return Ok(grant.access());
        }
        if challenge.error.as_deref() != Some("insufficient_scope") {
            return Err(TokenError::Refused(format!("{} forbids it", state.key)));
        }
        let wanted = union([
            grant.requested.clone(),
            grant.scopes.clone(),
            grant.wanted.clone(),
            challenge.scopes,
        ]);
        let Some(sign_in) = &state.client.inner.parts.sign_in else {
            state.want(&wanted).await;
            return Err(TokenError::SignInRequired(format!(
                "{} needs more than was granted ({}): {}",
                state.key,
                wanted.join(" "),
                state.remedy()
            )));
        };
        let now = state.client.inner.parts.clock.now();
        if !attempts.allow(&wanted, now) {
            return Err(TokenError::Refused(format!(
                "{} still asks for more than was granted, after a sign-in for {}: {}",
                state.key,
                wanted.join(" "),
                state.remedy()
            )));
        }
        let connected = state
            .client
            .connect_with(&state.key, &state.resource, &**sign_in, &wanted);
        Box::pin(connected)
            .await
            .map_err(|error| state.token_error(&error))?;
        attempts.consented(&wanted, now);
        Ok(state.grant(state.read().await)?.access())
    }
}

impl State {
    /// Keeps what a call needs, so that the next sign-in asks for it, in whichever process.
    async fn want(&self, wanted: &[String]) {
        let kept = async {
            let _lock = self.safe().lock(&self.name).await?;
            match record::read::<Grant>(self.safe(), &self.name).await? {
                Some(mut grant) if grant.wanted != wanted => {
                    grant.wanted = wanted.to_vec();
                    record::write(self.safe(), &self.name, &grant).await
                }
                _ => Ok(()),
            }
        };
        if let Err(error) = kept.await {
            tracing::warn!(server = %self.key, %error, "needed scopes could not be kept");
        }
    }
}

fn sorted(scopes: &[String]) -> Vec<String> {
    let mut sorted = scopes.to_vec();
    sorted.sort_unstable();
    sorted
}

fn has_all(grant: &Grant, scopes: &[String]) -> bool {
    scopes.iter().all(|scope| grant.scopes.contains(scope))
}
