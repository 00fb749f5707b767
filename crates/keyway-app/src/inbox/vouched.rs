//! What third parties said a moment ago of who caused events.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use keyway_core::PublicationId;
use keyway_core::provider::{Vouched, sign};
use keyway_store::StoredPublication;
use parking_lot::Mutex;

/// How long a yes counts, and a no: who was let in just now does not wait for long.
const YES: SignedDuration = SignedDuration::from_mins(5);
const NO: SignedDuration = SignedDuration::from_mins(1);

/// The most answers that are kept.
const MOST: usize = 10_000;

/// Answers, as long as they count. They are gone with the process.
#[derive(Debug, Default)]
pub(crate) struct VouchedFor(Mutex<HashMap<Key, Kept>>);

/// Of whom, and by which triggers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    publication: PublicationId,
    triggers: String,
    who: String,
}

#[derive(Debug, Clone, Copy)]
struct Kept {
    vouched: Vouched,
    until: Timestamp,
}

impl Key {
    pub(super) fn of(publication: &StoredPublication, who: String) -> Self {
        Self {
            publication: publication.id.clone(),
            triggers: sign::digest(publication.triggers.as_bytes()),
            who,
        }
    }
}

impl VouchedFor {
    /// What was said, if it still counts.
    pub(super) fn get(&self, key: &Key, now: Timestamp) -> Option<Vouched> {
        let kept = self.0.lock().get(key).copied();
        kept.filter(|kept| kept.until > now)
            .map(|kept| kept.vouched)
    }

    /// Keeps what was said.
    pub(super) fn put(&self, key: Key, vouched: Vouched, now: Timestamp) {
        let counts = match vouched {
            Vouched::Yes => YES,
            Vouched::No(_) => NO,
        };
        let until = now.checked_add(counts).unwrap_or(now);
        let mut all = self.0.lock();
        if all.len() >= MOST {
            all.retain(|_, kept| kept.until > now);
        }
        if all.len() < MOST {
            all.insert(key, Kept { vouched, until });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(who: &str) -> Key {
        Key {
            publication: "pub_01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap(),
            triggers: String::new(),
            who: who.to_owned(),
        }
    }

    #[test]
    fn a_yes_counts_for_longer_than_a_no_and_neither_for_ever() {
        let all = VouchedFor::default();
        let at = |seconds| Timestamp::from_second(seconds).unwrap();
        assert_eq!(all.get(&key("ada"), at(0)), None);
        let no = Vouched::No("guest");
        all.put(key("ada"), Vouched::Yes, at(0));
        all.put(key("eve"), no, at(0));
        assert_eq!(all.get(&key("ada"), at(299)), Some(Vouched::Yes));
        assert_eq!(all.get(&key("eve"), at(59)), Some(no));
        assert_eq!(all.get(&key("ada"), at(300)), None);
        assert_eq!(all.get(&key("eve"), at(60)), None);
    }

    #[test]
    fn no_more_is_kept_than_there_is_room_for() {
        let all = VouchedFor::default();
        let now = Timestamp::UNIX_EPOCH;
        for number in 0..=MOST {
            all.put(key(&number.to_string()), Vouched::Yes, now);
        }
        assert_eq!(all.0.lock().len(), MOST);
        // What does not count any more makes room.
        let later = now.checked_add(YES).unwrap();
        all.put(key("ada"), Vouched::Yes, later);
        assert_eq!(all.0.lock().len(), 1);
    }
}
