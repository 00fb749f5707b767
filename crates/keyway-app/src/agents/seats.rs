use std::collections::HashMap;
use std::sync::Arc;

use keyway_core::{Actor, Error, Kind, OrgId, Principal};
use parking_lot::Mutex;

/// How many sessions a person or a service account follows at once, by however many keys.
const MOST: usize = 16;

type Whose = (OrgId, Actor);

/// How many sessions everybody follows.
#[derive(Debug, Default)]
pub(super) struct Seats(Mutex<HashMap<Whose, usize>>);

/// One session that somebody follows; dropped with it.
pub(super) struct Seat {
    seats: Arc<Seats>,
    whose: Option<Whose>,
}

impl Seats {
    /// Counts one more. Callers without a name, on a machine of their own, are not counted.
    ///
    /// # Errors
    ///
    /// They have as many as they may.
    pub(super) fn take(self: &Arc<Self>, who: &Principal) -> Result<Seat, Error> {
        let whose = who.actor().map(|actor| (who.organization().clone(), actor));
        if let Some(whose) = &whose {
            let mut taken = self.0.lock();
            let own = taken.entry(whose.clone()).or_default();
            if *own >= MOST {
                let message = format!("you follow {MOST} sessions already");
                return Err(Error::new(Kind::RateLimited, "too_many_streams", message)
                    .with_hint("close some of the streams; without one, ask for JSON again"));
            }
            *own += 1;
        }
        Ok(Seat {
            seats: Arc::clone(self),
            whose,
        })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let Some(whose) = &self.whose else {
            return;
        };
        let mut taken = self.seats.0.lock();
        if let Some(own) = taken.get_mut(whose) {
            *own -= 1;
            if *own == 0 {
                taken.remove(whose);
            }
        }
    }
}
