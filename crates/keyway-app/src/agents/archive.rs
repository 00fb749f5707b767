use keyway_core::{Error, Principal, SessionId};
use keyway_store::Archiving;

use super::{SessionView, failure};
use crate::App;
use crate::audit::{Event, EventKind};
use crate::changes::Topic;

impl App {
    /// Archives a session of `who`, or anybody's for who administers: nothing more is said in it, and lists leave
    /// it out. One that is archived stays so.
    ///
    /// # Errors
    ///
    /// `session_at_work` while a turn runs or something waits to be said.
    pub async fn archive_session(
        &self,
        who: &Principal,
        id: &SessionId,
    ) -> Result<SessionView, Error> {
        let found = self.sessions().find(who, id).await?;
        if found.archived_at.is_none() {
            let (store, now) = (&self.inner.store, self.inner.clock.now());
            let archiving = async {
                match store.archive_session(who.organization(), id, now).await? {
                    Archiving::Done => Ok(()),
                    Archiving::Unchanged => Err(failure::at_work()),
                }
            };
            let event = event(EventKind::SessionArchived, who, id, &found.agent);
            self.audit().change(event, archiving).await?;
            self.inner.changes.tell(who.organization(), Topic::Sessions);
        }
        self.sessions().show(who, id).await
    }

    /// Takes a session out of the archive: it may go on. One that is in none stays so.
    pub async fn unarchive_session(
        &self,
        who: &Principal,
        id: &SessionId,
    ) -> Result<SessionView, Error> {
        let found = self.sessions().find(who, id).await?;
        if found.archived_at.is_some() {
            let (store, now) = (&self.inner.store, self.inner.clock.now());
            let taking = async {
                store.unarchive_session(who.organization(), id, now).await?;
                Ok(())
            };
            let event = event(EventKind::SessionUnarchived, who, id, &found.agent);
            self.audit().change(event, taking).await?;
            self.inner.changes.tell(who.organization(), Topic::Sessions);
        }
        self.sessions().show(who, id).await
    }
}

fn event(kind: EventKind, who: &Principal, id: &SessionId, agent: &str) -> Event {
    Event::new(kind, who)
        .target("session", id.as_str())
        .detail("agent", agent)
}
