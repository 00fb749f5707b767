use std::sync::Arc;
use std::time::Duration;

use keyway_core::ApprovalId;
use keyway_store::ApprovalLease;
use parking_lot::Mutex;
use tokio::sync::oneshot;

use crate::App;
use crate::jobs::later;

/// How a run ended that never began: what was to run was refused after all.
const NOT_RUN: &str = "not_run";

/// How often it is tried to write down how a run ended.
const TRIES: u32 = 5;

/// An approved call that was taken up, once and for all. It counts as running for as long as this is
/// there; how it ended is written down when it is told, or when this goes.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) id: ApprovalId,
    ended: Mutex<Option<oneshot::Sender<&'static str>>>,
}

impl Held {
    /// How it ended.
    pub(crate) fn end(&self, outcome: &'static str) {
        if let Some(ended) = self.ended.lock().take() {
            // The task goes on until it is told.
            let _ = ended.send(outcome);
        }
    }
}

impl App {
    /// Holds a call that was taken up.
    pub(super) fn hold_approved(&self, lease: ApprovalLease) -> Arc<Held> {
        let (sender, ended) = oneshot::channel();
        let held = Arc::new(Held {
            id: lease.id.clone(),
            ended: Mutex::new(Some(sender)),
        });
        let app = self.clone();
        self.inner.tasks.spawn(app.keep_approved(lease, ended));
        held
    }

    async fn keep_approved(self, lease: ApprovalLease, mut ended: oneshot::Receiver<&'static str>) {
        let (store, clock) = (&self.inner.store, &self.inner.clock);
        let length = self.settings().approvals.lease;
        let outcome = loop {
            tokio::select! {
                outcome = &mut ended => break outcome.unwrap_or(NOT_RUN),
                () = tokio::time::sleep(length / 3) => {}
            }
            let kept = store.keep_approval(&lease, later(clock.now(), length));
            if let Err(error) = kept.await {
                tracing::warn!(approval = %lease.id, %error, "an approved call cannot be held");
            }
        };
        for pause in 0..TRIES {
            match store.end_approval(&lease, outcome, clock.now()).await {
                Ok(_) => return,
                Err(error) if pause + 1 == TRIES => {
                    tracing::error!(approval = %lease.id, %error, "how an approved call ended is not kept");
                }
                Err(_) => tokio::time::sleep(Duration::from_millis(200 << pause)).await,
            }
        }
    }
}
