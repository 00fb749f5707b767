//! Calls that wait are asked about where the event came from, and how it went is said there.

use std::sync::Arc;
use std::time::Duration;

use keyway_core::provider::{IntegrationProvider, PublicationContext, Question};
use keyway_core::{Error, OrgId, Principal, Subject};
use keyway_store::{Approval, ApprovalQuestion, ApprovalState, NewQuestion, StoredPublication};
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::reply::{PATIENCE, marker, patiently};
use crate::App;
use crate::installations::is_token_refused;
use crate::jobs::{damaged, later, may_pass};

/// How often is looked for what is to be asked, where nothing says that there is something.
const LOOK: Duration = Duration::from_secs(1);
/// How many questions are posted at once.
const AT_ONCE: usize = 8;
/// How often something is tried, and the longest pause in between.
const TRIES: u32 = 12;
const LONGEST_PAUSE: Duration = Duration::from_mins(10);

/// Why nothing is asked: it was decided before.
const DECIDED: &str = "decided_before";
/// Why nothing is asked: it is not done there.
const NOT_ASKED: &str = "not_asked_there";

impl App {
    /// Where people are asked about a call of `who` beside the inbox: where the event came from that the
    /// session is about, of the agent that was asked first where agents ask agents.
    pub(crate) async fn asked_at(&self, who: &Principal) -> Result<Option<NewQuestion>, Error> {
        let (Subject::Publication { publication, .. }, Some(agent)) =
            (who.subject(), who.first_agent())
        else {
            return Ok(None);
        };
        let store = &self.inner.store;
        let place = store.place_of_session(who.organization(), &agent.session);
        Ok(place.await?.map(|place| NewQuestion {
            publication: publication.clone(),
            session: agent.session.clone(),
            place,
        }))
    }

    /// Asks about calls that wait, and says how they went, until `stopping`. What is cut off is looked
    /// for the next time before it is posted again.
    pub(crate) async fn ask_elsewhere(self, stopping: CancellationToken) {
        let inner = &self.inner;
        // Where others serve the same database, they may be asking at this moment.
        if !inner.store.is_shared()
            && let Err(error) = inner.store.release_questions(inner.clock.now()).await
        {
            tracing::warn!(%error, "what was being asked waits for longer");
        }
        let slots = Arc::new(Semaphore::new(AT_ONCE));
        let mut changes = inner.approvals.listen();
        while !stopping.is_cancelled() {
            changes.mark_unchanged();
            for question in self.questions(slots.available_permits()).await {
                let Ok(slot) = Arc::clone(&slots).try_acquire_owned() else {
                    break;
                };
                let (app, stopping) = (self.clone(), stopping.clone());
                inner.tasks.spawn(async move {
                    let working = Box::pin(app.work_on(&question));
                    stopping.run_until_cancelled(working).await;
                    drop(slot);
                });
            }
            let pause = tokio::time::timeout(LOOK, changes.changed());
            let _ = stopping.run_until_cancelled(pause).await;
        }
    }

    async fn questions(&self, most: usize) -> Vec<ApprovalQuestion> {
        let inner = &self.inner;
        let now = inner.clock.now();
        let until = later(now, PATIENCE.saturating_mul(2));
        let most = u32::try_from(most).unwrap_or(u32::MAX);
        let claimed = inner.store.claim_questions(now, until, most).await;
        claimed.unwrap_or_else(|error| {
            tracing::warn!(%error, "what is to be asked cannot be looked for");
            Vec::new()
        })
    }

    async fn work_on(&self, question: &ApprovalQuestion) {
        let inner = &self.inner;
        let Err(error) = patiently(self.bring_up_to_date(question)).await else {
            return;
        };
        let id = &question.approval;
        tracing::warn!(approval = %id, code = error.code(), "a call is not asked about where it came from");
        let now = inner.clock.now();
        let again = (may_pass(error.kind()) && question.attempts < TRIES).then(|| {
            let pause = Duration::from_secs(1 << question.attempts.min(10)).min(LONGEST_PAUSE);
            later(now, pause.max(error.retry_after().unwrap_or_default()))
        });
        let store = &inner.store;
        let noting = store.question_failed(id, error.code(), again, now);
        if let Err(error) = noting.await {
            tracing::warn!(approval = %id, %error, "that a call is not asked about is not kept");
        }
    }

    /// Posts a question that is not there yet, and says how it went once that is known.
    async fn bring_up_to_date(&self, question: &ApprovalQuestion) -> Result<(), Error> {
        let inner = &self.inner;
        let (store, organization) = (&inner.store, &question.organization);
        let Some(approval) = store.approval(organization, &question.approval).await? else {
            return Ok(());
        };
        let approval = self.as_of_now(approval);
        let unsaid = question.message.is_none() && question.begun_at.is_none();
        if unsaid && approval.state != ApprovalState::Pending {
            return self.leave(question, DECIDED).await;
        }
        // That it was made changes nothing of what is said.
        if (question.told, approval.state) == (ApprovalState::Approved, ApprovalState::Executed) {
            let now = inner.clock.now();
            return Ok(store
                .question_told(&question.approval, approval.state, now)
                .await?);
        }
        let publication = store.publication(organization, &question.publication);
        let publication = publication
            .await?
            .ok_or_else(crate::publications::not_found)?;
        let place: Value = serde_json::from_str(&question.place).map_err(|_| damaged())?;
        let acting = || {
            let session = Some(question.session.clone());
            self.acting(&publication, Some(place.clone()), session)
        };
        let context = acting().await?;
        let post = Post {
            publication: &publication,
            question,
            approval: &approval,
            place: &place,
        };
        let begun = question.begun_at.is_some();
        match Box::pin(self.put_question(&post, &context, begun)).await {
            // As for replies: with another token, once more.
            Err(error) if is_token_refused(&error) => {
                self.token_refused(&publication, &context.token).await?;
                let context = acting().await?;
                Box::pin(self.put_question(&post, &context, true)).await
            }
            done => done,
        }
    }

    async fn put_question(
        &self,
        post: &Post<'_>,
        context: &PublicationContext,
        begun: bool,
    ) -> Result<(), Error> {
        let Post {
            question,
            approval,
            place,
            ..
        } = post;
        let inner = &self.inner;
        let (store, id) = (&inner.store, &question.approval);
        let provider = self.replying(post.publication)?;
        let marker = marker(id.as_str());
        let link = self.approval_url(id);
        let asked = Question {
            approval: id.as_str(),
            agent: approval.agent.as_deref().unwrap_or("An agent"),
            tool: &approval.tool,
            marker: &marker,
            link: link.as_deref(),
        };
        let pending = approval.state == ApprovalState::Pending;
        let message = if let Some(message) = &question.message {
            message.clone()
        } else {
            let found = found(provider, context, place, &asked, begun).await?;
            let posted = match found {
                Some(posted) => Some(posted),
                None if !pending => return self.leave(question, DECIDED).await,
                None => {
                    store.question_begun(id, inner.clock.now()).await?;
                    provider.ask(context, place, &asked).await?
                }
            };
            let Some(posted) = posted else {
                return self.leave(question, NOT_ASKED).await;
            };
            let now = inner.clock.now();
            store.question_asked(id, &posted.id, now).await?;
            posted.id
        };
        if pending {
            return Ok(());
        }
        let outcome = self.outcome(&question.organization, approval).await?;
        provider
            .settle(context, place, &message, &asked, &outcome)
            .await?;
        let now = inner.clock.now();
        Ok(store.question_told(id, approval.state, now).await?)
    }

    async fn leave(&self, question: &ApprovalQuestion, code: &str) -> Result<(), Error> {
        let inner = &self.inner;
        let now = inner.clock.now();
        let leaving = inner
            .store
            .question_failed(&question.approval, code, None, now);
        Ok(leaving.await?)
    }

    /// How it went with a call that was asked about, in words.
    pub(super) async fn outcome(
        &self,
        organization: &OrgId,
        approval: &Approval,
    ) -> Result<String, Error> {
        let by = match &approval.decided {
            Some(decided) => {
                let name = self.approvals().name(organization, &decided.by).await?;
                Some(name.unwrap_or_else(|| decided.by.clone()))
            }
            None => None,
        };
        Ok(match (approval.state, by) {
            (ApprovalState::Pending, _) => "Nobody has decided yet.".to_owned(),
            (ApprovalState::Approved, Some(by)) => {
                format!(
                    "{by} approved this. Should the agent not wait for it any more, tell it to go on."
                )
            }
            (ApprovalState::Executed, Some(by)) => format!("{by} approved this."),
            (ApprovalState::Denied, Some(by)) => format!("{by} denied this."),
            (ApprovalState::Expired, Some(by)) => {
                format!("{by} approved this, and it was not made in time.")
            }
            (ApprovalState::Expired, None) => "Nobody decided about this in time.".to_owned(),
            (ApprovalState::Void, Some(by)) => {
                format!("{by} approved this, and that does not count any more.")
            }
            _ => "There is nothing to decide any more.".to_owned(),
        })
    }
}

/// A question and what it is about.
struct Post<'a> {
    publication: &'a StoredPublication,
    question: &'a ApprovalQuestion,
    approval: &'a Approval,
    place: &'a Value,
}

/// The message of a question that was begun to be posted, if it is there.
async fn found(
    provider: &dyn IntegrationProvider,
    context: &PublicationContext,
    place: &Value,
    asked: &Question<'_>,
    begun: bool,
) -> Result<Option<keyway_core::provider::Posted>, Error> {
    if !begun {
        return Ok(None);
    }
    provider.find_reply(context, place, asked.marker).await
}
