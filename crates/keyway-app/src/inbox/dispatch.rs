use std::sync::Arc;
use std::time::Duration;

use keyway_agent::turn::Meter;
use keyway_core::ports::NoCaller;
use keyway_core::{DeliveryId, Error, Kind, Principal, SessionId};
use keyway_store::{ClaimedJob, Delivery, StoredPublication};
use serde::Deserialize;
use tokio_util::sync::CancellationToken;

use super::accept::session_key;
use super::judge::{NO_CONVERSATION, PAUSED, judge};
use super::message::{begins, go_on, message};
use super::parcel::Parcel;
use super::quota::SPENT;
use super::reply::{Saying, is_last};
use super::scheduled::{Run, SCHEDULED};
use super::why::meaning;
use crate::App;
use crate::agents::{Prompted, Prompting, Said};
use crate::credentials::CredentialChoice;
use crate::jobs::{Asker, damaged, may_pass};

/// How often is looked whether a session is free.
const LOOK: Duration = Duration::from_millis(100);

/// The code of a turn that was cut off by somebody, or by the end of its process.
const INTERRUPTED: &str = "turn_interrupted";

/// How a turn that is no answer is told of.
const NO_END: &str = "the turn came to no good end";

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
        let session = self.session_for(&who, &delivery, &publication).await?;
        if !inner
            .store
            .delivery_said(&claimed.lease, &id, &session)
            .await?
        {
            return Err(lost());
        }
        let answer =
            Box::pin(self.answer(claimed, &delivery, &publication, &who, &session, cancel));
        let answer = answer.await;
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
            session: &session,
        };
        self.say_back(claimed, &delivery, &publication, saying)
            .await?;
        answer?;
        let now = inner.clock.now();
        let lease = &claimed.lease;
        Ok(inner.store.delivery_answered(lease, &id, now).await?)
    }

    /// The agent's answer to a delivery: what it said already, or says now.
    async fn answer(
        &self,
        claimed: &ClaimedJob,
        delivery: &Delivery,
        publication: &StoredPublication,
        who: &Principal,
        session: &SessionId,
        cancel: &CancellationToken,
    ) -> Result<String, Error> {
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
                let text = self.words(delivery, publication).await?;
                let counted = self.count_turn(publication, session).await?;
                self.acknowledge(delivery, publication, session);
                (text, counted)
            }
        };
        let saying = Message {
            agent: &publication.agent,
            session,
            text: &text,
            meter: &counted.meter,
        };
        let prompted = self.say(claimed, who, saying, cancel).await;
        match &prompted {
            Ok(_) => self.count_used(publication, &counted).await,
            Err(_) => self.not_begun(publication, &counted).await,
        }
        answered(prompted?, cancel)
    }

    /// What is said to the agent about a delivery, by what the publication is set to now.
    async fn words(
        &self,
        delivery: &Delivery,
        publication: &StoredPublication,
    ) -> Result<String, Error> {
        let organization = &publication.organization;
        let sealed = self.inner.store.received(organization, &delivery.id);
        let sealed = sealed.await?.ok_or_else(super::manage::not_found)?;
        let parcel = Parcel::open(&self.inner.vault, organization, &delivery.id, &sealed)?;
        if delivery.rule == SCHEDULED {
            return Ok(Run::read(&parcel)?.words(&delivery.id, &publication.name));
        }
        let (provider, told) = self.behind(publication).await?;
        let judged = judge(
            provider,
            publication,
            &parcel.request(),
            &told.context(self),
        );
        let event = judged.event.ok_or_else(|| no_longer(&judged.rule))?;
        let dispatch = provider.dispatch(&event, publication.granularity);
        let dispatch = dispatch.ok_or_else(|| no_longer(NO_CONVERSATION))?;
        let source = format!(
            "{} to the publication \"{}\"",
            provider.display_name(),
            publication.name
        );
        Ok(message(&delivery.id, &source, &dispatch))
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
                follower: None,
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

fn no_longer(rule: &str) -> Error {
    let message = "by what the publication is set to now, the delivery wakes nobody";
    Error::new(Kind::Conflict, rule.to_owned(), message)
}

pub(super) fn lost() -> Error {
    let message = "somebody else has the job";
    Error::new(Kind::Cancelled, "job_lost", message)
}

fn stopped() -> Error {
    Error::new(Kind::Cancelled, "cancelled", "the process ends")
}
