//! Whether a log is as it was written.

use std::fmt;

use keyway_store::{AuditCheckpoint, AuditRow, GENESIS, checkpoint_text, event_hash};
use keyway_vault::VerifyingKey;

use super::checkpoint::PURPOSE;

/// What is wrong with a log, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The place in the log.
    pub seq: i64,
    /// What is wrong there.
    pub fault: Fault,
}

/// What can be wrong with a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Events are not there: the place is that of the first one after them.
    Gap {
        /// The first one that is not there.
        missing: i64,
    },
    /// An event stands where one before it should.
    Order,
    /// What the event says is not what its hash was made of.
    Edited,
    /// The event is not the one that followed the one before it.
    Unlinked,
    /// The event is not the one that was signed.
    Replaced,
    /// The log ends before a place that was signed.
    Truncated {
        /// Where it ends.
        ends: i64,
    },
    /// The checkpoint's signature is not one of the key it names.
    Forged,
    /// The checkpoint names a key that is not known.
    UnknownKey,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seq = self.seq;
        match self.fault {
            Fault::Gap { missing } if missing + 1 == seq => {
                write!(f, "event {missing} is not there")
            }
            Fault::Gap { missing } => {
                write!(f, "events {missing} to {} are not there", seq - 1)
            }
            Fault::Order => write!(f, "event {seq} is out of order"),
            Fault::Edited => write!(f, "event {seq} was changed"),
            Fault::Unlinked => {
                write!(
                    f,
                    "event {seq} does not follow the one before it: one of them was replaced"
                )
            }
            Fault::Replaced => write!(f, "event {seq} is not the one that was signed"),
            Fault::Truncated { ends } => write!(
                f,
                "the log ends at event {ends}, and event {seq} was signed: the end is cut off"
            ),
            Fault::Forged => write!(f, "the checkpoint at event {seq} is forged"),
            Fault::UnknownKey => {
                write!(
                    f,
                    "the checkpoint at event {seq} was signed with a key that is not known"
                )
            }
        }
    }
}

impl Fault {
    /// The fault as programs are told it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Gap { .. } => "gap",
            Self::Order => "out_of_order",
            Self::Edited => "edited",
            Self::Unlinked => "unlinked",
            Self::Replaced => "replaced",
            Self::Truncated { .. } => "truncated",
            Self::Forged => "forged_checkpoint",
            Self::UnknownKey => "unknown_key",
        }
    }
}

/// Follows one log, event by event, in the order it is given. Checkpoints come after the event they
/// are about.
#[derive(Debug)]
pub struct Chain {
    keys: Vec<VerifyingKey>,
    /// The last event: its place and hash. None before the first one.
    last: Option<(i64, Vec<u8>)>,
    /// Whether the log may begin later than with its first event.
    part: bool,
    events: u64,
    /// The last place that was signed, rightly.
    signed: Option<i64>,
    broken: Vec<Broken>,
}

impl Chain {
    /// A whole log. Checkpoints have to be signed by one of these keys.
    pub fn whole(keys: Vec<VerifyingKey>) -> Self {
        Self {
            keys,
            last: Some((0, GENESIS.to_vec())),
            part: false,
            events: 0,
            signed: None,
            broken: Vec::new(),
        }
    }

    /// A part of a log, such as an export: it begins where it begins.
    pub fn part(keys: Vec<VerifyingKey>) -> Self {
        Self {
            last: None,
            part: true,
            ..Self::whole(keys)
        }
    }

    /// A log that goes on after an event that is known.
    pub(super) fn after(seq: i64, hash: Vec<u8>) -> Self {
        Self {
            last: Some((seq, hash)),
            ..Self::whole(Vec::new())
        }
    }

    /// The next event.
    pub fn event(&mut self, row: &AuditRow) {
        self.events += 1;
        let seq = row.seq;
        if let Some((last, hash)) = &self.last {
            let missing = last.saturating_add(1);
            if seq > missing {
                self.found(seq, Fault::Gap { missing });
            } else if seq <= *last {
                self.found(seq, Fault::Order);
            } else if *hash != row.previous {
                self.found(seq, Fault::Unlinked);
            }
        } else if seq == 1 && row.previous != GENESIS {
            self.found(seq, Fault::Unlinked);
        }
        let organization = row.organization.as_str();
        let hash = event_hash(organization, seq, row.at, &row.previous, &row.record);
        if hash[..] != row.hash[..] {
            self.found(seq, Fault::Edited);
        }
        self.last = Some((seq, row.hash.clone()));
    }

    /// A checkpoint. One about an event that was not given yet says that the end is cut off.
    pub fn checkpoint(&mut self, checkpoint: &AuditCheckpoint) {
        let seq = checkpoint.seq;
        let (organization, hash) = (checkpoint.organization.as_str(), &checkpoint.hash);
        let text = checkpoint_text(organization, seq, checkpoint.at, hash);
        let mut keys = self.keys.iter();
        let key = keys.find(|key| key.key.to_string() == checkpoint.key_id);
        match key.map(|key| key.verify(PURPOSE, &text, &checkpoint.signature)) {
            None => return self.found(seq, Fault::UnknownKey),
            Some(Err(_)) => return self.found(seq, Fault::Forged),
            Some(Ok(())) => {}
        }
        let last = self.last.clone();
        match last {
            Some((last, known)) if last == seq => {
                if known == *hash {
                    self.signed = Some(seq);
                } else {
                    self.found(seq, Fault::Replaced);
                }
            }
            Some((ends, _)) if ends < seq => self.found(seq, Fault::Truncated { ends }),
            // The event of the checkpoint is not there; the gap was found already. A part may
            // begin after it.
            Some(_) => {}
            None if self.part => {}
            None => self.found(seq, Fault::Truncated { ends: 0 }),
        }
    }

    /// What is wrong, in the order it was found.
    pub fn broken(&self) -> &[Broken] {
        &self.broken
    }

    /// How many events were looked at.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// Up to which place the log is signed.
    pub fn signed(&self) -> Option<i64> {
        self.signed
    }

    /// The last event's place; 0 where there is none.
    pub fn ends(&self) -> i64 {
        self.last.as_ref().map_or(0, |(seq, _)| *seq)
    }

    pub(super) fn last(&self) -> Option<&(i64, Vec<u8>)> {
        self.last.as_ref()
    }

    fn found(&mut self, seq: i64, fault: Fault) {
        self.broken.push(Broken { seq, fault });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_the_greatest_of_all_places_comes_nothing() {
        let event = |seq| AuditRow {
            organization: "org_01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap(),
            seq,
            at: 0,
            record: String::from("{}"),
            previous: Vec::new(),
            hash: Vec::new(),
        };
        let mut chain = Chain::part(Vec::new());
        for seq in [i64::MIN, i64::MAX, i64::MAX, 1] {
            chain.event(&event(seq));
        }
        let codes: Vec<_> = chain
            .broken()
            .iter()
            .map(|found| found.fault.code())
            .collect();
        let edited = "edited";
        let order = "out_of_order";
        assert_eq!(codes, [edited, "gap", edited, order, edited, order, edited]);
        assert!(
            chain
                .broken()
                .iter()
                .all(|found| !found.to_string().is_empty())
        );
    }
}
