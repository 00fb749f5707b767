//! What is left for an agent in a session: it is said by a job, in the order in which it came.

use keyway_core::agent::action_slug;
use keyway_core::{Error, JobId, Kind, Principal, RequestId, SessionId};
use keyway_store::{
    NewJob, NewSession, QueueMessage, QueuedMessage, Session, WaitingMessage, turn_key,
};
use serde::{Deserialize, Serialize};

use super::enter::title;
use super::sessions::has_all;
use super::{SessionView, WaitingView, failure};
use crate::App;
use crate::audit::{Event, EventKind};
use crate::changes::Topic;
use crate::jobs::{Asker, TURN, actor_id, damaged};

/// The longest message, in characters.
const LONGEST: usize = 100_000;

/// The longest key that makes a wish the only one of its kind, in bytes.
const LONGEST_KEY: usize = 200;

/// How often a message is tried that could not be said.
pub(super) const ATTEMPTS: u32 = 5;

/// A session about to begin.
#[derive(Debug, Clone, Copy)]
pub struct Beginning<'a> {
    /// Whose it will be.
    pub who: &'a Principal,
    /// The agent's slug.
    pub agent: &'a str,
    /// What is said first.
    pub message: Option<&'a str>,
    /// Of wishes of the same principal with the same key only the first one begins a session.
    pub idempotency_key: Option<&'a str>,
    /// The request's id in logs.
    pub request: &'a RequestId,
}

/// Something about to be left in a session.
#[derive(Debug, Clone, Copy)]
pub struct Saying<'a> {
    /// Who says it.
    pub who: &'a Principal,
    /// The session.
    pub session: &'a SessionId,
    /// What is said.
    pub message: &'a str,
    /// Of messages of one session with the same key only the first one is said.
    pub idempotency_key: Option<&'a str>,
    /// The request's id in logs.
    pub request: &'a RequestId,
}

/// A session that began.
#[derive(Debug, Clone, Serialize)]
pub struct BegunSession {
    /// The session.
    #[serde(flatten)]
    pub session: SessionView,
    /// The job that says the first message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<JobId>,
    /// Where what happens in it is heard.
    pub events: String,
}

/// A message that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QueuedMessageView {
    /// The job that says it. The event of it names it.
    pub message: JobId,
    /// The session.
    pub session: SessionId,
    /// Where what happens in it is heard.
    pub events: String,
    /// The place of the last event before it was taken.
    pub after: u64,
}

/// What the job of a message is done with.
#[derive(Serialize, Deserialize)]
pub(super) struct Work {
    pub(super) session: String,
    pub(super) message: String,
    /// It is said only while this approval is good for a call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) approval: Option<String>,
}

impl App {
    /// Begins a session of `who` with an agent, and takes the first message for it, if there is one.
    ///
    /// # Errors
    ///
    /// `agent_not_found`, and what a message is refused for: then nothing begins.
    pub async fn begin_session(&self, beginning: Beginning<'_>) -> Result<BegunSession, Error> {
        let Beginning { who, agent, .. } = beginning;
        self.agent(who, agent)?;
        if let Some(message) = beginning.message {
            checked(message)?;
        }
        let key = beginning.idempotency_key;
        let key = key.map(checked_key).transpose()?;
        let inner = &self.inner;
        let (organization, actor) = (who.organization(), actor_id(who));
        let new = NewSession {
            id: SessionId::generate(&*inner.clock, &*inner.random),
            agent: agent.to_owned(),
            external_key: key.map(|key| format!("key/{actor}/{key}")),
            actor,
            title: String::new(),
            scopes: who.scopes().to_string(),
            created_at: inner.clock.now(),
        };
        let id = inner.store.session_at(organization, &new).await?;
        let message = match beginning.message {
            None => None,
            Some(message) => {
                let saying = Saying {
                    who,
                    session: &id,
                    message,
                    idempotency_key: key,
                    request: beginning.request,
                };
                Some(self.leave_message(saying).await?.message)
            }
        };
        inner.changes.tell(organization, Topic::Sessions);
        Ok(BegunSession {
            session: self.sessions().show(who, &id).await?,
            message,
            events: events(&id),
        })
    }

    /// Takes a message for a session of `who`. It is said by a job, behind what was taken before, as whoever says
    /// it stands then.
    ///
    /// # Errors
    ///
    /// `session_not_found`, `session_of_another`, `session_archived`, `agent_not_found`, `too_many_messages`;
    /// `idempotency_key_reused` for a key that another message had.
    pub async fn leave_message(&self, saying: Saying<'_>) -> Result<QueuedMessageView, Error> {
        let who = saying.who;
        let session = self.sessions().find(who, saying.session).await?;
        if session.actor != actor_id(who) {
            return Err(failure::not_yours());
        }
        checked(saying.message)?;
        self.agent(who, &session.agent)?;
        let job = self.job_of(&saying, &session)?;
        let organization = who.organization();
        let store = &self.inner.store;
        let after = store.last_session_event(organization, &session.id).await?;
        let most = self.settings().agents.waiting;
        let event = Event::new(EventKind::JobQueued, who)
            .target("job", job.id.as_str())
            .detail("action", job.name.as_str())
            .detail("session", session.id.as_str())
            .request(saying.request);
        // Who sees the session as it is now is to read nothing of somebody who has more, before that is said.
        let title = if has_all(&session, who) {
            title(saying.message)
        } else {
            String::new()
        };
        let taking = async {
            let message = QueueMessage {
                session: &session.id,
                job: &job,
                title: &title,
                most,
            };
            match store.queue_message(organization, &message).await? {
                QueuedMessage::New => Ok(job.id.clone()),
                QueuedMessage::Already(before) => Ok(before),
                QueuedMessage::Another => Err(failure::key_reused()),
                QueuedMessage::Archived => Err(failure::archived()),
                QueuedMessage::TooMany => Err(failure::many_waiting(most)),
                QueuedMessage::Gone => Err(failure::no_session()),
            }
        };
        let message = self.audit().change(event, taking).await?;
        self.inner.turns.wake.notify_one();
        self.inner.changes.tell(organization, Topic::Sessions);
        Ok(QueuedMessageView {
            message,
            events: events(&session.id),
            session: session.id,
            after,
        })
    }

    fn job_of(&self, saying: &Saying<'_>, session: &Session) -> Result<NewJob, Error> {
        let inner = &self.inner;
        let key = saying.idempotency_key.map(checked_key).transpose()?;
        let work = Work {
            session: session.id.to_string(),
            message: saying.message.to_owned(),
            approval: None,
        };
        let now = inner.clock.now();
        Ok(NewJob {
            id: JobId::generate(&*inner.clock, &*inner.random),
            kind: TURN.to_owned(),
            name: action_slug(&session.agent),
            ordering_key: Some(turn_key(&session.id)),
            once_key: key.map(|key| format!("{}/{key}", session.id)),
            actor: session.actor.clone(),
            asker: serde_json::to_string(&Asker::of(saying.who)).map_err(Error::internal)?,
            payload: serde_json::to_string(&work).map_err(|_| damaged())?,
            run_at: now,
            max_attempts: ATTEMPTS,
            created_at: now,
        })
    }
}

/// A message that waits, as those see it who see the session.
pub(super) fn waiting(message: &WaitingMessage) -> WaitingView {
    let work = serde_json::from_str::<Work>(&message.payload);
    WaitingView {
        message: message.id.clone(),
        text: work.map(|work| work.message).unwrap_or_default(),
        queued_at: message.created_at,
    }
}

fn events(session: &SessionId) -> String {
    format!("/v1/sessions/{session}/events")
}

fn checked(message: &str) -> Result<(), Error> {
    if message.trim().is_empty() {
        return Err(Error::invalid_at("/message", "a text that says something"));
    }
    if message.chars().count() > LONGEST {
        let expected = format!("a text of at most {LONGEST} characters");
        return Err(Error::invalid_at("/message", expected));
    }
    Ok(())
}

fn checked_key(key: &str) -> Result<&str, Error> {
    if key.is_empty() || key.len() > LONGEST_KEY {
        return Err(Error::new(
            Kind::Malformed,
            "bad_idempotency_key",
            "an idempotency key has 1 to 200 bytes",
        ));
    }
    Ok(key)
}
