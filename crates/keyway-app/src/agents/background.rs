use std::collections::HashMap;
use std::sync::Arc;

use keyway_core::ports::NoCaller;
use keyway_core::{Error, Principal, RequestId, SessionId};
use keyway_store::SessionLease;
use parking_lot::Mutex;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::{Follower, Prompting, Update};
use crate::App;
use crate::audit::{Event, EventKind};
use crate::credentials::CredentialChoice;

/// The turns that run in this process, by session, and what stops them.
#[derive(Debug, Default)]
pub(crate) struct Turns(Mutex<HashMap<SessionId, Running>>);

/// A turn that runs, by the fence of its lease.
#[derive(Debug, Clone)]
struct Running {
    fence: i64,
    stop: CancellationToken,
}

/// A turn is known for as long as this is there.
pub(super) struct Known {
    app: App,
    lease: SessionLease,
}

impl Drop for Known {
    fn drop(&mut self) {
        let mut turns = self.app.inner.turns.0.lock();
        // The next turn of the session may run already.
        if turns
            .get(&self.lease.id)
            .is_some_and(|running| running.fence == self.lease.fence)
        {
            turns.remove(&self.lease.id);
        }
    }
}

impl App {
    /// Says something to an agent and answers as soon as its turn began, with the session. The turn goes
    /// on whoever looks; [`App::interrupt`] stops it.
    ///
    /// # Errors
    ///
    /// What kept the turn from beginning, like [`App::prompt`].
    pub async fn prompt_in_background(
        &self,
        who: &Principal,
        agent: &str,
        message: &str,
        session: Option<&str>,
        request: &RequestId,
    ) -> Result<SessionId, Error> {
        let (begun, mut told) = oneshot::channel();
        let (app, who, request) = (self.clone(), who.clone(), request.clone());
        let (agent, message) = (agent.to_owned(), message.to_owned());
        let session = session.map(str::to_owned);
        let mut turn = self.inner.tasks.spawn(async move {
            let cancel = CancellationToken::new();
            let prompting = Prompting {
                who: &who,
                agent: &agent,
                message: &message,
                session: session.as_deref(),
                caller: Arc::new(NoCaller),
                cancel: &cancel,
                request: &request,
                credentials: CredentialChoice::default(),
                follower: Some(Arc::new(Begun(Mutex::new(Some(begun))))),
            };
            app.prompt(prompting)
                .await
                .map(|prompted| prompted.session_id)
        });
        tokio::select! {
            Ok(session) = &mut told => Ok(session),
            ended = &mut turn => ended.map_err(Error::internal)?,
        }
    }

    /// Stops the turn that runs in a session of `who`, or in anybody's for who administers: it ends as
    /// interrupted. Answers whether one ran in this process.
    pub async fn interrupt(&self, who: &Principal, session: &SessionId) -> Result<bool, Error> {
        let seen = self.sessions().show(who, session).await?;
        let stop = self.inner.turns.0.lock().get(session).cloned();
        let Some(Running { stop, .. }) = stop else {
            return Ok(false);
        };
        let event = Event::new(EventKind::SessionInterrupted, who)
            .target("session", session.as_str())
            .detail("agent", seen.agent.as_str());
        let stopping = async {
            stop.cancel();
            Ok(())
        };
        self.audit().change(event, stopping).await?;
        Ok(true)
    }

    /// Stops the turn that runs in a session in this process, where somebody outside wants it. What they want
    /// is recorded by whoever heard them.
    pub(crate) fn stop_turn(&self, session: &SessionId) {
        if let Some(running) = self.inner.turns.0.lock().get(session) {
            running.stop.cancel();
        }
    }

    /// Whether a turn of this session runs in this process.
    pub fn is_running(&self, session: &SessionId) -> bool {
        self.inner.turns.0.lock().contains_key(session)
    }

    /// Makes a turn known, for as long as what is answered is there.
    pub(super) fn know_turn(&self, lease: &SessionLease, stop: &CancellationToken) -> Known {
        let running = Running {
            fence: lease.fence,
            stop: stop.clone(),
        };
        self.inner.turns.0.lock().insert(lease.id.clone(), running);
        Known {
            app: self.clone(),
            lease: lease.clone(),
        }
    }
}

/// Tells once that a turn began.
struct Begun(Mutex<Option<oneshot::Sender<SessionId>>>);

impl Follower for Begun {
    fn begun(&self, session: &SessionId) {
        if let Some(tell) = self.0.lock().take() {
            let _ = tell.send(session.clone());
        }
    }

    fn update(&self, _update: &Update) {}
}
