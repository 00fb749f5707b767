//! The turn of an agent that a client comes back for: said once, and gone on with after it was cut off.

use std::time::Duration;

use keyway_agent::transcript::{Entry, Event, StopReason, Usage};
use keyway_core::action::Reply;
use keyway_core::agent::{AgentAnswer, AgentUsage};
use keyway_core::rpc::RawJson;
use keyway_core::{Error, Kind, Principal, SessionId, TaskId};
use keyway_store::{JobLease, StoredTask};
use serde::Deserialize;
use serde_json::json;
use tokio::time::Instant;

use super::sessions::may_see;
use super::sink::entries;
use super::{Following, failure, output};
use crate::jobs::{actor_id, damaged};
use crate::run::Within;
use crate::{App, Invocation};

/// How often is looked whether a session is free.
const LOOK: Duration = Duration::from_millis(100);

/// A task of an agent.
pub(crate) struct Tasked<'a> {
    pub(crate) agent: &'a str,
    pub(crate) task: &'a StoredTask,
    /// The hold of its job.
    pub(crate) lease: &'a JobLease,
}

/// What an agent is asked.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    message: String,
    session_id: Option<String>,
}

/// What became of the message of a task.
#[derive(Debug, PartialEq)]
enum Said {
    /// It was never said.
    Nothing,
    /// Its turn was cut off.
    CutOff,
    /// Its turn ended, and nobody was told how.
    Ended(Result<(String, Usage), StopReason>),
}

impl App {
    /// Asks an agent as `invocation` says, in one turn: what a turn before did that was cut off is not
    /// begun anew.
    pub(crate) async fn turn_of_task(
        &self,
        tasked: Tasked<'_>,
        invocation: Invocation<'_>,
        within: Within<'_>,
    ) -> Result<Reply, Error> {
        let who = invocation.who;
        let asked: Asked = invocation.input.read().map_err(|_| damaged())?;
        let session = match &tasked.task.session {
            Some((known, _)) => known.clone(),
            None => self.begin_in_session(who, &tasked, &asked).await?,
        };
        let store = &self.inner.store;
        let all = entries(store, who.organization(), &session).await?;
        let job = &tasked.lease.id;
        let at = store.message_place(who.organization(), &session, job);
        let text = match said(&all, at.await?) {
            Said::Nothing => asked.message,
            Said::CutOff => go_on(&tasked.task.id),
            Said::Ended(ended) => {
                self.count_ended(who.organization(), &session).await?;
                return match ended {
                    Ok((text, usage)) => self.answered(who, tasked.agent, session, text, usage),
                    Err(reason) => {
                        Err(failure::of(&reason).map_or_else(failure::busy, |(_, error)| error))
                    }
                };
            }
        };
        let input = json!({ "message": text, "sessionId": session });
        let input = RawJson::of(&input).map_err(Error::internal)?;
        let until = Instant::now() + self.settings().agents.lease.saturating_mul(2);
        loop {
            let call = Invocation {
                who,
                input: input.clone(),
                caller: std::sync::Arc::clone(&invocation.caller),
                credentials: invocation.credentials.clone(),
                ..invocation
            };
            let within = Within {
                job: within.job,
                hops: within.hops,
                // What is said names the job: the same words of somebody else are not its own.
                following: Some(Following::of_job(None, Some(tasked.lease.clone()))),
                ..Within::default()
            };
            let done = Box::pin(self.invoke_within(call, within)).await;
            // Who holds the session may be a process that died.
            match done {
                Err(error) if error.code() == "session_busy" && Instant::now() < until => {
                    let pause = tokio::time::sleep(LOOK);
                    if invocation.cancel.run_until_cancelled(pause).await.is_none() {
                        return Err(Error::new(
                            Kind::Cancelled,
                            "cancelled",
                            "the call was cancelled",
                        ));
                    }
                }
                done => return done,
            }
        }
    }

    /// The session a task is in, and what there was in it before; from here on that is known.
    async fn begin_in_session(
        &self,
        who: &Principal,
        tasked: &Tasked<'_>,
        asked: &Asked,
    ) -> Result<SessionId, Error> {
        let (store, organization) = (&self.inner.store, who.organization());
        let session = match &asked.session_id {
            None => {
                let key = format!("task/{}", tasked.task.id);
                self.session_elsewhere(who, tasked.agent, key, &asked.message)
                    .await?
            }
            Some(named) => {
                let id: SessionId = named.parse().map_err(|error: keyway_core::ids::BadId| {
                    Error::invalid_at("/sessionId", error.to_string())
                })?;
                let found = store.session(organization, &id).await?;
                let own = found.filter(|found| {
                    found.actor == actor_id(who)
                        && found.agent == tasked.agent
                        && may_see(who, found)
                });
                own.ok_or_else(failure::no_session)?.id
            }
        };
        let before = entries(store, organization, &session).await?;
        let after = before.last().map_or(0, |entry| entry.seq);
        store
            .task_in_session(tasked.lease, &tasked.task.id, &session, after)
            .await?;
        Ok(session)
    }

    /// The answer of a turn that ended well before anybody was told.
    fn answered(
        &self,
        who: &Principal,
        agent: &str,
        session: SessionId,
        text: String,
        usage: Usage,
    ) -> Result<Reply, Error> {
        let definitions = self.tenant(who).definitions();
        let schema = definitions
            .agents()
            .get(agent)
            .and_then(|agent| agent.output());
        let output = schema
            .map(|schema| {
                output::read(&text, schema).map_err(|problems| output::invalid(&problems))
            })
            .transpose()?;
        let answer = AgentAnswer {
            session,
            text,
            output,
            usage: AgentUsage {
                input_tokens: usage.input_tokens,
                output_tokens: usage.output_tokens,
                cost_micros: usage.cost_micros,
            },
        };
        Ok(Reply::Data(RawJson::of(&answer).map_err(Error::internal)?))
    }
}

/// What became of the words that stand at a place, the last that were said because of a job.
fn said(entries: &[Entry], at: Option<u64>) -> Said {
    let Some(at) = at else {
        return Said::Nothing;
    };
    let mut words = String::new();
    for entry in entries.iter().filter(|entry| entry.seq > at) {
        match &entry.event {
            Event::AssistantMessage { text, .. } => words.clone_from(text),
            Event::TurnEnded { reason, usage } => {
                return match reason {
                    StopReason::Finished => Said::Ended(Ok((words, *usage))),
                    StopReason::Budget { .. } => Said::Ended(Err(reason.clone())),
                    StopReason::Interrupted | StopReason::Failed { .. } => Said::CutOff,
                };
            }
            // Somebody else went on behind a turn that was cut off.
            Event::UserMessage { .. } => break,
            _ => {}
        }
    }
    Said::CutOff
}

/// What a model is told whose turn came to no end.
fn go_on(task: &TaskId) -> String {
    format!(
        "[{task}] Your turn about the last message did not come to its end. What was said and done until \
         then stands above. Go on with it. Where it is not known whether a call took effect, find out \
         before you repeat it."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(events: Vec<Event>) -> Vec<Entry> {
        let at = jiff::Timestamp::UNIX_EPOCH;
        let entry = |(seq, event)| Entry { seq, at, event };
        (1..).zip(events).map(entry).collect()
    }

    fn user(text: &str) -> Event {
        let text = text.to_owned();
        Event::UserMessage { text }
    }

    fn agent(text: &str) -> Event {
        Event::AssistantMessage {
            text: text.to_owned(),
            calls: Vec::new(),
            usage: Usage::default(),
            cut: false,
            carry: None,
        }
    }

    fn end(reason: StopReason) -> Event {
        let usage = Usage::default();
        Event::TurnEnded { reason, usage }
    }

    #[test]
    fn what_became_of_a_task_s_message_is_read_behind_its_own_words() {
        let read = |events, at| said(&entries(events), at);
        let answered = |text: &str| Said::Ended(Ok((text.to_owned(), Usage::default())));
        let finished = end(StopReason::Finished);
        let before = vec![user("hi"), agent("old"), finished.clone()];
        assert_eq!(
            read(before.clone(), None),
            Said::Nothing,
            "the words are somebody else's"
        );
        assert_eq!(read(before.clone(), Some(1)), answered("old"));
        let with = |more: Vec<Event>| [before.clone(), more].concat();
        assert_eq!(read(with(vec![user("hi")]), Some(4)), Said::CutOff);
        let interrupted = vec![user("hi"), end(StopReason::Interrupted)];
        assert_eq!(read(with(interrupted.clone()), Some(4)), Said::CutOff);
        let another = vec![user("hi"), user("more"), agent("more"), finished.clone()];
        assert_eq!(read(with(another), Some(4)), Said::CutOff);
        let gone_on = vec![user("go on"), agent("new"), finished.clone(), user("more")];
        let all = with([interrupted, gone_on].concat());
        assert_eq!(read(all, Some(6)), answered("new"));
        let which = "tokens".to_owned();
        let spent = StopReason::Budget { which };
        let events = with(vec![user("hi"), end(spent.clone())]);
        assert_eq!(read(events, Some(4)), Said::Ended(Err(spent)));
    }
}
