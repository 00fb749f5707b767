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

/// Whoever writes. One that breaks off leaves nobody waiting: those who wait are told, and the next one writes.
struct Writer<'a>(&'a Recorder);

impl Drop for Writer<'_> {
    fn drop(&mut self) {
        let left = {
            let mut waiting = self.0.0.lock();
            waiting.writes = false;
            std::mem::take(&mut waiting.all)
        };
        drop(left);
    }
}

impl Recorder {
    /// Answers whether it is up to who put it there to write.
    fn put(&self, item: Item) -> bool {
        let mut waiting = self.0.lock();
        waiting.all.push(item);
        !std::mem::replace(&mut waiting.writes, true)
    }

    /// Those that wait. Once there are none somebody else writes.
    fn some(&self) -> Vec<Item> {
        let mut waiting = self.0.lock();
        let some = waiting.all.len().min(MOST);
        waiting.writes = some > 0;
        waiting.all.drain(..some).collect()
    }
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
        if self.inner.recorder.put(item) {
            let app = self.clone();
            self.inner.tasks.spawn(async move {
                let writer = Writer(&app.inner.recorder);
                while app.write_waiting().await {}
                // Somebody else may write by now.
                std::mem::forget(writer);
            });
        }
        told.await.map_err(|_| not_recorded())?
    }

    /// Writes down those that wait. False once there are none.
    async fn write_waiting(&self) -> bool {
        let batch = self.inner.recorder.some();
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

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn item() -> (Item, oneshot::Receiver<Result<Recorded, Error>>) {
        let id = "01890a5d-ac96-774b-bcce-b302099a8057";
        let (done, told) = oneshot::channel();
        let new = NewDelivery {
            id: format!("dlv_{id}").parse().unwrap(),
            installation: format!("inst_{id}").parse().unwrap(),
            publication: format!("pub_{id}").parse().unwrap(),
            dedupe_key: "one".to_owned(),
            replay_of: None,
            rule: "mentioned".to_owned(),
            conversation: None,
            place: None,
            received: Vec::new(),
            bytes: 0,
            job: None,
            created_at: Timestamp::UNIX_EPOCH,
        };
        let organization = format!("org_{id}").parse().unwrap();
        let item = Item {
            organization,
            new,
            done,
        };
        (item, told)
    }

    #[tokio::test]
    async fn attack_a_writer_that_breaks_off_leaves_nobody_waiting_and_another_one_writes() {
        let recorder = std::sync::Arc::<Recorder>::default();
        let (first, told) = item();
        assert!(recorder.put(first));
        let (second, told_second) = item();
        assert!(!recorder.put(second), "somebody writes already");
        let of = std::sync::Arc::clone(&recorder);
        let mut writers = tokio::task::JoinSet::new();
        writers.spawn(async move {
            let _writer = Writer(&of);
            let (item, _told) = item();
            of.put(item);
            panic!("the database broke");
        });
        assert!(
            writers
                .join_next()
                .await
                .is_some_and(|broke| broke.is_err())
        );
        assert!(
            told.await.is_err() && told_second.await.is_err(),
            "told at once"
        );
        let (next, _told) = item();
        assert!(recorder.put(next), "the next one writes");
        assert_eq!(recorder.some().len(), 1);
        assert!(recorder.some().is_empty());
        let (next, _told) = item();
        assert!(recorder.put(next));
    }
}
