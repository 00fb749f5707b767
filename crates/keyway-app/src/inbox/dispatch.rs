use std::sync::Arc;
use std::time::Duration;

use keyway_agent::turn::Meter;
use keyway_core::ports::NoCaller;
use keyway_core::{DeliveryId, Error, Kind, Principal, SessionId};
use keyway_store::{ClaimedJob, Delivery, StoredPublication};
use serde::Deserialize;
use tokio_util::sync::CancellationToken;

use super::accept::session_key;
use super::hear::{Heard, Words};
use super::judge::PAUSED;
use super::message::{begins, go_on, said_with};
use super::quota::SPENT;
use super::reply::{Saying, is_last};
use super::why::meaning;
use crate::App;
use crate::agents::{Follower, Prompted, Prompting, Said};
use crate::credentials::CredentialChoice;
use crate::jobs::{Asker, damaged, may_pass};

/// How often is looked whether a session is free.
const LOOK: Duration = Duration::from_millis(100);

/// The code of a turn that was cut off by somebody, or by the end of its process.
const INTERRUPTED: &str = "turn_interrupted";

/// How a turn that is no answer is told of.
const NO_END: &str = "the turn came to no good end";

/// The code of a delivery that was said in the turn of another one.
pub(super) const SAID_TOGETHER: &str = "said_together";

/// What the job of a delivery is done with.
#[derive(Deserialize)]
struct Work {
    delivery: String,
}

/// What is said to an agent, where, and what its turn is counted on.
#[derive(Clone, Copy)]
struct Message<'a> {
    agent: &'a str,
    session: &'a SessionId,
    text: &'a str,
    meter: &'a Arc<Meter>,
    follower: Option<&'a Arc<dyn Follower>>,
}

/// A delivery that is said, for whom and where.
struct Turn<'a> {
    claimed: &'a ClaimedJob,
    publication: &'a StoredPublication,
    delivery: &'a Delivery,
    session: &'a SessionId,
}

impl App {
    /// Says to an agent what came in by a webhook, and waits for the end of its turn. It may be done
    /// again after a process died: what was said already is not said a second time.
    pub(crate) async fn dispatch(
        &self,
        claimed: &ClaimedJob,
        cancel: &CancellationToken,
    ) -> Result<(), Error> {
        let inner = &self.inner;
        let organization = &claimed.lease.organization;
        let work: Work = serde_json::from_str(&claimed.payload).map_err(|_| damaged())?;
        let id: DeliveryId = work.delivery.parse().map_err(|_| damaged())?;
        let delivery = inner.store.delivery(organization, &id).await?;
        let delivery = delivery.ok_or_else(super::manage::not_found)?;
        if !delivery.accepted {
            // It was found out before the process died.
            return Ok(());
        }
        let publication = inner.store.publication(organization, &delivery.publication);
        let publication = publication.await?.ok_or_else(damaged)?;
        if publication.paused_at.is_some() {
            return Err(paused());
        }
        let asker: Asker = serde_json::from_str(&claimed.asker).map_err(|_| damaged())?;
        let who = asker
            .now(&inner.store, organization, inner.clock.now())
            .await?;
        let who = self.governed(who);
        let heard = Box::pin(self.hear(claimed, delivery, &publication));
        let words = match heard.await? {
            Heard::Words(words) => *words,
            Heard::Refused(rule) => {
                let kept = inner.store.delivery_ignored(&claimed.lease, &id, rule);
                return kept.await?.then_some(()).ok_or_else(lost);
            }
        };
        let delivery = words.delivery.clone();
        let session = self.session_for(&who, &delivery, &publication).await?;
        if !inner
            .store
            .delivery_said(&claimed.lease, &id, &session)
            .await?
        {
            return Err(lost());
        }
        let turn = Turn {
            claimed,
            publication: &publication,
            delivery: &delivery,
            session: &session,
        };
        // Whatever the publication is set to by now: what waited may have been said with another one.
        let waited = claimed.job.run_at > delivery.created_at || words.gathers();
        if waited && self.was_said_with_another(&turn).await? {
            return Ok(());
        }
        Box::pin(self.answer_back(&turn, words, &who, cancel)).await
    }

    /// Has the agent answer a delivery, and says the answer where it came from.
    async fn answer_back(
        &self,
        turn: &Turn<'_>,
        words: Words,
        who: &Principal,
        cancel: &CancellationToken,
    ) -> Result<(), Error> {
        let claimed = turn.claimed;
        let answer = Box::pin(self.answer(turn, words, who, cancel)).await;
        let (text, failed) = match &answer {
            Ok(text) => (text.clone(), false),
            // A flood of questions is no reason for a flood of answers.
            Err(error) if error.code() == SPENT => return answer.map(drop),
            // Whoever asked is told once nothing more is tried.
            Err(error) if !may_pass(error.kind()) || is_last(claimed) => (no_answer(error), true),
            Err(_) => return answer.map(drop),
        };
        let saying = Saying {
            text: &text,
            failed,
            session: turn.session,
        };
        self.say_back(claimed, turn.delivery, turn.publication, saying)
            .await?;
        answer?;
        let (store, now) = (&self.inner.store, self.inner.clock.now());
        let answered = store.delivery_answered(&claimed.lease, &turn.delivery.id, now);
        Ok(answered.await?)
    }

    /// Whether a delivery was said in the turn of one before it, which is all that is done about it then.
    ///
    /// # Errors
    ///
    /// That this turn came to no good end.
    async fn was_said_with_another(&self, turn: &Turn<'_>) -> Result<bool, Error> {
        let store = &self.inner.store;
        let (lease, id) = (&turn.claimed.lease, &turn.delivery.id);
        let said = self.messages_of(&lease.organization, turn.session).await?;
        let Some(first) = said.iter().find_map(|text| said_with(text, id)) else {
            return Ok(false);
        };
        let first = store.delivery(&lease.organization, &first).await?;
        if first.is_some_and(|first| first.answered_at.is_none()) {
            return Err(Error::new(Kind::Conflict, SAID_TOGETHER, NO_END));
        }
        store.reply_refused(lease, id, SAID_TOGETHER).await?;
        let now = self.inner.clock.now();
        store.delivery_answered(lease, id, now).await?;
        Ok(true)
    }

    /// The agent's answer to a delivery: what it said already, or says now.
    async fn answer(
        &self,
        turn: &Turn<'_>,
        words: Words,
        who: &Principal,
        cancel: &CancellationToken,
    ) -> Result<String, Error> {
        let Turn {
            claimed,
            publication,
            delivery,
            session,
        } = *turn;
        let (id, organization) = (&delivery.id, &claimed.lease.organization);
        let said = self.was_said(organization, session, &begins(id)).await?;
        let (text, counted) = match said {
            Said::Answered(text) => {
                self.count_ended(organization, session).await?;
                return Ok(text);
            }
            // It was being told that there is no answer, and may have been: then there is none.
            Said::CutOff(Some(code)) if delivery.reply.begun_at.is_some() => {
                return Err(Error::new(Kind::Conflict, code, NO_END));
            }
            // Its process ended: it is the same turn.
            Said::CutOff(how) if how.as_deref().is_none_or(|code| code == INTERRUPTED) => {
                (go_on(id), self.count_rest(publication).await?)
            }
            Said::CutOff(_) => (go_on(id), self.count_turn(publication, session).await?),
            Said::Nothing => {
                let text = self.words(words, publication).await?;
                let counted = self.count_turn(publication, session).await?;
                self.acknowledge(delivery, publication, session);
                (text, counted)
            }
        };
        let underway = self.underway(delivery, publication, session);
        let follower = underway.as_ref().map(super::underway::Underway::follower);
        let saying = Message {
            agent: &publication.agent,
            session,
            text: &text,
            meter: &counted.meter,
            follower: follower.as_ref(),
        };
        let prompted = self.say(claimed, who, saying, cancel).await;
        if let Some(underway) = underway {
            underway.end().await;
        }
        match &prompted {
            Ok(_) => self.count_used(publication, &counted).await,
            Err(_) => self.not_begun(publication, &counted).await,
        }
        answered(prompted?, cancel)
    }

    /// The session of a delivery's conversation.
    async fn session_for(
        &self,
        who: &Principal,
        delivery: &Delivery,
        publication: &StoredPublication,
    ) -> Result<SessionId, Error> {
        let conversation = delivery.conversation.as_deref();
        let key = session_key(publication, conversation.unwrap_or(delivery.id.as_str()));
        let title = match &delivery.conversation {
            Some(conversation) => format!("{}: {conversation}", publication.name),
            None => publication.name.clone(),
        };
        let agent = &publication.agent;
        self.session_elsewhere(who, agent, key, &title).await
    }

    /// Says something in a session, once nobody else holds it: who did may be a process that died.
    async fn say(
        &self,
        claimed: &ClaimedJob,
        who: &Principal,
        saying: Message<'_>,
        cancel: &CancellationToken,
    ) -> Result<Prompted, Error> {
        let patience = self.settings().agents.lease.saturating_mul(2);
        let until = tokio::time::Instant::now() + patience;
        let request = self.new_request_id();
        loop {
            let prompting = Prompting {
                who,
                agent: saying.agent,
                message: saying.text,
                session: Some(saying.session.as_str()),
                caller: Arc::new(NoCaller),
                cancel,
                request: &request,
                credentials: CredentialChoice::default(),
                follower: saying.follower.cloned(),
            };
            let meter = Some(Arc::clone(saying.meter));
            let prompted = self.prompt_of_job(prompting, &claimed.lease, meter);
            let error = match prompted.await {
                Ok(prompted) => return Ok(prompted),
                Err(error) => error,
            };
            if error.code() != "session_busy" {
                return Err(not_begun(error));
            }
            if tokio::time::Instant::now() >= until {
                return Err(Error::new(
                    Kind::Unavailable,
                    "session_busy",
                    "something else is answered in the session",
                ));
            }
            let pause = cancel.run_until_cancelled(tokio::time::sleep(LOOK));
            if pause.await.is_none() {
                return Err(stopped());
            }
        }
    }
}

/// How a turn that ended otherwise than with an answer counts: a model that failed is asked again, who
/// interrupted or spent the budget meant it.
fn answered(prompted: Prompted, cancel: &CancellationToken) -> Result<String, Error> {
    let code = prompted.error.map(|error| error.code).unwrap_or_default();
    let failed = |kind, code| Err(Error::new(kind, code, NO_END));
    match prompted.status {
        "finished" => Ok(prompted.text),
        "interrupted" if cancel.is_cancelled() => Err(stopped()),
        "interrupted" => failed(Kind::Conflict, INTERRUPTED.to_owned()),
        "budget" => failed(Kind::Conflict, code),
        _ => failed(Kind::BadGateway, code),
    }
}

/// What whoever asked is told where there is no answer. Nothing of what went wrong inside.
fn no_answer(error: &Error) -> String {
    format!("I could not answer this: {}.", meaning(error.code()))
}

/// An approval to begin a turn is asked for nobody who would wait for it.
fn not_begun(error: Error) -> Error {
    if error.code().starts_with("approval_") {
        let message = "the agent needs an approval to be asked";
        return Error::new(Kind::Conflict, "agent_needs_approval", message);
    }
    error
}

fn paused() -> Error {
    Error::new(Kind::Conflict, PAUSED, "the publication is paused")
}

pub(super) fn lost() -> Error {
    let message = "somebody else has the job";
    Error::new(Kind::Cancelled, "job_lost", message)
}

fn stopped() -> Error {
    Error::new(Kind::Cancelled, "cancelled", "the process ends")
}
