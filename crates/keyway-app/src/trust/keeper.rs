use std::sync::Arc;
use std::time::Duration;

use keyway_core::ports::{Change, ChangeKind, Lists, Upstream as _};
use keyway_store::StoreError;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use super::curated::Curated;
use super::observe::observe;
use super::table::Key;
use crate::App;
use crate::audit::{Event, EventKind, Who};

/// How often the change counter is read: what another process decides holds here within this time.
const LOOK: Duration = Duration::from_millis(500);

/// The most names of tools that one event of the audit log tells.
const NAMES: usize = 20;

/// Takes in what servers list and what other processes decide, until `shutdown`. `epoch` is where the
/// change counter stood before what is known was read.
pub(crate) async fn keep(app: App, mut epoch: i64, shutdown: CancellationToken) {
    let mut ticks = tokio::time::interval(LOOK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = app.inner.trust.woken.notified() => app.take_in_lists().await,
            _ = ticks.tick() => {
                app.take_in_decisions(&mut epoch).await;
                app.take_in_lists().await;
            }
        }
    }
}

impl App {
    /// Holds what servers list against what is known of them.
    async fn take_in_lists(&self) {
        let unseen = std::mem::take(&mut *self.inner.trust.unseen.lock());
        for key in unseen {
            self.take_in_list_of(key).await;
        }
    }

    /// Takes in what a server lists now; what fails is tried again.
    pub(crate) async fn take_in_list_of(&self, key: Key) {
        if let Err(error) = self.take_in_list(&key).await {
            let server = &*key.1;
            tracing::warn!(server, %error, "what the MCP server lists is not taken in");
            self.inner.trust.unseen.lock().insert(key);
        }
    }

    async fn take_in_list(&self, key: &Key) -> Result<(), StoreError> {
        let (organization, server) = key;
        let _writing = self.inner.trust.writing.lock().await;
        let shown = self.inner.trust.all_shown(key);
        let Some(first) = shown.first() else {
            return Ok(());
        };
        let (lists, now) = (listed(&shown), self.inner.clock.now());
        let observed = observe(&lists, &first.rules(), now);
        if observed.is_nothing() {
            return Ok(());
        }
        let first = observed.is_first.then_some(now);
        let store = &self.inner.store;
        store
            .write_tool_pins(organization, server, &observed.writes, first)
            .await?;
        let held: Vec<_> = observed.held().collect();
        if !held.is_empty() {
            let names: Vec<_> = held.iter().take(NAMES).copied().collect();
            let event = Event::new(EventKind::ToolChangesHeld, Who::operator(organization))
                .target("server", server)
                .server(server)
                .detail("tools", names)
                .detail("count", held.len());
            self.audit().note(event);
        }
        self.server_decided(key).await
    }

    /// Forgets what was decided about a server that is not there any more: whoever gets its key next
    /// begins anew.
    pub(crate) async fn forget_server(&self, key: &Key) -> Result<(), StoreError> {
        let trust = &self.inner.trust;
        let _writing = trust.writing.lock().await;
        trust.let_go(key);
        let (organization, server) = key;
        let store = &self.inner.store;
        store.forget_server_tools(organization, server).await?;
        self.server_decided(key).await
    }

    /// Shows a server by what is decided about it now, and tells whoever listens.
    pub(crate) async fn server_decided(&self, key: &Key) -> Result<(), StoreError> {
        if self.inner.trust.reload(&self.inner.store, key).await? {
            self.shown_anew(key);
        }
        Ok(())
    }

    /// Tells whoever listens of what is shown otherwise now of a server.
    fn shown_anew(&self, key: &Key) {
        for curated in self.inner.trust.all_shown(key) {
            // Connections that are somebody's own are told to them alone.
            self.bound_changed(&Change {
                server: curated.id().to_owned(),
                kind: ChangeKind::Lists,
            });
        }
        self.refresh_of(&key.0);
    }

    async fn take_in_decisions(&self, epoch: &mut i64) {
        let (store, trust) = (&self.inner.store, &self.inner.trust);
        let read = async {
            let now = store.server_tools_epoch().await?;
            if now == *epoch {
                return Ok(());
            }
            let changed = store.server_tools_since(*epoch).await?;
            *epoch = now;
            for key in trust.take_in(changed) {
                self.shown_anew(&key);
            }
            Ok::<(), StoreError>(())
        };
        if let Err(error) = read.await {
            tracing::warn!(%error, "what is decided about MCP servers is not read");
        }
    }
}

/// What a server lists over all its connections. Of a tool that several list, the first one's
/// definition counts.
fn listed(connections: &[Arc<Curated>]) -> Arc<Lists> {
    if let [only] = connections {
        return only.inner().lists();
    }
    let all: Vec<_> = connections.iter().map(|one| one.inner().lists()).collect();
    Arc::new(Lists {
        tools: all.iter().flat_map(|lists| lists.tools.clone()).collect(),
        fetched_at: all.iter().find_map(|lists| lists.fetched_at),
        ..Lists::default()
    })
}
