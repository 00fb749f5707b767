use std::sync::Arc;

use keyway_core::ports::Clock;
use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::reader::Reader;
use super::servers::Servers;
use crate::servers::{Changes, Looks, PACE};

/// Takes over what changes in the files of a local client.
pub(super) struct Watch {
    pub(super) reader: Reader,
    pub(super) servers: Arc<Mutex<Servers>>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) tell: Arc<dyn Fn(&Changes) + Send + Sync>,
}

impl Watch {
    /// Watches until it is told to end.
    pub(super) async fn run(mut self, tasks: TaskTracker, ending: CancellationToken) {
        let mut looks = Looks::default();
        loop {
            let looked = tasks.spawn_blocking(move || {
                let reading = looks.changed(&self.reader.files()).then(|| {
                    looks.took();
                    self.reader.read()
                });
                (self, looks, reading)
            });
            let Ok(looked) = looked.await else {
                return;
            };
            let reading;
            (self, looks, reading) = looked;
            if let Some(reading) = reading {
                let changes = self.servers.lock().take(reading, self.clock.now());
                (self.tell)(&changes);
            }
            tokio::select! {
                () = ending.cancelled() => return,
                () = tokio::time::sleep(PACE) => {}
            }
        }
    }
}
