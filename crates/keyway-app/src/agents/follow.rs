use std::sync::Arc;

use keyway_agent::transcript::{Entry, Event};
use keyway_agent::{Observer, Update};
use keyway_core::SessionId;
use keyway_store::JobLease;
use parking_lot::Mutex;

/// Who follows a turn while it runs.
pub trait Follower: Send + Sync {
    /// The turn is in this session. Told once, first. Must not wait.
    fn begun(&self, session: &SessionId);

    /// What goes on. Told in the order in which things happen. Must not wait.
    fn update(&self, update: &Update);
}

/// What a turn was like, for whoever asked for it, and for who follows it.
pub(crate) struct Following {
    next: Option<Arc<dyn Follower>>,
    job: Option<JobLease>,
    seen: Mutex<Seen>,
}

/// What there is to tell of a turn, however it ended.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) session: Option<SessionId>,
    pub(super) entries: Vec<Entry>,
}

impl Following {
    /// For whoever asks, and who follows; with the hold of the job that has the turn, where one does.
    pub(super) fn of_job(next: Option<Arc<dyn Follower>>, job: Option<JobLease>) -> Arc<Self> {
        Arc::new(Self {
            next,
            job,
            seen: Mutex::default(),
        })
    }

    /// The hold of the job that has the turn.
    pub(super) fn job(&self) -> Option<&JobLease> {
        self.job.as_ref()
    }

    pub(super) fn take(&self) -> Seen {
        std::mem::take(&mut self.seen.lock())
    }
}

impl Follower for Following {
    fn begun(&self, session: &SessionId) {
        self.seen.lock().session = Some(session.clone());
        if let Some(next) = &self.next {
            next.begun(session);
        }
    }

    fn update(&self, update: &Update) {
        if let Update::EntryWritten(entry) = update {
            let mut seen = self.seen.lock();
            // What was before the message is not of this turn.
            if matches!(entry.event, Event::UserMessage { .. }) && !seen.is_of_this_turn() {
                seen.entries.clear();
            }
            seen.entries.push(entry.clone());
        }
        if let Some(next) = &self.next {
            next.update(update);
        }
    }
}

impl Seen {
    /// A message was written already: the next one corrects the answer to it.
    fn is_of_this_turn(&self) -> bool {
        let mut entries = self.entries.iter();
        entries.any(|entry| matches!(entry.event, Event::UserMessage { .. }))
    }
}

/// Hands on what a turn loop tells.
pub(super) struct Told<'a>(pub(super) &'a dyn Follower);

impl Observer for Told<'_> {
    fn update(&self, update: Update) {
        self.0.update(&update);
    }
}
