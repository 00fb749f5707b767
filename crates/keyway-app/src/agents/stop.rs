//! Stopping what goes on in a session: the turn that runs, and what waits to be said.

use keyway_core::{Error, OrgId, Principal, SessionId};
use keyway_store::{Session, turn_key};

use crate::App;
use crate::audit::{Event, EventKind};
use crate::changes::Topic;
use crate::inbox::order;

/// What was stopped in a session.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Stopped {
    /// A turn ran, or was about to.
    pub running: bool,
    /// How many messages waited; none of them is said.
    pub queued: u64,
}

impl Stopped {
    /// Whether there was anything to stop.
    pub fn is_any(self) -> bool {
        self.running || self.queued > 0
    }
}

impl App {
    /// Stops what goes on in a session of `who`, or in anybody's for who administers: the turn that runs ends as
    /// interrupted, in whichever process, and what waits is not said.
    pub async fn interrupt(&self, who: &Principal, session: &SessionId) -> Result<Stopped, Error> {
        let found = self.sessions().find(who, session).await?;
        let (organization, now) = (who.organization(), self.inner.clock.now());
        let store = &self.inner.store;
        let at_work = store.at_work(organization, session, now).await?;
        if !at_work.running && at_work.jobs == 0 {
            return Ok(Stopped::default());
        }
        let event = Event::new(EventKind::SessionInterrupted, who)
            .target("session", session.as_str())
            .detail("agent", found.agent.as_str());
        let stopping = self.stop_session(organization, &found);
        self.audit().change(event, stopping).await
    }

    async fn stop_session(
        &self,
        organization: &OrgId,
        session: &Session,
    ) -> Result<Stopped, Error> {
        let inner = &self.inner;
        let (store, now) = (&inner.store, inner.clock.now());
        let turns = turn_key(&session.id);
        // What waits first: what runs next would be one of it.
        let taken = store.take_back_jobs(organization, &turns, now).await?;
        let mut told = store.stop_jobs(organization, &turns, now).await?;
        if let Some(key) = &session.external_key {
            let more = store.stop_jobs(organization, &order(key), now).await?;
            told.queued += more.queued;
            told.running += more.running;
            inner.inbox.notify_one();
        }
        let held = self.stop_turn(organization, &session.id).await?;
        Ok(Stopped {
            running: held || told.running > 0,
            queued: taken + told.queued,
        })
    }

    /// Stops the turn that a session is held for, in whichever process. What whoever wants it is recorded by who
    /// heard them.
    pub(crate) async fn stop_turn(
        &self,
        organization: &OrgId,
        session: &SessionId,
    ) -> Result<bool, Error> {
        let inner = &self.inner;
        let now = inner.clock.now();
        let held = inner.store.stop_turn(organization, session, now).await?;
        inner.turns.stop(session);
        inner.changes.tell(organization, Topic::Sessions);
        Ok(held)
    }
}
