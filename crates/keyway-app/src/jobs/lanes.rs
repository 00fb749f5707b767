//! Who has how much of a pool at once, so that nobody waits behind whoever takes their time.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use keyway_core::OrgId;
use keyway_store::{Busy, ClaimedJob};
use parking_lot::Mutex;
use serde::Deserialize;
use tokio::time::Instant;

/// For how long nobody is looked for who has less than their share, once there was nobody.
const QUIET: Duration = Duration::from_millis(250);

/// What runs, by whose it is and where it goes to.
#[derive(Debug, Default)]
pub(super) struct Lanes {
    taken: Mutex<Vec<Lane>>,
    quiet_until: Mutex<Option<Instant>>,
}

type Lane = (OrgId, Option<String>);

/// A place in a lane, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Seat {
    lanes: Arc<Lanes>,
    lane: Lane,
}

/// What tells of a job where it goes to.
#[derive(Deserialize)]
struct Goes {
    endpoint: Option<String>,
}

impl Lanes {
    /// Takes a place for a job.
    pub(super) fn seat(self: &Arc<Self>, claimed: &ClaimedJob) -> Seat {
        let goes = serde_json::from_str(&claimed.payload).ok();
        let endpoint = goes.and_then(|goes: Goes| goes.endpoint);
        self.take((claimed.lease.organization.clone(), endpoint))
    }

    /// Who has as much as is theirs while others could want some: of `most` places an equal part of each who
    /// has any, and of one more.
    pub(super) fn above_share(&self, most: u32) -> Busy {
        let (organizations, endpoints) = self.counted();
        let share = |all: usize| (places(most) / (all + 1)).max(1);
        let (of_one, of_endpoint) = (share(organizations.len()), share(endpoints.len()));
        Busy {
            organizations: at_least(organizations, of_one),
            endpoints: at_least(endpoints, of_endpoint),
        }
    }

    /// Which endpoints have as much as one may ever have: half of `most` places.
    pub(super) fn full(&self, most: u32) -> Busy {
        let (_, endpoints) = self.counted();
        Busy {
            organizations: Vec::new(),
            endpoints: at_least(endpoints, (places(most) / 2).max(1)),
        }
    }

    /// Nobody waited who has less than their share.
    pub(super) fn nobody_else(&self) {
        *self.quiet_until.lock() = Some(Instant::now() + QUIET);
    }

    /// Whether nobody did just now.
    pub(super) fn is_quiet(&self) -> bool {
        let until = *self.quiet_until.lock();
        until.is_some_and(|until| Instant::now() < until)
    }

    fn take(self: &Arc<Self>, lane: Lane) -> Seat {
        self.taken.lock().push(lane.clone());
        Seat {
            lanes: Arc::clone(self),
            lane,
        }
    }

    fn counted(&self) -> (HashMap<OrgId, usize>, HashMap<String, usize>) {
        let (mut organizations, mut endpoints) = (HashMap::new(), HashMap::new());
        for (organization, endpoint) in self.taken.lock().iter() {
            *organizations.entry(organization.clone()).or_default() += 1;
            if let Some(endpoint) = endpoint {
                *endpoints.entry(endpoint.clone()).or_default() += 1;
            }
        }
        (organizations, endpoints)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut all = self.lanes.taken.lock();
        if let Some(at) = all.iter().position(|lane| *lane == self.lane) {
            all.swap_remove(at);
        }
    }
}

fn places(most: u32) -> usize {
    usize::try_from(most).unwrap_or(usize::MAX)
}

fn at_least<T: Eq + Hash>(counted: HashMap<T, usize>, least: usize) -> Vec<T> {
    let counted = counted.into_iter();
    let those = counted.filter(|(_, count)| *count >= least);
    those.map(|(one, _)| one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn organization(number: u32) -> OrgId {
        format!("org_01890a5d-ac96-774b-bcce-{number:012}")
            .parse()
            .unwrap()
    }

    #[test]
    fn who_has_their_share_lets_others_go_first_and_no_endpoint_has_everything() {
        let lanes = Arc::<Lanes>::default();
        assert_eq!(lanes.above_share(16), Busy::default());
        let (slow, other) = (organization(1), organization(2));
        let seat = |of: &OrgId, to: &str| lanes.take((of.clone(), Some(to.to_owned())));
        let mut seats: Vec<_> = (0..7).map(|_| seat(&slow, "whe_1")).collect();
        assert_eq!(lanes.above_share(16), Busy::default(), "7 of 16");
        seats.push(seat(&slow, "whe_1"));
        let half = Busy {
            organizations: vec![slow.clone()],
            endpoints: vec!["whe_1".to_owned()],
        };
        assert_eq!(lanes.above_share(16), half);
        assert_eq!(lanes.full(16).endpoints, ["whe_1"]);
        assert!(lanes.full(16).organizations.is_empty());
        let theirs = seat(&other, "whe_2");
        assert_eq!(lanes.above_share(16), half, "8 and 1, of 5 each");
        drop(seats.split_off(4));
        assert_eq!(lanes.above_share(16), Busy::default(), "4 and 1, of 5 each");
        assert_eq!(lanes.full(16), Busy::default());
        drop((seats, theirs));
        assert!(lanes.taken.lock().is_empty());
    }

    #[test]
    fn with_one_place_it_is_anybody_s() {
        let lanes = Arc::<Lanes>::default();
        assert_eq!(lanes.full(1), Busy::default());
        let _seat = lanes.take((organization(1), None));
        assert_eq!(lanes.above_share(1).organizations, [organization(1)]);
    }
}
