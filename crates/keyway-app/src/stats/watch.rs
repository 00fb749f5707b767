use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;
use keyway_core::ports::{UpstreamState, UpstreamStatus};
use keyway_core::{Error, OrgId};
use keyway_store::{ServerStateRow, StoredState};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use super::keep::Written;
use crate::App;
use crate::jobs::earlier;

/// How often the servers are looked at, when nothing says that one changed.
const EVERY: Duration = Duration::from_secs(5);
/// How long changes are gathered.
const GATHER: Duration = Duration::from_millis(100);
/// After how many looks it is written down that the gateway runs, and what is old is forgotten.
const LOOKS: u32 = 12;
/// The fact that tells up to when a gateway ran.
const ALIVE: &str = "stats.alive";
/// How long five minutes, hours and states of servers are kept.
const KEEP_MINUTES: Duration = Duration::from_hours(8 * 24);
const KEEP_HOURS: Duration = Duration::from_hours(90 * 24);
/// How many rows are forgotten at once.
const BATCH: u32 = 500;
/// How much of a reason is kept, in bytes.
const REASON: usize = 300;
/// A state that holds for longer is written down with the moment it was seen.
const FRESH: Duration = Duration::from_mins(1);

impl App {
    /// Writes down how the MCP servers of all organizations fare, as long as the gateway serves.
    pub(crate) async fn watch_servers(self, stopping: CancellationToken) {
        say(self.take_over().await);
        let mut ticks = tokio::time::interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut looks = 0;
        loop {
            tokio::select! {
                () = stopping.cancelled() => break,
                _ = ticks.tick() => looks += 1,
                () = self.inner.stats.moved.notified() => tokio::time::sleep(GATHER).await,
            }
            say(self.look_at_servers().await);
            if looks >= LOOKS {
                looks = 0;
                say(self.alive().await);
                say(self.forget_stats().await);
            }
        }
        say(self.alive().await);
        if !self.inner.store.is_shared() {
            let now = self.inner.clock.now();
            let stopped = self.inner.store.stop_server_states(now).await;
            say(stopped.map_err(Error::from));
        }
    }

    /// Says of every server that it was stopped since the gateway was last known to run.
    async fn take_over(&self) -> Result<(), Error> {
        let store = &self.inner.store;
        if store.is_shared() {
            // What others are connected to goes on.
            return self.alive().await;
        }
        let now = self.inner.clock.now();
        let alive = store.fact(ALIVE).await?;
        let alive = alive.and_then(|text| String::from_utf8(text).ok()?.parse().ok());
        store
            .stop_server_states(alive.unwrap_or(now).min(now))
            .await?;
        self.alive().await
    }

    async fn alive(&self) -> Result<(), Error> {
        let now = self.inner.clock.now().to_string();
        Ok(self.inner.store.set_fact(ALIVE, now.as_bytes()).await?)
    }

    async fn look_at_servers(&self) -> Result<(), Error> {
        let now = self.inner.clock.now();
        let mut rows = Vec::new();
        let mut seen: HashMap<OrgId, Written> = HashMap::new();
        for tenant in self.tenants() {
            let Ok(organization) = tenant.facts().organization().parse::<OrgId>() else {
                continue;
            };
            let before = self.inner.stats.written.lock().get(&organization).cloned();
            let before = before.unwrap_or_default();
            let mut after = Written::new();
            for upstream in tenant.upstreams() {
                let status = upstream.status();
                let last = before.get(&status.name);
                let state = stored(&status, last.map(|(state, _)| *state));
                if last != Some(&state) {
                    rows.push(row(&organization, &status, &state, now));
                }
                after.insert(status.name, state);
            }
            for gone in before.keys().filter(|key| !after.contains_key(*key)) {
                rows.push(ServerStateRow {
                    organization: organization.clone(),
                    server: gone.clone(),
                    at: now,
                    state: StoredState::Removed,
                    reason: None,
                });
            }
            seen.insert(organization, after);
        }
        if !rows.is_empty() {
            self.inner.store.add_server_states(&rows).await?;
        }
        self.inner.stats.written.lock().extend(seen);
        Ok(())
    }

    async fn forget_stats(&self) -> Result<(), Error> {
        let (store, now) = (&self.inner.store, self.inner.clock.now());
        let (minutes, hours) = (earlier(now, KEEP_MINUTES), earlier(now, KEEP_HOURS));
        while store.purge_call_stats(minutes, hours, BATCH).await? > 0
            || store.purge_server_states(hours, BATCH).await? > 0
        {
            tokio::task::yield_now().await;
        }
        Ok(())
    }
}

/// The state as it is written down. One that tries again is where it was.
fn stored(status: &UpstreamStatus, before: Option<StoredState>) -> (StoredState, Option<String>) {
    let reason = status.reason.as_deref().map(|reason| {
        let end = reason.floor_char_boundary(REASON);
        reason.get(..end).unwrap_or_default().to_owned()
    });
    let state = match known(status.state) {
        StoredState::Connecting => before.unwrap_or(StoredState::Connecting),
        state => state,
    };
    (state, reason)
}

/// A state under the name it is stored by.
pub(super) fn known(state: UpstreamState) -> StoredState {
    match state {
        UpstreamState::Configured => StoredState::Configured,
        UpstreamState::Connecting => StoredState::Connecting,
        UpstreamState::Connected => StoredState::Connected,
        UpstreamState::Disconnected => StoredState::Disconnected,
        UpstreamState::AuthRequired => StoredState::AuthRequired,
        UpstreamState::AuthFailed => StoredState::AuthFailed,
    }
}

fn row(
    organization: &OrgId,
    status: &UpstreamStatus,
    (state, reason): &(StoredState, Option<String>),
    now: Timestamp,
) -> ServerStateRow {
    let fresh = status.since <= now && status.since >= earlier(now, FRESH);
    ServerStateRow {
        organization: organization.clone(),
        server: status.name.clone(),
        at: if fresh { status.since } else { now },
        state: *state,
        reason: reason.clone(),
    }
}

fn say(done: Result<(), Error>) {
    if let Err(error) = done {
        tracing::warn!(%error, "how the MCP servers fare is not written down");
    }
}
