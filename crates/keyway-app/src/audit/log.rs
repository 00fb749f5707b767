use std::collections::HashMap;
use std::sync::Arc;

use keyway_core::ports::{Clock, Random};
use keyway_core::{AuditEventId, Error, Kind, OrgId};
use keyway_store::{AuditHead, AuditLog, Store};
use keyway_vault::Vault;
use parking_lot::Mutex;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{Notify, mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::event::{Event, Phase};
use super::writer::{Item, Writer};
use super::{AuditSettings, Counters, Durability, Ended, checkpoint, record};
use crate::changes::Changes;
use crate::stats::Tally;

/// The way into the audit logs of all organizations. Cheap to clone.
#[derive(Clone)]
pub struct Audit {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) store: Store,
    pub(super) log: AuditLog,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) random: Arc<dyn Random>,
    pub(super) settings: AuditSettings,
    pub(super) counters: Arc<Counters>,
    /// Who looks at it is told.
    pub(super) changes: Changes,
    /// What calls did.
    pub(super) tally: Arc<Tally>,
    /// Cancelled once nothing more is written.
    drained: CancellationToken,
    /// Signs checkpoints; a command that serves nothing has none.
    pub(super) vault: Option<Vault>,
    /// Where this process left each log, to know it again.
    pub(super) heads: Mutex<HashMap<OrgId, AuditHead>>,
    /// Someone waits for what is queued.
    pub(super) urgent: Notify,
    /// A checkpoint is due.
    pub(super) due: Notify,
    way: Way,
}

/// How events get to the file.
enum Way {
    /// Through the writer, many at a time.
    Queue(mpsc::Sender<Item>),
    /// One by one; those that nobody waits for with the next one that somebody does.
    Direct(Mutex<Vec<Event>>),
}

/// What an [`Audit`] with a writer is made of.
pub(crate) struct AuditParts {
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) vault: Vault,
    pub(crate) settings: AuditSettings,
    pub(crate) counters: Arc<Counters>,
    pub(crate) changes: Changes,
    pub(crate) tally: Arc<Tally>,
    pub(crate) shutdown: CancellationToken,
}

impl Audit {
    /// Starts the writer. What was told before the shutdown is written before the tasks end.
    pub(crate) fn start(parts: AuditParts, tasks: &TaskTracker) -> Self {
        let (sender, receiver) = mpsc::channel(parts.settings.queue.max(1));
        let drained = CancellationToken::new();
        let audit = Self {
            inner: Arc::new(Inner {
                log: parts.store.audit_log(parts.settings.durability),
                store: parts.store,
                clock: parts.clock,
                random: parts.random,
                settings: parts.settings,
                counters: parts.counters,
                changes: parts.changes,
                tally: parts.tally,
                drained: drained.clone(),
                vault: Some(parts.vault),
                heads: Mutex::default(),
                urgent: Notify::new(),
                due: Notify::new(),
                way: Way::Queue(sender),
            }),
        };
        let writer = Writer::new(Arc::clone(&audit.inner), receiver);
        tasks.spawn(writer.run(parts.shutdown, drained.clone().drop_guard()));
        tasks.spawn(checkpoint::keep(Arc::clone(&audit.inner), drained));
        audit
    }

    /// For a process that serves nothing, such as a command next to the gateway. Signs nothing:
    /// the gateway does.
    pub fn direct(store: &Store, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        Self {
            inner: Arc::new(Inner {
                store: store.clone(),
                log: store.audit_log(Durability::Process),
                clock,
                random,
                settings: AuditSettings::default(),
                counters: Arc::default(),
                changes: Changes::default(),
                tally: Arc::default(),
                drained: CancellationToken::new(),
                vault: None,
                heads: Mutex::default(),
                urgent: Notify::new(),
                due: Notify::new(),
                way: Way::Direct(Mutex::default()),
            }),
        }
    }

    /// Writes an event down, and answers once it is. What the event tells of must not be done when
    /// this fails: [`Kind::Unavailable`], code `audit_unavailable`.
    pub async fn record(&self, event: Event) -> Result<(), Error> {
        let event = self.stamped(event);
        let written = match &self.inner.way {
            Way::Direct(waiting) => {
                let mut events = std::mem::take(&mut *waiting.lock());
                events.push(event);
                self.append(events).await
            }
            Way::Queue(sender) => {
                let patience = self.inner.settings.patience;
                let waited = tokio::time::timeout(patience, self.queued(sender, event)).await;
                waited.unwrap_or_else(|_| Err(unavailable()))
            }
        };
        if written.is_err() {
            self.inner.counters.refused();
        }
        written
    }

    /// Has an event written down soon: within the commit interval. Never waits and never fails;
    /// when there is no room left for it, it is counted as lost.
    pub fn note(&self, event: Event) {
        let event = self.stamped(event);
        match &self.inner.way {
            Way::Direct(waiting) => waiting.lock().push(event),
            Way::Queue(sender) => {
                if let Err(error) = sender.try_send(Item { event, done: None }) {
                    let (TrySendError::Full(item) | TrySendError::Closed(item)) = error;
                    self.inner.count(&item.event);
                    self.inner.lost(1);
                }
            }
        }
    }

    /// Makes a change: the intent is written down before `change` is begun, and how it ended after
    /// it. The change is refused with `audit_unavailable`, and not begun, when it cannot be.
    pub async fn change<T>(
        &self,
        event: Event,
        change: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let intent = self.intend(event).await?;
        let done = change.await;
        intent.end(Ended::of(&done));
        self.settle().await;
        done
    }

    /// Answers what a check answered, and notes when somebody tried what they may not.
    pub(crate) async fn checked<T>(
        &self,
        event: Event,
        check: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let checked = check.await;
        if let Err(error) = &checked
            && error.kind() == Kind::Forbidden
        {
            self.note(event.outcome_of(&checked));
            self.settle().await;
        }
        checked
    }

    /// Writes down that something is about to be done. How it ends is noted by [`Intent::end`], or
    /// as cancelled when the answer is dropped.
    pub async fn intend(&self, mut event: Event) -> Result<Intent, Error> {
        let id = AuditEventId::generate(&*self.inner.clock, &*self.inner.random);
        let mut outcome = event.clone();
        // What does not change in between is told once.
        outcome.arguments = None;
        outcome.details.clear();
        outcome.phase = Phase::Outcome(id.clone());
        event.phase = Phase::Intent(id);
        self.record(event).await?;
        Ok(Intent {
            audit: self.clone(),
            outcome: Some(outcome),
        })
    }

    /// Writes what waits, where nobody else does.
    pub async fn settle(&self) {
        if let Way::Direct(waiting) = &self.inner.way {
            let events = std::mem::take(&mut *waiting.lock());
            if !events.is_empty() {
                // Said and counted where it failed. What it tells of is done.
                let _ = self.append(events).await;
            }
        }
    }

    /// Cancelled once everything is written that was told before the shutdown.
    pub(crate) fn drained(&self) -> CancellationToken {
        self.inner.drained.clone()
    }

    pub(super) fn settings(&self) -> &AuditSettings {
        &self.inner.settings
    }

    fn stamped(&self, mut event: Event) -> Event {
        event.at.get_or_insert_with(|| self.inner.clock.now());
        event
    }

    async fn queued(&self, sender: &mpsc::Sender<Item>, event: Event) -> Result<(), Error> {
        let (done, written) = oneshot::channel();
        let item = Item {
            event,
            done: Some(done),
        };
        sender.send(item).await.map_err(|_| unavailable())?;
        self.inner.urgent.notify_one();
        match written.await {
            Ok(true) => Ok(()),
            _ => Err(unavailable()),
        }
    }

    async fn append(&self, events: Vec<Event>) -> Result<(), Error> {
        let rows: Vec<_> = events.iter().map(|event| self.inner.row(event)).collect();
        match self.inner.log.append(&rows).await {
            Ok(_) => Ok(()),
            Err(error) => {
                tracing::error!(%error, "the audit log cannot be written to");
                Err(unavailable().with_source(error))
            }
        }
    }
}

impl Inner {
    pub(super) fn row(&self, event: &Event) -> keyway_store::NewAuditEvent {
        record::row(event, self.clock.now(), &*self.clock, &*self.random)
    }

    /// Counts a call that ended.
    pub(super) fn count(&self, event: &Event) {
        if let Some(call) = event.counted() {
            self.tally.count(&call);
        }
    }

    pub(super) fn lost(&self, events: usize) {
        if self.counters.lost(events) {
            tracing::error!("the audit log cannot keep up: events of reads are lost and counted");
        }
    }
}

/// Something that was written down as about to be done. Dropped, it ended as cancelled.
#[must_use = "how it ended has to be told"]
pub struct Intent {
    audit: Audit,
    outcome: Option<Event>,
}

impl Intent {
    /// How it ended.
    pub fn end(mut self, ended: impl Into<Ended>) {
        if let Some(event) = self.outcome.take() {
            self.audit.note(event.outcome(ended));
        }
    }
}

impl Drop for Intent {
    fn drop(&mut self) {
        if let Some(event) = self.outcome.take() {
            self.audit.note(event.outcome(super::Outcome::Cancelled));
        }
    }
}

impl std::fmt::Debug for Intent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Intent").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Audit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Audit").finish_non_exhaustive()
    }
}

pub(super) fn unavailable() -> Error {
    Error::new(
        Kind::Unavailable,
        "audit_unavailable",
        "this has to be written down before it is done, and the audit log cannot be written to",
    )
    .with_hint("try again; an operator finds the reason in the gateway's log")
}
