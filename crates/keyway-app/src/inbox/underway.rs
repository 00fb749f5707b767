//! What goes on in a turn is told where its event came from, where people of the third party see that.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use keyway_agent::transcript::{Entry, Event};
use keyway_core::provider::{Doing, TurnStep};
use keyway_core::{DeliveryId, Error, SessionId};
use keyway_store::{ApprovalFilter, ApprovalState, Delivery, StoredPublication};
use parking_lot::Mutex;
use serde_json::Value;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::reply::{marker, place_of};
use crate::App;
use crate::agents::{Follower, Update};

/// How long lies between two steps that are told.
const PAUSE: Duration = Duration::from_secs(2);
/// How long telling one may take, and the longest that a third party is left alone that wants to be.
const PATIENCE: Duration = Duration::from_secs(10);
const LONGEST_PAUSE: Duration = Duration::from_mins(1);
/// How many wait to be told; the oldest is left out.
const KEPT: usize = 8;
/// How many are told of one turn.
const MOST: usize = 200;

/// Tells what goes on in a turn, until it is dropped or ended.
pub(super) struct Underway {
    steps: Arc<Steps>,
    telling: JoinHandle<()>,
    _ends: DropGuard,
}

/// What is to be told, as it happens.
#[derive(Default)]
struct Steps {
    waiting: Mutex<VecDeque<Step>>,
    wake: Notify,
    ended: CancellationToken,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Says { seq: u64, text: String },
    Calls { id: String, name: String },
}

/// Where it is told.
struct Where {
    publication: StoredPublication,
    delivery: DeliveryId,
    session: SessionId,
    place: Value,
}

impl App {
    /// Begins to tell what goes on in the turn about a delivery; nothing where that is not done.
    pub(super) fn underway(
        &self,
        delivery: &Delivery,
        publication: &StoredPublication,
        session: &SessionId,
    ) -> Option<Underway> {
        let place = place_of(delivery)?;
        let provider = self.replying(publication).ok()?;
        if !provider.follows(&place) {
            return None;
        }
        let at = Where {
            publication: publication.clone(),
            delivery: delivery.id.clone(),
            session: session.clone(),
            place,
        };
        let steps = Arc::<Steps>::default();
        let (app, told) = (self.clone(), Arc::clone(&steps));
        let telling = async move { app.tell_steps(&at, &told).await };
        Some(Underway {
            _ends: steps.ended.clone().drop_guard(),
            telling: self.inner.tasks.spawn(telling),
            steps,
        })
    }

    /// Tells one step after another. A third party that takes none is told no more of this turn.
    async fn tell_steps(&self, at: &Where, steps: &Steps) {
        for _ in 0..MOST {
            let Some(Some(step)) = steps.ended.run_until_cancelled(steps.next()).await else {
                return;
            };
            // What was begun is brought to an end: nothing may come after the answer.
            let told = tokio::time::timeout(PATIENCE, self.tell_step(at, &step)).await;
            let pause = match told {
                Ok(Ok(())) => PAUSE,
                Ok(Err(error)) if error.retry_after().is_some_and(|it| it <= LONGEST_PAUSE) => {
                    error.retry_after().unwrap_or(PAUSE).max(PAUSE)
                }
                Ok(Err(error)) => {
                    let (delivery, code) = (&at.delivery, error.code());
                    tracing::warn!(%delivery, code, "it is not told what goes on in a turn");
                    return;
                }
                Err(_) => {
                    tracing::warn!(delivery = %at.delivery, "it takes too long to tell what goes on in a turn");
                    return;
                }
            };
            let pause = steps.ended.run_until_cancelled(tokio::time::sleep(pause));
            if pause.await.is_none() {
                return;
            }
        }
    }

    async fn tell_step(&self, at: &Where, step: &Step) -> Result<(), Error> {
        // A call that waits is asked about; whatever came after would take the question away.
        if self.has_pending(at).await? {
            return Ok(());
        }
        let provider = self.replying(&at.publication)?;
        let (place, session) = (at.place.clone(), at.session.clone());
        let context = self.acting(&at.publication, Some(place), Some(session));
        let context = context.await?;
        let (id, doing) = match step {
            Step::Says { seq, text } => (seq.to_string(), Doing::Says(text)),
            Step::Calls { id, name } => (id.clone(), Doing::Calls(name)),
        };
        let marker = marker(&format!("{} step {id}", at.delivery));
        let step = TurnStep {
            marker: &marker,
            doing,
        };
        provider.tell(&context, &at.place, &step).await
    }

    async fn has_pending(&self, at: &Where) -> Result<bool, Error> {
        let filter = ApprovalFilter {
            state: Some(ApprovalState::Pending),
            session: Some(at.session.as_str()),
            ..ApprovalFilter::default()
        };
        let store = &self.inner.store;
        let pending = store.approvals(&at.publication.organization, &filter, 1);
        let now = self.inner.clock.now();
        Ok(pending.await?.iter().any(|one| one.expires_at > now))
    }
}

impl Underway {
    /// Who is to follow the turn.
    pub(super) fn follower(&self) -> Arc<dyn Follower> {
        Arc::clone(&self.steps) as Arc<dyn Follower>
    }

    /// Tells nothing more. What is being told is told by then.
    pub(super) async fn end(self) {
        self.steps.ended.cancel();
        let _ = self.telling.await;
    }
}

impl Steps {
    async fn next(&self) -> Option<Step> {
        loop {
            if let Some(step) = self.waiting.lock().pop_front() {
                return Some(step);
            }
            self.wake.notified().await;
        }
    }

    fn push(&self, step: Step) {
        let mut waiting = self.waiting.lock();
        // What was not told in time of a call is none of anybody's business any more.
        if matches!(waiting.back(), Some(Step::Calls { .. })) {
            waiting.pop_back();
        }
        if waiting.len() >= KEPT {
            waiting.pop_front();
        }
        waiting.push_back(step);
        drop(waiting);
        self.wake.notify_one();
    }
}

impl Follower for Steps {
    fn begun(&self, _session: &SessionId) {}

    fn update(&self, update: &Update) {
        match update {
            // The last word of a turn calls nothing: it is the answer.
            Update::EntryWritten(Entry {
                seq,
                event: Event::AssistantMessage { text, calls, .. },
                ..
            }) if !calls.is_empty() && !text.trim().is_empty() => self.push(Step::Says {
                seq: *seq,
                text: text.clone(),
            }),
            Update::ToolStarted(call) => self.push(Step::Calls {
                id: call.id.clone(),
                name: call.name.clone(),
            }),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_waits_and_of_calls_the_last_counts() {
        let steps = Steps::default();
        let says = |seq| Step::Says {
            seq,
            text: "I look".into(),
        };
        let calls = |id: &str| Step::Calls {
            id: id.into(),
            name: "acme-read".into(),
        };
        for step in [says(1), calls("a"), calls("b"), says(2), calls("c")] {
            steps.push(step);
        }
        let waiting: Vec<_> = steps.waiting.lock().iter().cloned().collect();
        assert_eq!(waiting, [says(1), says(2), calls("c")]);
        for seq in 3..30 {
            steps.push(says(seq));
        }
        assert_eq!(steps.waiting.lock().len(), KEPT);
        assert_eq!(steps.waiting.lock().back(), Some(&says(29)));
    }
}
