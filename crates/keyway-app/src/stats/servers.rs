use std::collections::HashMap;

use jiff::Timestamp;
use keyway_core::ports::UpstreamStatus;
use keyway_store::{CallCounts, ServerStateRow, StoredState};

use super::health::availability;
use super::watch::known;
use super::{CallsView, ServerStats, StateChange, Window};

/// The most changes that are told of one server.
const HISTORY: usize = 100;

/// What is known of servers in a window.
pub(super) struct Servers {
    all: Vec<ServerStats>,
    changes: Vec<ServerStateRow>,
}

impl Servers {
    /// Those that are there now; where none is known to be, those that were there last. `changes` are
    /// in the order of servers, then of time.
    pub(super) fn new(
        statuses: Vec<UpstreamStatus>,
        changes: Vec<ServerStateRow>,
        called: &HashMap<String, CallCounts>,
        (window, now): (Window, Timestamp),
    ) -> Self {
        let since = window.since(now);
        let of = |key: &str| -> &[ServerStateRow] {
            let from = changes.partition_point(|change| change.server.as_str() < key);
            let to = changes.partition_point(|change| change.server.as_str() <= key);
            changes.get(from..to).unwrap_or_default()
        };
        let view = |server: &str, state: StoredState, reason, at| ServerStats {
            server: server.to_owned(),
            state: state.as_str(),
            reason,
            since: at,
            availability: availability(of(server), since, now),
            calls: called
                .get(server)
                .map_or_else(CallsView::default, CallsView::from),
        };
        let mut all: Vec<_> = statuses
            .into_iter()
            .map(|status| {
                view(
                    &status.name,
                    known(status.state),
                    status.reason,
                    status.since,
                )
            })
            .collect();
        if all.is_empty() {
            let last = changes.chunk_by(|one, other| one.server == other.server);
            let last = last.filter_map(<[ServerStateRow]>::last);
            let there = last.filter(|change| change.state != StoredState::Removed);
            all = there
                .map(|one| view(&one.server, one.state, one.reason.clone(), one.at))
                .collect();
        }
        all.sort_by(|one, other| {
            is_connected(one)
                .cmp(&is_connected(other))
                .then(other.calls.calls.cmp(&one.calls.calls))
                .then_with(|| one.server.cmp(&other.server))
        });
        Self { all, changes }
    }

    pub(super) fn count(&self) -> usize {
        self.all.len()
    }

    pub(super) fn connected(&self) -> usize {
        self.all.iter().filter(|one| is_connected(one)).count()
    }

    /// What became of them, the newest first.
    pub(super) fn history(&self) -> Vec<StateChange> {
        let newest = self.changes.iter().rev().take(HISTORY);
        newest
            .map(|change| StateChange {
                at: change.at,
                state: change.state.as_str(),
                reason: change.reason.clone(),
            })
            .collect()
    }

    /// Those that are not connected, then those that are called most.
    pub(super) fn first(mut self, most: usize) -> Vec<ServerStats> {
        self.all.truncate(most);
        self.all
    }
}

fn is_connected(one: &ServerStats) -> bool {
    one.state == StoredState::Connected.as_str()
}
