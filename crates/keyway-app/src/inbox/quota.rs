//! What the turns of a publication may use (ADR 0051).

use std::sync::Arc;

use jiff::Timestamp;
use keyway_agent::turn::Meter;
use keyway_core::agent::Budget;
use keyway_core::{Error, Kind, SessionId};
use keyway_store::{PublicationDay, PublicationMost, StoredPublication};

use crate::App;
use crate::publications::Limits;

/// The code of a turn that did not begin because the day has taken all it may.
pub(super) const SPENT: &str = "publication_quota_spent";
/// The code of a turn that did not begin because its session has had all it may.
pub(super) const SESSION_FULL: &str = "publication_session_full";

/// A turn that counts.
pub(super) struct Counted {
    /// What it uses is used here.
    pub(super) meter: Arc<Meter>,
    day: i64,
    is: Is,
}

/// Which turn of a delivery it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Is {
    /// One that was counted just now.
    New,
    /// The rest of one that was counted when it began.
    Rest,
}

impl App {
    /// Counts a turn that is about to begin.
    ///
    /// # Errors
    ///
    /// That it may not begin: of the day, or of the session.
    pub(super) async fn count_turn(
        &self,
        publication: &StoredPublication,
        session: &SessionId,
    ) -> Result<Counted, Error> {
        let (limits, store) = (Limits::stored(&publication.limits), &self.inner.store);
        if let Some(most) = limits.turns_per_session {
            let found = store.session(&publication.organization, session).await?;
            if found.is_some_and(|found| found.turns >= most) {
                let message = "the conversation has had as many turns as the publication allows";
                return Err(Error::new(Kind::Conflict, SESSION_FULL, message));
            }
        }
        let day = day(self.inner.clock.now());
        let most = PublicationMost {
            turns: limits.turns_per_day,
            tokens: limits.tokens_per_day,
            cost_micros: limits.cost_micros_per_day,
        };
        let taken = store.begin_publication_turn(publication, day, most).await?;
        let taken = taken.ok_or_else(spent)?;
        let meter = Arc::new(Meter::of(&budget(limits, taken), None));
        let is = Is::New;
        Ok(Counted { meter, day, is })
    }

    /// The rest of a turn that was cut off because its process ended: it counted as a turn of its day and of its
    /// session when it began. What it uses now is used of the day it is now.
    ///
    /// # Errors
    ///
    /// That the tokens or the money of the day are used up.
    pub(super) async fn count_rest(
        &self,
        publication: &StoredPublication,
    ) -> Result<Counted, Error> {
        let limits = Limits::stored(&publication.limits);
        let day = day(self.inner.clock.now());
        let store = &self.inner.store;
        let taken = store.publication_day(publication, day).await?;
        let is_full = |most: Option<u64>, used| most.is_some_and(|most| used >= most);
        if is_full(limits.tokens_per_day, taken.tokens)
            || is_full(limits.cost_micros_per_day, taken.cost_micros)
        {
            return Err(spent());
        }
        let meter = Arc::new(Meter::of(&budget(limits, taken), None));
        let is = Is::Rest;
        Ok(Counted { meter, day, is })
    }

    /// Takes back that a turn was counted which never began.
    pub(super) async fn not_begun(&self, publication: &StoredPublication, counted: &Counted) {
        if counted.is != Is::New {
            return;
        }
        let (store, day) = (&self.inner.store, counted.day);
        if let Err(error) = store.uncount_publication_turn(publication, day).await {
            let publication = &publication.id;
            tracing::error!(%publication, %error, "a turn that never began stays counted");
        }
    }

    /// Counts what a turn took. That it cannot be counted is no failure of the turn.
    pub(super) async fn count_used(&self, publication: &StoredPublication, counted: &Counted) {
        let (tokens, cost_micros) = counted.meter.used();
        if (tokens, cost_micros) == (0, 0) {
            return;
        }
        let (store, day) = (&self.inner.store, counted.day);
        let ended = store.end_publication_turn(publication, day, tokens, cost_micros);
        if let Err(error) = ended.await {
            let publication = &publication.id;
            tracing::error!(%publication, %error, "what a turn took cannot be counted");
        }
    }
}

fn spent() -> Error {
    let message = "the publication has used what it may use in a day";
    Error::new(Kind::Conflict, SPENT, message)
}

/// What is left of the day bounds a turn, too.
fn budget(limits: Limits, taken: PublicationDay) -> Budget {
    let left = |most: Option<u64>, used: u64| most.map(|most| most.saturating_sub(used));
    let least = |one: Option<u64>, other: Option<u64>| one.into_iter().chain(other).min();
    Budget {
        tokens: least(
            limits.tokens_per_turn,
            left(limits.tokens_per_day, taken.tokens),
        ),
        cost_micros: least(
            limits.cost_micros_per_turn,
            left(limits.cost_micros_per_day, taken.cost_micros),
        ),
        ..Budget::default()
    }
}

fn day(now: Timestamp) -> i64 {
    now.as_second().div_euclid(24 * 60 * 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_has_the_least_of_its_own_bound_and_what_the_day_has_left() {
        let limits = Limits {
            tokens_per_turn: Some(100),
            tokens_per_day: Some(250),
            cost_micros_per_day: Some(5),
            ..Limits::default()
        };
        let taken = |tokens| PublicationDay {
            tokens,
            cost_micros: 2,
            ..PublicationDay::default()
        };
        assert_eq!(budget(limits, taken(0)).tokens, Some(100));
        assert_eq!(budget(limits, taken(200)).tokens, Some(50));
        assert_eq!(budget(limits, taken(300)).tokens, Some(0));
        assert_eq!(budget(limits, taken(0)).cost_micros, Some(3));
        assert_eq!(budget(Limits::default(), taken(9)).tokens, None);
    }

    #[test]
    fn a_day_begins_at_midnight_of_utc() {
        let at = |text: &str| day(text.parse().unwrap());
        assert_eq!(at("1970-01-01T23:59:59Z"), 0);
        assert_eq!(at("1970-01-02T00:00:00Z"), 1);
        assert_eq!(at("1969-12-31T23:59:59Z"), -1);
    }
}
