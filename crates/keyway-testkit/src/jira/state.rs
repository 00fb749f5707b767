use std::collections::BTreeMap;

use serde_json::{Value, json};

/// Where an issue may be moved from a status, with the ids of the transitions.
const WAYS: &[(&str, &str, &str)] = &[
    ("Open", "11", "In Progress"),
    ("Open", "21", "Done"),
    ("In Progress", "31", "Done"),
    ("In Progress", "41", "Open"),
    ("Done", "51", "Open"),
];

/// What a Jira knows.
#[derive(Default)]
pub(super) struct State {
    pub(super) issues: BTreeMap<String, Issue>,
    /// How many comments there are.
    pub(super) count: u32,
    /// What somebody sent that Jira would not take.
    pub(super) violations: Vec<String>,
}

/// An issue.
pub(super) struct Issue {
    pub(super) summary: String,
    pub(super) status: String,
    pub(super) comments: Vec<Value>,
}

impl Issue {
    /// The transitions that lead on from where it is.
    pub(super) fn transitions(&self) -> Value {
        let all = WAYS.iter().filter(|(from, _, _)| *from == self.status);
        let all = all.map(|(_, id, to)| json!({ "id": id, "to": { "name": to } }));
        json!({ "transitions": all.collect::<Vec<_>>() })
    }

    /// Goes along one, if it leads on from here.
    pub(super) fn go(&mut self, id: &str) -> bool {
        let mut all = WAYS.iter();
        let way = all.find(|(from, one, _)| *from == self.status && *one == id);
        if let Some((_, _, to)) = way {
            self.status = (*to).to_owned();
        }
        way.is_some()
    }
}
