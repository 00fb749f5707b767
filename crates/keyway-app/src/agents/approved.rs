//! Going on with calls that were approved once the turn had ended in which the agent asked for them.

use keyway_core::agent::action_slug;
use keyway_core::{ApprovalId, Error, JobId, OrgId};
use keyway_store::{ApprovalState, ApprovedLate, NewJob, QueueMessage, approved_key, turn_key};
use tokio_util::sync::CancellationToken;

use super::messages::{ATTEMPTS, Work};
use crate::App;
use crate::audit::{Event, EventKind};
use crate::changes::Topic;
use crate::jobs::{Asker, TURN, damaged};

impl App {
    /// Has agents go on that were told that a call waits, and ended their turn, once it is approved: in the
    /// sessions of those who leave messages and come back for what became of them. Who asks an agent and waits
    /// for its answer asks it again themselves. Ends with `stopping`.
    pub(crate) async fn go_on_with_approved(self, stopping: CancellationToken) {
        loop {
            if let Err(error) = self.queue_approved().await {
                tracing::warn!(%error, "calls that were approved late cannot be looked for");
            }
            let pause = tokio::time::sleep(self.job_settings().poll);
            if stopping.run_until_cancelled(pause).await.is_none() {
                return;
            }
        }
    }

    async fn queue_approved(&self) -> Result<(), Error> {
        let now = self.inner.clock.now();
        for late in self.inner.store.approved_late(now).await? {
            if let Err(error) = self.go_on_with(&late).await {
                let approval = &late.approval;
                tracing::debug!(%approval, %error, "nobody goes on with a call that was approved");
            }
        }
        Ok(())
    }

    /// Leaves the agent a message that says so, once, in the name of who asked.
    async fn go_on_with(&self, late: &ApprovedLate) -> Result<(), Error> {
        let inner = &self.inner;
        let organization = &late.organization;
        let now = inner.clock.now();
        let asker: Asker = serde_json::from_str(&late.asker).map_err(|_| damaged())?;
        let who = asker.now(&inner.store, organization, now).await?;
        let work = Work {
            session: late.session.to_string(),
            message: approved(late),
            approval: Some(late.approval.to_string()),
        };
        let job = NewJob {
            id: JobId::generate(&*inner.clock, &*inner.random),
            kind: TURN.to_owned(),
            name: action_slug(&late.agent),
            ordering_key: Some(turn_key(&late.session)),
            once_key: Some(approved_key(&late.approval)),
            actor: late.actor.clone(),
            asker: late.asker.clone(),
            payload: serde_json::to_string(&work).map_err(|_| damaged())?,
            run_at: now,
            max_attempts: ATTEMPTS,
            created_at: now,
        };
        let event = Event::new(EventKind::JobQueued, &who)
            .target("job", job.id.as_str())
            .detail("action", job.name.as_str())
            .detail("session", late.session.as_str())
            .approval(late.approval.as_str());
        let queueing = async {
            let message = QueueMessage {
                session: &late.session,
                job: &job,
                title: &late.tool,
                most: self.settings().agents.waiting,
            };
            inner.store.queue_message(organization, &message).await?;
            Ok(())
        };
        self.audit().change(event, queueing).await?;
        inner.turns.wake.notify_one();
        inner.changes.tell(organization, Topic::Sessions);
        Ok(())
    }

    /// Whether an approval is good for a call that was not made yet.
    pub(super) async fn is_approved(
        &self,
        organization: &OrgId,
        approval: &str,
    ) -> Result<bool, Error> {
        let id: ApprovalId = approval.parse().map_err(|_| damaged())?;
        let found = self.inner.store.approval(organization, &id).await?;
        let found = found.map(|found| self.as_of_now(found));
        Ok(found.is_some_and(|found| found.state == ApprovalState::Approved))
    }
}

/// What a model is told whose call was approved.
fn approved(late: &ApprovedLate) -> String {
    format!(
        "[Your call of `{}` was approved meanwhile ({}). Make the same call again now, with the very same \
         arguments: it runs once. Then go on with what you were asked to do.]",
        late.tool, late.approval
    )
}
