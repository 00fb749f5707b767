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
use super::{failure, output};
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
        let (session, after) = match &tasked.task.session {
            Some(known) => known.clone(),
            None => self.begin_in_session(who, &tasked, &asked).await?,
        };
        let all = entries(&self.inner.store, who.organization(), &session).await?;
        let text = match said(&all, after, &asked.message, &tasked.task.id) {
            Said::Nothing => asked.message,
            Said::CutOff => go_on(&tasked.task.id),
            Said::Ended(Ok((text, usage))) => {
                return self.answered(who, tasked.agent, session, text, usage);
            }
            Said::Ended(Err(reason)) => {
                return Err(failure::of(&reason).map_or_else(failure::busy, |(_, error)| error));
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
    ) -> Result<(SessionId, u64), Error> {
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
        Ok((session, after))
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

/// What became of a message that was said behind a place, or of the last word to go on with it.
fn said(entries: &[Entry], after: u64, message: &str, task: &TaskId) -> Said {
    let go_on = go_on(task);
    let is_it = |entry: &Entry| match &entry.event {
        Event::UserMessage { text } => entry.seq > after && (text == message || *text == go_on),
        _ => false,
    };
    let Some(at) = entries.iter().rposition(is_it) else {
        return Said::Nothing;
    };
    let mut words = String::new();
    for entry in entries.iter().skip(at) {
        match &entry.event {
            Event::AssistantMessage { text, .. } => words.clone_from(text),
            Event::TurnEnded { reason, usage } => {
                return match reason {
                    StopReason::Finished => Said::Ended(Ok((words, *usage))),
                    StopReason::Budget { .. } => Said::Ended(Err(reason.clone())),
                    StopReason::Interrupted | StopReason::Failed { .. } => Said::CutOff,
                };
            }
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
    fn what_became_of_a_task_s_message_is_read_behind_the_place_it_began_at() {
        let id: TaskId = "task_01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap();
        let read = |events, after| said(&entries(events), after, "hi", &id);
        let answered = |text: &str| Said::Ended(Ok((text.to_owned(), Usage::default())));
        let finished = end(StopReason::Finished);
        let before = vec![user("hi"), agent("old"), finished.clone()];
        assert_eq!(read(before.clone(), 3), Said::Nothing);
        assert_eq!(read(before.clone(), 0), answered("old"));
        let with = |more: Vec<Event>| [before.clone(), more].concat();
        assert_eq!(read(with(vec![user("hi")]), 3), Said::CutOff);
        let interrupted = vec![user("hi"), end(StopReason::Interrupted)];
        assert_eq!(read(with(interrupted.clone()), 3), Said::CutOff);
        let gone_on = vec![
            user(&go_on(&id)),
            agent("new"),
            finished.clone(),
            user("more"),
        ];
        let all = with([interrupted, gone_on].concat());
        assert_eq!(read(all, 3), answered("new"));
        let which = "tokens".to_owned();
        let spent = StopReason::Budget { which };
        let events = with(vec![user("hi"), end(spent.clone())]);
        assert_eq!(read(events, 3), Said::Ended(Err(spent)));
    }
}
