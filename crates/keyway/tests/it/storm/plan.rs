use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use keyway_testkit::{github, linear};
use serde_json::Value;

use super::Strength;
use super::places::{Places, REPOSITORY};

/// A send in so many is a copy.
const COPIES: usize = 3;
/// How far a request may come before its turn, in requests.
const DISORDER: usize = 40;
/// How wrong Linear's clock is at most, in seconds: it signs the moment, good for a minute both ways.
const SKEW: u64 = 45;

/// Numbers that look random, the same for each seed (`SplitMix64`).
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % most.max(1)
    }

    fn index(&mut self, most: usize) -> usize {
        usize::try_from(self.below(most as u64)).unwrap()
    }
}

/// At which third party.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Vendor {
    GitHub,
    Linear,
}

/// Something that happened at a third party: a comment.
pub(super) struct Event {
    pub(super) vendor: Vendor,
    /// The comment's id: what the key of its delivery ends with.
    pub(super) id: String,
    /// The issue: a conversation.
    pub(super) conversation: String,
    payload: Value,
}

/// A request as it is sent.
pub(super) struct Request {
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

/// Everything that happens, and in which order it is told of.
pub(super) struct Plan {
    pub(super) events: Vec<Event>,
    /// Which event each request tells of.
    pub(super) sends: Vec<usize>,
}

impl Plan {
    pub(super) fn new(places: &Places, strength: &Strength, dice: &mut Dice) -> Self {
        let different = strength.sends - strength.sends / COPIES;
        let mut events = Vec::with_capacity(different);
        let mut issues: Vec<(Vendor, String)> = Vec::new();
        let conversations = different.div_ceil(strength.conversation);
        for number in 0..conversations {
            issues.push(match number % 2 {
                0 => (Vendor::GitHub, places.github_issue().to_string()),
                _ => (Vendor::Linear, places.linear_issue()),
            });
        }
        for number in 0..different {
            // Each conversation has one, and the rest fall where they may.
            let at = if number < conversations {
                number
            } else {
                dice.index(conversations)
            };
            let (vendor, issue) = &issues[at];
            events.push(match vendor {
                Vendor::GitHub => github_comment(places, issue, number),
                Vendor::Linear => linear_comment(places, issue, number),
            });
        }
        let mut sends: Vec<usize> = (0..different).collect();
        // A copy follows at any time after, or at once.
        for _ in different..strength.sends {
            let event = dice.index(different);
            let at = event + dice.index(sends.len() - event);
            sends.insert(at, event);
        }
        for at in 0..sends.len() {
            let other = (at + dice.index(DISORDER)).min(sends.len() - 1);
            sends.swap(at, other);
        }
        Self { events, sends }
    }

    /// How many conversations there are.
    pub(super) fn conversations(&self) -> usize {
        let all = self.events.iter();
        let all: BTreeSet<_> = all.map(|one| (one.vendor, &one.conversation)).collect();
        all.len()
    }
}

impl Event {
    /// The request that tells of it now, by the clock of its third party.
    pub(super) fn request(&self, places: &Places, dice: &mut Dice) -> Request {
        let (headers, body) = match self.vendor {
            Vendor::GitHub => {
                let secret = &places.github_secret;
                let signed = github::Signed::json("issue_comment", &self.payload, secret);
                (signed.headers, signed.body)
            }
            Vendor::Linear => {
                let wrong = i64::try_from(dice.below(2 * SKEW + 1)).unwrap();
                let wrong = SignedDuration::from_secs(wrong - i64::try_from(SKEW).unwrap());
                let signed = places
                    .linear
                    .sign_at(self.payload.clone(), Timestamp::now() + wrong);
                let linear::Signed { headers, body } = signed;
                (headers, body)
            }
        };
        Request { headers, body }
    }
}

fn github_comment(places: &Places, issue: &str, number: usize) -> Event {
    let payloads = github::Payloads {
        github: &places.github,
        installation: places.github.installations()[0],
        repository: REPOSITORY,
        sender: "ada",
    };
    let words = format!("@{} what about {number}?", places.github_slug);
    let payload = payloads.comment(issue.parse().unwrap(), &words, "MEMBER");
    Event {
        vendor: Vendor::GitHub,
        id: payload["comment"]["id"].to_string(),
        conversation: issue.to_owned(),
        payload,
    }
}

/// A comment of Bob's: what Ada does is what the agent does, as the key is hers.
fn linear_comment(places: &Places, issue: &str, number: usize) -> Event {
    let words = format!("What about {number}?");
    let comment = places.linear.add_comment(issue, None, &words);
    let payload =
        crate::vendors::linear::comment_body(&places.linear, "bob@acme.example", issue, &comment);
    Event {
        vendor: Vendor::Linear,
        id: comment,
        conversation: issue.to_owned(),
        payload,
    }
}
