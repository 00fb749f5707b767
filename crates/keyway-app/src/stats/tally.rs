use std::collections::HashMap;

use keyway_core::OrgId;
use keyway_store::{CallCounts, NewCallStats, Span};
use parking_lot::Mutex;

use super::Counted;
use crate::audit::Outcome;

/// The most tools that are told apart between two times that counts are written. The others are counted
/// together, for each server.
const MOST: usize = 2_000;

/// Tools that are not told apart.
const OTHERS: &str = "(others)";

/// Names that nothing has.
const UNKNOWN: &str = "(unknown)";

/// The server of the gateway's own actions.
pub(super) const OWN: &str = "-";

/// What was counted and is not written yet. The one who writes the audit log counts.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    counts: Mutex<HashMap<Key, CallCounts>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    organization: OrgId,
    begins: jiff::Timestamp,
    server: String,
    tool: String,
}

impl Tally {
    /// Counts a call.
    pub(crate) fn count(&self, call: &Counted<'_>) {
        let mut key = Key {
            organization: call.organization.clone(),
            begins: Span::Minutes.begins(call.at),
            server: call.server.unwrap_or(OWN).to_owned(),
            tool: call.tool.unwrap_or(UNKNOWN).to_owned(),
        };
        let mut all = self.counts.lock();
        if all.len() >= MOST && !all.contains_key(&key) {
            OTHERS.clone_into(&mut key.tool);
        }
        let counts = all.entry(key).or_default();
        counts.calls += 1;
        match call.outcome {
            Outcome::Ok => {}
            Outcome::ToolError | Outcome::Failed | Outcome::Timeout => counts.errors += 1,
            Outcome::Cancelled => counts.cancelled += 1,
            Outcome::Refused => {
                // It did not run: how long saying so took is no latency.
                counts.denied += 1;
                return;
            }
        }
        counts.took(u64::try_from(call.took.as_micros()).unwrap_or(u64::MAX));
    }

    /// What was counted since the last time.
    pub(super) fn take(&self) -> Vec<NewCallStats> {
        let taken = std::mem::take(&mut *self.counts.lock());
        let rows = taken.into_iter().map(|(key, counts)| NewCallStats {
            organization: key.organization,
            at: key.begins,
            server: key.server,
            tool: key.tool,
            counts,
        });
        rows.collect()
    }

    /// Takes back what could not be written.
    pub(super) fn put_back(&self, rows: Vec<NewCallStats>) {
        let mut all = self.counts.lock();
        for row in rows {
            let key = Key {
                organization: row.organization,
                begins: row.at,
                server: row.server,
                tool: row.tool,
            };
            all.entry(key).or_default().add(&row.counts);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn tools_are_told_apart_up_to_a_bound_and_names_that_nothing_has_are_not() {
        let tally = Tally::default();
        let organization: OrgId = "org_01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap();
        let call = |tool: Option<&str>, outcome| {
            tally.count(&Counted {
                organization: &organization,
                at: jiff::Timestamp::UNIX_EPOCH,
                server: tool.map(|_| "docs"),
                tool,
                outcome,
                took: Duration::from_micros(70),
            });
        };
        call(None, Outcome::Refused);
        call(None, Outcome::Refused);
        for number in 0..MOST + 10 {
            call(Some(&format!("mcp__docs__{number}")), Outcome::Ok);
        }
        let rows = tally.take();
        let of = |tool: &str| rows.iter().find(|row| row.tool == tool).unwrap();
        let unknown = of(UNKNOWN);
        assert_eq!((unknown.server.as_str(), unknown.counts.denied), (OWN, 2));
        assert_eq!(unknown.counts.quantile(500), None);
        assert_eq!(of(OTHERS).counts.calls, 11);
        assert_eq!(rows.len(), MOST + 1);
        assert!(tally.take().is_empty());
        tally.put_back(rows.clone());
        tally.put_back(rows);
        let twice = tally.take();
        let calls: u64 = twice.iter().map(|row| row.counts.calls).sum();
        assert_eq!(calls, 2 * (MOST as u64 + 12));
    }
}
