use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use keyway_core::{Error, InstallationId, Kind};
use parking_lot::Mutex;

/// For how long a failure is told again before the third party is asked again.
const PAUSE: SignedDuration = SignedDuration::from_secs(5);
/// Of how many installations is known who has the turn.
const MOST: usize = 10_000;

/// One at a time for an installation: who gets a token, installs, or changes its secrets.
#[derive(Default)]
pub(crate) struct Keeper(Mutex<HashMap<InstallationId, Arc<Turn>>>);

/// The turn of an installation.
pub(crate) type Turn = tokio::sync::Mutex<Option<Failure>>;

/// Why there was no token.
pub(crate) struct Failure {
    until: Timestamp,
    kind: Kind,
    code: String,
    message: String,
    hint: Option<String>,
    retry_after: Option<Duration>,
}

impl Keeper {
    /// The turn of an installation; whoever holds its lock has it.
    pub(crate) fn turn(&self, id: &InstallationId) -> Arc<Turn> {
        let mut turns = self.0.lock();
        if turns.len() >= MOST {
            turns.retain(|_, turn| Arc::strong_count(turn) > 1);
        }
        Arc::clone(turns.entry(id.clone()).or_default())
    }
}

impl Failure {
    pub(super) fn of(error: &Error, now: Timestamp) -> Self {
        let wait = error.retry_after().and_then(|wait| wait.try_into().ok());
        let wait = wait.unwrap_or(PAUSE).max(PAUSE);
        Self {
            until: now.checked_add(wait).unwrap_or(now),
            kind: error.kind(),
            code: error.code().to_owned(),
            message: error.message().to_owned(),
            hint: error.hint().map(str::to_owned),
            retry_after: error.retry_after(),
        }
    }

    /// The failure once more, until it is time to ask again.
    pub(super) fn again(&self, now: Timestamp) -> Option<Error> {
        if now >= self.until {
            return None;
        }
        let error = Error::new(self.kind, self.code.clone(), self.message.clone());
        let error = match &self.hint {
            Some(hint) => error.with_hint(hint.clone()),
            None => error,
        };
        Some(match self.retry_after {
            Some(wait) => error.with_retry_after(wait),
            None => error,
        })
    }
}
