use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use jiff::Timestamp;
use keyway_core::{Error, Kind};
use parking_lot::Mutex;

use crate::keys::KeyDigest;

/// The most allowances that are remembered.
const MAX: usize = 20_000;

/// Who tries to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Trying {
    /// Whoever comes from an address; of IPv6, from its /64, which is one customer's.
    Address(IpAddr),
    /// Everyone unknown who tries an account, existing or not.
    Account(KeyDigest),
    /// Someone who tries an account from where its person has signed in before.
    Known(KeyDigest, KeyDigest),
}

impl Trying {
    /// From an address.
    pub(super) fn from(address: IpAddr) -> Self {
        Self::Address(match address.to_canonical() {
            IpAddr::V6(ip) => {
                let network = u128::from(ip) & !u128::from(u64::MAX);
                IpAddr::V6(network.into())
            }
            ip @ IpAddr::V4(_) => ip,
        })
    }

    /// How many attempts may come at once, and how long until one is given back.
    fn allowance(self) -> (i64, i64) {
        match self {
            Self::Address(_) => (20, 30_000),
            Self::Account(_) | Self::Known(..) => (10, 60_000),
        }
    }
}

/// How often someone may try to sign in. An attempt that goes well costs nothing.
///
/// Every allowance is one moment, at which it is whole again (the virtual scheduling of GCRA).
#[derive(Debug, Default)]
pub(super) struct Throttle {
    whole_at: Mutex<HashMap<Trying, i64>>,
}

impl Throttle {
    /// Takes one attempt from each allowance, or from none when one of them is used up.
    pub(super) fn charge(&self, all: &[Trying], now: Timestamp) -> Result<(), Error> {
        let now = now.as_millisecond();
        let mut table = self.whole_at.lock();
        let charged = |trying: &Trying| {
            let (burst, every) = trying.allowance();
            let whole = table.get(trying).copied().unwrap_or(now).max(now);
            let after = whole.saturating_add(every);
            let wait = after - now - burst.saturating_mul(every);
            (after, wait)
        };
        let moments: Vec<_> = all.iter().map(charged).collect();
        let wait = moments.iter().map(|(_, wait)| *wait).max().unwrap_or(0);
        if wait > 0 {
            return Err(too_many(wait));
        }
        if table.len() + all.len() > MAX {
            make_room(&mut table, now);
        }
        for (trying, (after, _)) in all.iter().zip(moments) {
            table.insert(*trying, after);
        }
        Ok(())
    }

    /// Gives an attempt back to each allowance: it went well.
    pub(super) fn refund(&self, all: &[Trying]) {
        let mut table = self.whole_at.lock();
        for trying in all {
            if let Some(whole) = table.get_mut(trying) {
                *whole -= trying.allowance().1;
            }
        }
    }
}

/// Forgets whole allowances, and where that is not enough those that are whole soonest.
fn make_room(table: &mut HashMap<Trying, i64>, now: i64) {
    table.retain(|_, whole| *whole > now);
    if table.len() < MAX / 2 {
        return;
    }
    let mut moments: Vec<_> = table.values().copied().collect();
    let middle = moments.len() / 2;
    let (_, median, _) = moments.select_nth_unstable(middle);
    let median = *median;
    table.retain(|_, whole| *whole > median);
}

fn too_many(wait: i64) -> Error {
    let seconds = u64::try_from(wait).unwrap_or_default().div_ceil(1000);
    Error::new(
        Kind::RateLimited,
        "too_many_attempts",
        "there were too many attempts to sign in",
    )
    .with_hint("wait a while and try again")
    .with_retry_after(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    fn v4(last: u8) -> Trying {
        Trying::from(IpAddr::from([192, 0, 2, last]))
    }

    fn account(name: &str) -> Trying {
        Trying::Account(KeyDigest::of(name))
    }

    #[test]
    fn an_allowance_is_used_up_and_comes_back() {
        let throttle = Throttle::default();
        for _ in 0..10 {
            throttle.charge(&[account("a")], at(0)).unwrap();
        }
        let error = throttle.charge(&[account("a")], at(0)).unwrap_err();
        assert_eq!(
            (error.kind(), error.code()),
            (Kind::RateLimited, "too_many_attempts")
        );
        assert_eq!(error.retry_after(), Some(Duration::from_mins(1)));
        throttle.charge(&[account("b")], at(0)).unwrap();
        throttle.charge(&[account("a")], at(59)).unwrap_err();
        throttle.charge(&[account("a")], at(60)).unwrap();
        throttle.charge(&[account("a")], at(60)).unwrap_err();
    }

    #[test]
    fn strangers_use_up_an_account_and_not_what_its_person_has_from_a_known_place() {
        let throttle = Throttle::default();
        let mine = Trying::Known(KeyDigest::of("ada"), KeyDigest::of("my laptop"));
        for from in 0..30 {
            let _ = throttle.charge(&[v4(from), account("ada")], at(0));
        }
        throttle
            .charge(&[v4(99), account("ada")], at(0))
            .unwrap_err();
        throttle.charge(&[v4(99), mine], at(0)).unwrap();
    }

    #[test]
    fn what_is_refused_costs_nothing() {
        let throttle = Throttle::default();
        for name in 0..20 {
            throttle
                .charge(&[v4(1), account(&name.to_string())], at(0))
                .unwrap();
        }
        for _ in 0..50 {
            throttle.charge(&[v4(1), account("z")], at(0)).unwrap_err();
        }
        throttle.charge(&[v4(2), account("z")], at(0)).unwrap();
        throttle.charge(&[v4(1)], at(30)).unwrap();
    }

    #[test]
    fn what_went_well_is_given_back() {
        let throttle = Throttle::default();
        for _ in 0..100 {
            let all = [v4(1), account("a")];
            throttle.charge(&all, at(0)).unwrap();
            throttle.refund(&all);
        }
    }

    #[test]
    fn addresses_of_one_customer_are_one() {
        let ip = |text: &str| Trying::from(text.parse().unwrap());
        assert_eq!(ip("2001:db8::1"), ip("2001:db8::ffff:1"));
        assert_ne!(ip("2001:db8::1"), ip("2001:db8:0:1::1"));
        assert_eq!(ip("::ffff:192.0.2.1"), v4(1));
    }

    #[test]
    fn memory_is_bounded_and_who_tried_most_is_remembered() {
        let throttle = Throttle::default();
        for _ in 0..10 {
            throttle.charge(&[account("a")], at(0)).unwrap();
        }
        for number in 0..3 * MAX {
            let _ = throttle.charge(&[account(&format!("{number}"))], at(0));
            if number % 5_000 == 0 {
                assert!(throttle.whole_at.lock().len() <= MAX);
            }
        }
        throttle.charge(&[account("a")], at(0)).unwrap_err();
    }
}
