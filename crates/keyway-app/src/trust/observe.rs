use std::collections::HashSet;

use jiff::Timestamp;
use keyway_core::ports::Lists;
use keyway_core::rpc::RawJson;
use keyway_store::{AcceptedTool, HeldTool, NewTools, PinWrite, Pinning};

use super::curate::once_each;
use super::hash::definition_hash;
use super::risk::risks;
use super::rules::{Pin, Rules};

/// The most tools of one server that are remembered. What comes beyond is not shown where new tools
/// are off or definitions pinned.
const MOST: usize = 10_000;

/// What a list says that was not known.
#[derive(Debug, Default)]
pub(crate) struct Observed {
    /// What is to be written down.
    pub(crate) writes: Vec<PinWrite>,
    /// It is the list that all others are held against.
    pub(crate) is_first: bool,
}

impl Observed {
    pub(crate) fn is_nothing(&self) -> bool {
        self.writes.is_empty() && !self.is_first
    }

    /// The tools whose definitions are held back because of it.
    pub(crate) fn held(&self) -> impl Iterator<Item = &str> {
        self.writes.iter().filter_map(|write| match write {
            PinWrite::Hold { tool, .. } => Some(tool.as_str()),
            _ => None,
        })
    }
}

/// Holds what a server lists against what is known of it. Of a server all of whose tools are shown as
/// they are nothing is remembered.
pub(crate) fn observe(lists: &Lists, rules: &Rules, now: Timestamp) -> Observed {
    let mut observed = Observed::default();
    if lists.fetched_at.is_none() || !rules.remember() {
        return observed;
    }
    observed.is_first = rules.first_listed_at.is_none();
    let mut listed = HashSet::new();
    let mut known = rules.pins.len();
    for tool in once_each(&lists.tools) {
        listed.insert(tool.key.as_str());
        match rules.pins.get(&tool.key) {
            Some(pin) => {
                let write = changed(&tool.key, &tool.json, pin, rules, now);
                observed.writes.extend(write);
            }
            None if known >= MOST => {}
            None => {
                known += 1;
                let shown = observed.is_first || rules.new_tools == NewTools::On;
                observed.writes.push(if shown {
                    PinWrite::Accept {
                        tool: tool.key.clone(),
                        accepted: AcceptedTool {
                            hash: definition_hash(&tool.json),
                            definition: tool.json.as_str().to_owned(),
                            by: None,
                            at: now,
                        },
                    }
                } else {
                    hold(
                        &tool.key,
                        &tool.json,
                        definition_hash(&tool.json),
                        None,
                        now,
                    )
                });
            }
        }
    }
    let never = rules.pins.iter().filter(|(_, pin)| pin.accepted.is_none());
    let gone = never.filter(|(tool, _)| !listed.contains(tool.as_str()));
    observed
        .writes
        .extend(gone.map(|(tool, _)| PinWrite::Drop { tool: tool.clone() }));
    observed
}

fn changed(
    tool: &str,
    json: &RawJson,
    pin: &Pin,
    rules: &Rules,
    now: Timestamp,
) -> Option<PinWrite> {
    let accepted = pin.accepted.as_ref();
    let same = accepted.is_some_and(|accepted| accepted.json == *json);
    // Most are as they were, byte for byte, and are not looked at further.
    let hash = match accepted {
        Some(accepted) if same => accepted.hash.clone(),
        _ => definition_hash(json),
    };
    match accepted {
        Some(accepted) if accepted.hash == hash || rules.pinning == Pinning::Follow => {
            let release = || PinWrite::Release {
                tool: tool.to_owned(),
                was: accepted.hash.clone(),
            };
            pin.held.is_some().then(release)
        }
        _ if pin.held.as_deref() == Some(&hash) => None,
        accepted => {
            let before = accepted.map(|accepted| (&*accepted.hash, &accepted.json));
            Some(hold(tool, json, hash, before, now))
        }
    }
}

fn hold(
    tool: &str,
    json: &RawJson,
    hash: String,
    before: Option<(&str, &RawJson)>,
    now: Timestamp,
) -> PinWrite {
    let findings = risks(before.map(|(_, json)| json), json);
    PinWrite::Hold {
        tool: tool.to_owned(),
        was: before.map(|(hash, _)| hash.to_owned()),
        held: HeldTool {
            hash,
            definition: json.as_str().to_owned(),
            at: now,
            findings: serde_json::to_string(&findings).unwrap_or_default(),
        },
    }
}
