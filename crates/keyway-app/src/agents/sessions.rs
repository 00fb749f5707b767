use std::sync::Arc;

use keyway_core::ports::Clock;
use keyway_core::scopes::Scope;
use keyway_core::{Error, Principal, Role, Scopes, SessionId};
use keyway_store::{Session, SessionFilter, Store};

use super::{EventView, SessionPage, SessionView, WaitingView, failure, messages};
use crate::jobs::actor_id;
use crate::pages::{MOST, Page};
use crate::{App, access};

/// Looking at sessions. Everyone sees their own; who administers the organization sees all of it.
#[derive(Debug, Clone)]
pub struct Sessions {
    pub(super) parts: SessionParts,
}

/// What [`Sessions`] are made of.
#[derive(Clone)]
pub struct SessionParts {
    /// The rows.
    pub store: Store,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for SessionParts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SessionParts").finish_non_exhaustive()
    }
}

/// Which sessions to list.
#[derive(Debug, Clone, Default)]
pub struct ListSessions<'a> {
    /// Those of this agent, by its slug.
    pub agent: Option<&'a str>,
    /// Those whose first words have this in them.
    pub words: Option<&'a str>,
    /// Those that are like this: see [`SessionView::status`].
    pub status: Option<&'a str>,
    /// Only one's own, also for who administers.
    pub own: bool,
    /// Those that were archived as well.
    pub archived: bool,
    /// The [`SessionPage::next_cursor`] of the page before.
    pub cursor: Option<&'a str>,
    /// The most of a page, 50 unless said; at most 200.
    pub limit: Option<u32>,
}

impl App {
    /// The sessions of agents.
    pub fn sessions(&self) -> Sessions {
        Sessions::new(SessionParts {
            store: self.inner.store.clone(),
            clock: Arc::clone(&self.inner.clock),
        })
    }
}

impl Sessions {
    /// For any process over the rows.
    pub fn new(parts: SessionParts) -> Self {
        Self { parts }
    }

    /// The sessions that `who` sees, the last begun first. A page may have fewer than there is room for,
    /// and more behind it.
    pub async fn list(
        &self,
        who: &Principal,
        list: &ListSessions<'_>,
    ) -> Result<SessionPage, Error> {
        let only_of = self.only_of(who).await?;
        let own = only_of.or_else(|| list.own.then(|| actor_id(who)));
        let page = Page::read(list.cursor, list.limit)?;
        let now = self.parts.clock.now();
        let filter = SessionFilter {
            agent: list.agent,
            actor: own.as_deref(),
            words: list.words,
            status: list.status.map(|status| (status, now)),
            archived: list.archived,
            before: page.before,
        };
        let store = &self.parts.store;
        let found = store.sessions(who.organization(), &filter, page.wanted());
        let mut found = found.await?;
        let next_cursor = page.cut(&mut found, |session| session.seq);
        let view = |session| SessionView::at(session, now);
        let all = own.is_none();
        let seen = found.into_iter();
        let seen = seen.filter(|session| all || may_see(who, session));
        Ok(SessionPage {
            sessions: seen.map(view).collect(),
            next_cursor,
        })
    }

    /// One session.
    pub async fn show(&self, who: &Principal, id: &SessionId) -> Result<SessionView, Error> {
        let found = self.find(who, id).await?;
        let origin = self.origin(who.organization(), &found).await?;
        Ok(SessionView {
            origin,
            ..SessionView::at(found, self.parts.clock.now())
        })
    }

    /// The messages that wait in a session, the next one first; of those that were left with more than `who` has
    /// nothing is told.
    pub async fn waiting(
        &self,
        who: &Principal,
        id: &SessionId,
    ) -> Result<Vec<WaitingView>, Error> {
        self.find(who, id).await?;
        let all = self.only_of(who).await?.is_none();
        let store = &self.parts.store;
        let waiting = store.waiting_messages(who.organization(), id, MOST).await?;
        let seen = waiting.iter().filter(|message| {
            all || message
                .scopes
                .as_ref()
                .is_none_or(|had| has_scopes(who, had))
        });
        Ok(seen.map(messages::waiting).collect())
    }

    /// What happened in a session behind one event, oldest first; at most 200 events.
    pub async fn events(
        &self,
        who: &Principal,
        id: &SessionId,
        after: u64,
    ) -> Result<Vec<EventView>, Error> {
        let store = &self.parts.store;
        let events = store.session_events(who.organization(), id, after, MOST);
        let events = events.await?;
        // Behind them: what is said with more than they have is said once the session is not theirs to see.
        self.find(who, id).await?;
        Ok(events.iter().map(EventView::of).collect())
    }

    pub(super) async fn find(&self, who: &Principal, id: &SessionId) -> Result<Session, Error> {
        let own = self.only_of(who).await?;
        let found = self.parts.store.session(who.organization(), id).await?;
        let seen =
            found.filter(|found| own.is_none_or(|own| own == found.actor && may_see(who, found)));
        seen.ok_or_else(failure::no_session)
    }

    /// Whose sessions `who` sees, by id; all when absent.
    async fn only_of(&self, who: &Principal) -> Result<Option<String>, Error> {
        let role = access::role(&self.parts.store, who).await?;
        let all = role.is_some_and(Role::administers) && who.scopes().admin();
        Ok((!all).then(|| actor_id(who)))
    }
}

/// Whether who is behind a session may see it as they come in now: what it holds was had with scopes, and
/// is not for a key or a client that was given less. Deciding and administering are none of an agent's.
pub(super) fn may_see(who: &Principal, session: &Session) -> bool {
    has_scopes(who, &session.scopes)
}

/// Whether a session is had with all that who is behind it comes in with now.
pub(super) fn has_all(session: &Session, who: &Principal) -> bool {
    let own = who.scopes();
    let had = session.scopes.parse::<Scopes>();
    own.to_string() == session.scopes || had.is_ok_and(|had| had.covers(own))
}

fn has_scopes(who: &Principal, had: &str) -> bool {
    let Ok(had) = had.parse::<Scopes>() else {
        return had.is_empty();
    };
    let beside = |scope: &&Scope| !matches!(scope, Scope::Admin | Scope::Approvals);
    who.scopes()
        .covers(&Scopes::of(had.iter().filter(beside).cloned()))
}
