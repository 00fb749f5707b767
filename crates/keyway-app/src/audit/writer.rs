use std::sync::Arc;
use std::time::Duration;

use keyway_store::NewAuditEvent;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::event::Event;
use super::log::Inner;
use crate::changes::Topic;

/// The most events of one batch.
const BATCH: usize = 1_024;

/// After how long events that could not be written are tried again.
const RETRY: Duration = Duration::from_secs(1);

/// An event on its way to the file.
pub(super) struct Item {
    pub(super) event: Event,
    /// Who waits for it; told whether it is written.
    pub(super) done: Option<oneshot::Sender<bool>>,
}

/// The one who writes: what was queued while the last batch was written is the next one.
pub(super) struct Writer {
    inner: Arc<Inner>,
    queue: mpsc::Receiver<Item>,
    /// Events that could not be written yet, and that nobody waits for.
    behind: Vec<NewAuditEvent>,
    /// Events since the last checkpoint.
    unsigned: u64,
}

impl Writer {
    pub(super) fn new(inner: Arc<Inner>, queue: mpsc::Receiver<Item>) -> Self {
        Self {
            inner,
            queue,
            behind: Vec::new(),
            unsigned: 0,
        }
    }

    /// Writes until it is told to end, and then what is left.
    pub(super) async fn run(mut self, shutdown: CancellationToken, drained: DropGuard) {
        let mut batch = Vec::with_capacity(BATCH);
        while self.gather(&mut batch, &shutdown).await {
            self.write(&mut batch).await;
        }
        // Whoever comes now is refused; whoever is in the queue still gets in.
        self.queue.close();
        while self.queue.recv_many(&mut batch, BATCH).await > 0 {
            self.write(&mut batch).await;
        }
        if !self.behind.is_empty() {
            self.write(&mut batch).await;
            self.inner.lost(self.behind.len());
        }
        drop(drained);
    }

    /// Waits for a batch that is worth writing. False once it is time to end.
    async fn gather(&mut self, batch: &mut Vec<Item>, shutdown: &CancellationToken) -> bool {
        let retry = async {
            if self.behind.is_empty() {
                std::future::pending::<()>().await;
            }
            tokio::time::sleep(RETRY).await;
        };
        tokio::select! {
            biased;
            () = shutdown.cancelled() => return false,
            _ = self.queue.recv_many(batch, BATCH) => {}
            () = retry => return true,
        }
        if batch.len() < BATCH && batch.iter().all(|item| item.done.is_none()) {
            // The queue is not listened to meanwhile: a note wakes nobody.
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = self.inner.urgent.notified() => {}
                () = tokio::time::sleep(self.inner.settings.commit_interval) => {}
            }
        }
        while batch.len() < BATCH
            && let Ok(item) = self.queue.try_recv()
        {
            batch.push(item);
        }
        true
    }

    async fn write(&mut self, batch: &mut Vec<Item>) {
        // Who gave up waiting did not do what the event tells of.
        batch.retain(|item| !item.done.as_ref().is_some_and(oneshot::Sender::is_closed));
        let mut rows = std::mem::take(&mut self.behind);
        let first = rows.len();
        for item in batch.iter() {
            self.inner.count(&item.event);
            rows.push(self.inner.row(&item.event));
        }
        if rows.is_empty() {
            return;
        }
        let written = self.inner.log.append(&rows).await;
        match &written {
            Ok(heads) => {
                if self.inner.counters.wrote(rows.len()) {
                    tracing::info!("the audit log can be written to again");
                }
                let heads = heads.iter().map(|(id, head)| (id.clone(), *head));
                self.inner.heads.lock().extend(heads);
                self.count(rows.len());
                self.tell(batch);
            }
            Err(error) => {
                if self.inner.counters.failed() {
                    tracing::error!(
                        %error,
                        "the audit log cannot be written to: calls that write, and changes, are \
                         refused until it can; reads go on"
                    );
                }
                let mut waited_for = batch.iter().map(|item| item.done.is_some());
                let mut index = 0;
                rows.retain(|_| {
                    index += 1;
                    index <= first || !waited_for.next().unwrap_or(true)
                });
                let most = self.inner.settings.queue;
                if rows.len() > most {
                    let over = rows.len() - most;
                    rows.drain(..over);
                    self.inner.lost(over);
                }
                self.behind = rows;
            }
        }
        for done in batch.drain(..).filter_map(|item| item.done) {
            let _ = done.send(written.is_ok());
        }
    }

    /// Tells whoever looks at what happened.
    fn tell(&self, written: &[Item]) {
        for item in written {
            let organization = &item.event.who.organization();
            self.inner.changes.tell(organization, Topic::Activity);
            if item.event.kind.is_change() {
                self.inner.changes.tell(organization, Topic::Govern);
            }
        }
    }

    fn count(&mut self, events: usize) {
        self.unsigned += events as u64;
        if self.unsigned >= self.inner.settings.checkpoint_events {
            self.unsigned = 0;
            self.inner.due.notify_one();
        }
    }
}
