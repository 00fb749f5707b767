//! Deliveries are written down together: what comes in while the disk is waited for is written next.

use keyway_core::{Error, Kind, OrgId};
use keyway_store::{NewDelivery, Reason, Recorded};
use parking_lot::Mutex;
use tokio::sync::oneshot;

use crate::App;

/// The most deliveries of one commit.
const MOST: usize = 256;

/// Deliveries that wait to be written down.
#[derive(Debug, Default)]
pub(crate) struct Recorder(Mutex<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    all: Vec<Item>,
    /// Somebody writes, and looks again before they stop.
    writes: bool,
}

#[derive(Debug)]
struct Item {
    organization: OrgId,
    new: NewDelivery,
    done: oneshot::Sender<Result<Recorded, Error>>,
}

impl App {
    /// Records a delivery with its work, so that it survives a loss of power; several at once share the wait
    /// for the disk. It is recorded also where nobody waits for the answer any more.
    pub(super) async fn write_down(
        &self,
        organization: &OrgId,
        new: NewDelivery,
    ) -> Result<Recorded, Error> {
        let (done, told) = oneshot::channel();
        let item = Item {
            organization: organization.clone(),
            new,
            done,
        };
        let begins = {
            let mut waiting = self.inner.recorder.0.lock();
            waiting.all.push(item);
            !std::mem::replace(&mut waiting.writes, true)
        };
        if begins {
            let app = self.clone();
            self.inner
                .tasks
                .spawn(async move { while app.write_waiting().await {} });
        }
        told.await.map_err(|_| not_recorded())?
    }

    /// Writes down those that wait. False once there are none.
    async fn write_waiting(&self) -> bool {
        let batch: Vec<Item> = {
            let mut waiting = self.inner.recorder.0.lock();
            let some = waiting.all.len().min(MOST);
            waiting.writes = some > 0;
            waiting.all.drain(..some).collect()
        };
        if batch.is_empty() {
            return false;
        }
        let (all, done): (Vec<_>, Vec<_>) = batch
            .into_iter()
            .map(|item| ((item.organization, item.new), item.done))
            .unzip();
        let store = &self.inner.store;
        match store.record_deliveries(&all).await {
            Ok(recorded) => {
                self.inner.inbox.notify_one();
                for (done, recorded) in done.into_iter().zip(recorded) {
                    let _ = done.send(Ok(recorded));
                }
            }
            // One that cannot be written keeps the others from nothing.
            Err(error) if is_of_a_row(error.reason()) => {
                for (done, (organization, new)) in done.into_iter().zip(&all) {
                    let recorded = store.record_delivery(organization, new).await;
                    self.inner.inbox.notify_one();
                    let _ = done.send(recorded.map_err(Error::from));
                }
            }
            // None can be: who sent them is told at once, and sends them again.
            Err(error) => {
                let mut error = Some(Error::from(error));
                for done in done {
                    let error = error.take().unwrap_or_else(not_recorded);
                    let _ = done.send(Err(error));
                }
            }
        }
        true
    }
}

/// Whether it may be about one delivery of several.
fn is_of_a_row(reason: &Reason) -> bool {
    use Reason::{Conflict, KeyRetired, Missing, Other};
    matches!(reason, Conflict | KeyRetired | Missing | Other)
}

fn not_recorded() -> Error {
    Error::new(
        Kind::Unavailable,
        "delivery_not_recorded",
        "the delivery could not be recorded; send it again",
    )
}
