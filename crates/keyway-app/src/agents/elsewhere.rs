use keyway_agent::transcript::{Entry, Event, StopReason};
use keyway_core::{Error, OrgId, Principal, SessionId};
use keyway_store::{NewSession, TurnEnd};

use super::enter::title;
use super::failure;
use super::sink::entries;
use super::turn::took;
use crate::App;
use crate::jobs::{actor_id, later};

/// What became of a message that begins with certain words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Said {
    /// It was never said.
    Nothing,
    /// It was said, and its turn came to no end, or to a bad one, with this code.
    CutOff(Option<String>),
    /// It was said and answered, with these last words.
    Answered(String),
}

impl App {
    /// The session of an agent that belongs to something elsewhere, for `who`; it begins where it is not
    /// there yet. `first` is what it is about.
    pub(crate) async fn session_elsewhere(
        &self,
        who: &Principal,
        agent: &str,
        external_key: String,
        first: &str,
    ) -> Result<SessionId, Error> {
        let inner = &self.inner;
        let new = NewSession {
            id: SessionId::generate(&*inner.clock, &*inner.random),
            agent: agent.to_owned(),
            actor: actor_id(who),
            title: title(first),
            external_key: Some(external_key),
            scopes: who.scopes().to_string(),
            created_at: inner.clock.now(),
        };
        let session = inner.store.session_at(who.organization(), &new);
        Ok(session.await?)
    }

    /// Whether something was said in a session, by the words that it begins with.
    pub(crate) async fn was_said(
        &self,
        organization: &OrgId,
        session: &SessionId,
        begins: &str,
    ) -> Result<Said, Error> {
        let all = entries(&self.inner.store, organization, session).await?;
        Ok(said(&all, begins))
    }

    /// What was said to the agent in a session, the last first.
    pub(crate) async fn messages_of(
        &self,
        organization: &OrgId,
        session: &SessionId,
    ) -> Result<Vec<String>, Error> {
        let all = entries(&self.inner.store, organization, session).await?;
        let said = all.into_iter().rev().filter_map(|entry| match entry.event {
            Event::UserMessage { text } => Some(text),
            _ => None,
        });
        Ok(said.collect())
    }

    /// Counts the turn that ended last in a session, where its process died before it could: the session is still
    /// held then, by nobody.
    pub(crate) async fn count_ended(
        &self,
        organization: &OrgId,
        session: &SessionId,
    ) -> Result<(), Error> {
        let (store, now) = (&self.inner.store, self.inner.clock.now());
        let found = store.session(organization, session).await?;
        let held = |until| until <= now;
        let Some(found) = found.filter(|found| found.lease_until.is_some_and(held)) else {
            return Ok(());
        };
        let all = entries(store, organization, session).await?;
        let Some(Event::TurnEnded { reason, usage }) = all.last().map(|last| &last.event) else {
            return Ok(());
        };
        let failed = failure::of(reason);
        let (end, code) = match &failed {
            Some((end, error)) => (*end, Some(error.code())),
            None => (TurnEnd::Finished, None),
        };
        let request = self.new_request_id();
        let until = later(now, self.settings().agents.lease);
        let claim = store.claim_session(
            organization,
            session,
            request.as_str(),
            &found.scopes,
            now,
            until,
        );
        if let Some(lease) = claim.await? {
            let counted = store.end_turn(&lease, end, code, took(*usage), now);
            counted.await?;
        }
        Ok(())
    }
}

fn said(entries: &[Entry], begins: &str) -> Said {
    let told = |entry: &Entry| match &entry.event {
        Event::UserMessage { text } => text.starts_with(begins),
        _ => false,
    };
    let Some(at) = entries.iter().rposition(told) else {
        return Said::Nothing;
    };
    let mut words = String::new();
    for entry in entries.iter().skip(at) {
        match &entry.event {
            Event::AssistantMessage { text, .. } => words.clone_from(text),
            Event::TurnEnded { reason, .. } => {
                let code = match reason {
                    StopReason::Finished => return Said::Answered(words),
                    StopReason::Interrupted => "turn_interrupted",
                    StopReason::Budget { .. } => "agent_budget_spent",
                    StopReason::Failed { code, .. } => code,
                };
                return Said::CutOff(Some(code.to_owned()));
            }
            _ => {}
        }
    }
    Said::CutOff(None)
}

#[cfg(test)]
mod tests {
    use keyway_agent::transcript::Usage;

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
    fn what_was_said_and_how_its_turn_ended_is_read_from_the_transcript() {
        let read = |events| said(&entries(events), "[1]");
        assert_eq!(read(vec![]), Said::Nothing);
        assert_eq!(read(vec![user("see [1]")]), Said::Nothing);
        assert_eq!(read(vec![user("[1] x")]), Said::CutOff(None));
        let cut = end(StopReason::Interrupted);
        let how = Said::CutOff(Some("turn_interrupted".to_owned()));
        assert_eq!(read(vec![user("[1] x"), cut.clone()]), how);
        let finished = end(StopReason::Finished);
        let words = |text: &str| Said::Answered(text.to_owned());
        let answered = vec![
            user("[1] x"),
            agent("first"),
            agent("last"),
            finished.clone(),
            user("[2] y"),
            agent("other"),
            cut.clone(),
        ];
        assert_eq!(read(answered), words("last"));
        let again = vec![user("[1] x"), cut, user("[1] go on"), finished];
        assert_eq!(read(again), words(""));
    }
}
