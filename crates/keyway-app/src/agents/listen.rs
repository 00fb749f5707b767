//! Following a session: what happened in it, and then what happens, each once.

use std::time::Duration;

use keyway_core::{Error, OrgId, Principal, SessionId};
use keyway_store::{ApprovalFilter, ApprovalState};
use tokio::sync::mpsc;

use super::seats::Seat;
use super::{EventView, SessionView};
use crate::App;
use crate::changes::{Told, Topic, Watching};

/// How many events are read at a time.
const PAGE: u32 = 100;

/// How much waits for whoever listens.
const QUEUE: usize = 16;

/// How often is looked although nothing is told: another process may write.
const LOOK: Duration = Duration::from_secs(1);

/// How many approvals of a session are told.
const APPROVALS: u32 = 20;

/// What somebody hears who follows a session.
#[derive(Debug, Clone)]
pub enum News {
    /// Something happened.
    Event(EventView),
    /// The session is like this now. Told at the beginning, and when it changes.
    State(SessionState),
    /// Nothing more comes.
    Gone(Gone),
}

/// How a session is.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct SessionState {
    /// As [`SessionView::status`].
    pub status: &'static str,
    /// How many messages wait to be said.
    pub queued: u64,
    /// Whether it is archived.
    pub archived: bool,
    /// Calls of the agent that wait for a decision, by the ids of their approvals.
    pub approvals: Vec<String>,
}

/// Why nothing more comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gone {
    /// They may no longer listen, somebody with more than they have went on in it, or the session is gone.
    NotAllowed,
    /// The events cannot be read.
    Failed,
}

impl Gone {
    /// A stable code, for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotAllowed => "no_longer_allowed",
            Self::Failed => "events_unavailable",
        }
    }

    /// The same in words, and what to do.
    pub fn describe(self) -> &'static str {
        match self {
            Self::NotAllowed => "you may no longer follow this session",
            Self::Failed => "the events cannot be read now; go on later from the last one",
        }
    }
}

/// Somebody who follows a session. Dropped, it has ended; who takes nothing for too long is let go.
pub struct Listening(mpsc::Receiver<News>);

impl Listening {
    /// What comes next; nothing once it ended. May be dropped while it waits.
    pub async fn next(&mut self) -> Option<News> {
        self.0.recv().await
    }
}

impl std::fmt::Debug for Listening {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Listening").finish_non_exhaustive()
    }
}

impl App {
    /// Follows a session that `who` sees, from behind one event on. A place behind the last event is the end.
    ///
    /// # Errors
    ///
    /// `session_not_found`; `too_many_streams` for who follows as many as they may.
    pub async fn follow_session(
        &self,
        who: &Principal,
        session: &SessionId,
        after: u64,
    ) -> Result<Listening, Error> {
        self.sessions().find(who, session).await?;
        let seat = self.inner.turns.seats.take(who)?;
        let store = &self.inner.store;
        let end = store
            .last_session_event(who.organization(), session)
            .await?;
        let (send, receive) = mpsc::channel(QUEUE);
        let pump = Pump {
            app: self.clone(),
            who: who.clone(),
            session: session.clone(),
            last: after.min(end),
            told: None,
            send,
            _seat: seat,
        };
        // Before anything is read: what happens meanwhile is heard.
        let watching = self.watch_changes(who);
        let no_longer = self.no_longer(who);
        self.inner.tasks.spawn(async move {
            let send = pump.send.clone();
            tokio::select! {
                biased;
                () = no_longer => {
                    // Whoever does not take it sees the end all the same.
                    let _ = send.try_send(News::Gone(Gone::NotAllowed));
                }
                () = send.closed() => {}
                () = pump.run(watching) => {}
            }
        });
        Ok(Listening(receive))
    }
}

/// Reads what happens, and hands it on.
struct Pump {
    app: App,
    who: Principal,
    session: SessionId,
    /// The place of the last event that was handed on.
    last: u64,
    told: Option<SessionState>,
    send: mpsc::Sender<News>,
    _seat: Seat,
}

impl Pump {
    async fn run(mut self, mut watching: Watching) {
        loop {
            match self.catch_up().await {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => {
                    tracing::warn!(%error, session = %self.session, "a session cannot be followed");
                    let gone = match error.code() {
                        "session_not_found" => Gone::NotAllowed,
                        _ => Gone::Failed,
                    };
                    self.hand(News::Gone(gone)).await;
                    return;
                }
            }
            let _ = tokio::time::timeout(LOOK, moved(&mut watching)).await;
        }
    }

    /// Hands on what is new. False once nobody takes it.
    async fn catch_up(&mut self) -> Result<bool, Error> {
        let store = self.app.inner.store.clone();
        let organization = self.who.organization().clone();
        loop {
            let events = store.session_events(&organization, &self.session, self.last, PAGE);
            let events = events.await?;
            if events.is_empty() {
                break;
            }
            // Looked at behind them: what was said since with more than they have is not theirs to hear.
            self.app.sessions().find(&self.who, &self.session).await?;
            for event in events {
                if !self.hand(News::Event(EventView::of(&event))).await {
                    return Ok(false);
                }
                self.last = event.seq;
            }
        }
        let state = self.state(&organization).await?;
        if self.told.as_ref() == Some(&state) {
            return Ok(true);
        }
        self.told = Some(state.clone());
        Ok(self.hand(News::State(state)).await)
    }

    async fn state(&self, organization: &OrgId) -> Result<SessionState, Error> {
        let inner = &self.app.inner;
        let session = self.app.sessions().find(&self.who, &self.session).await?;
        let filter = ApprovalFilter {
            state: Some(ApprovalState::Pending),
            session: Some(self.session.as_str()),
            ..ApprovalFilter::default()
        };
        let (now, waiting) = (
            inner.clock.now(),
            inner
                .store
                .approvals(organization, &filter, APPROVALS)
                .await?,
        );
        let waiting = waiting.iter().filter(|approval| approval.expires_at > now);
        let approvals = waiting.map(|approval| approval.id.to_string()).collect();
        let view = SessionView::at(session, now);
        Ok(SessionState {
            status: view.status,
            queued: view.queued,
            archived: view.archived_at.is_some(),
            approvals,
        })
    }

    /// False once whoever listens is gone, or took nothing for too long.
    async fn hand(&self, news: News) -> bool {
        let patience = self.app.settings().agents.reader;
        let handed = tokio::time::timeout(patience, self.send.send(news)).await;
        matches!(handed, Ok(Ok(())))
    }
}

/// Waits until something may have happened in a session.
async fn moved(watching: &mut Watching) {
    loop {
        match watching.next().await {
            Some(Told::One(Topic::Sessions | Topic::Approvals) | Told::Missed) => return,
            Some(Told::One(_)) => {}
            None => std::future::pending().await,
        }
    }
}
