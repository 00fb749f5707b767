//! The job of a message: said once, and its turn brought to its end.

use std::sync::Arc;
use std::time::Duration;

use keyway_core::ports::NoCaller;
use keyway_core::{Error, Kind, OrgId, SessionId};
use keyway_store::ClaimedJob;
use tokio_util::sync::CancellationToken;

use super::Prompting;
use super::messages::Work;
use crate::App;
use crate::changes::Topic;
use crate::credentials::CredentialChoice;
use crate::jobs::{Asker, damaged, may_pass};

/// How often is looked whether a session is free.
const LOOK: Duration = Duration::from_millis(250);

/// The code of a job that somebody took back before it did anything.
pub(crate) const TAKEN_BACK: &str = "message_taken_back";

/// What a model is told whose turn came to no end.
const GO_ON: &str = "[Your turn was cut off before it came to its end. What was said and done until then stands \
     above. Go on with it. Where it is not known whether a call took effect, find out before you repeat it.]";

impl App {
    /// Says to an agent what was left for it, and waits for the end of its turn, however it ends. It may be done
    /// again after a process died: what was said already is not said a second time.
    pub(crate) async fn converse(
        &self,
        claimed: &ClaimedJob,
        cancel: &CancellationToken,
    ) -> Result<(), Error> {
        let organization = &claimed.lease.organization;
        let work: Work = serde_json::from_str(&claimed.payload).map_err(|_| damaged())?;
        let session: SessionId = work.session.parse().map_err(|_| damaged())?;
        let done = self.conversing(claimed, &session, &work, cancel).await;
        if let Err(error) = &done {
            let again = may_pass(error.kind()) && claimed.job.attempts < claimed.job.max_attempts;
            if !again && error.code() != TAKEN_BACK {
                let (store, now) = (&self.inner.store, self.inner.clock.now());
                let noted = store.message_failed(organization, &session, error.code(), now);
                noted.await?;
            }
        }
        self.inner.changes.tell(organization, Topic::Sessions);
        done
    }

    async fn conversing(
        &self,
        claimed: &ClaimedJob,
        session: &SessionId,
        work: &Work,
        cancel: &CancellationToken,
    ) -> Result<(), Error> {
        let (store, lease) = (&self.inner.store, &claimed.lease);
        let organization = &lease.organization;
        let said = store.message_said(organization, session, &lease.id).await?;
        // A process that ends interrupts its turns, and so does who stops one.
        let is_cut_off = match said.as_ref() {
            Some(None) => true,
            Some(Some(end)) => end == "interrupted" && store.job_goes_on(lease).await?,
            None => false,
        };
        let text = match said {
            // Somebody made the call already, or it is too late for it.
            None if !self.is_to_be_said(organization, work).await? => return Ok(()),
            None => &work.message,
            Some(_) if is_cut_off => GO_ON,
            // The process died that had it, and perhaps before that was counted.
            Some(_) => {
                self.wait_for(organization, session, cancel).await?;
                return self.count_ended(organization, session).await;
            }
        };
        let asker: Asker = serde_json::from_str(&claimed.asker).map_err(|_| damaged())?;
        let now = self.inner.clock.now();
        let who = self.governed(asker.now(store, organization, now).await?);
        let agent = store.session(organization, session).await?;
        let agent = agent.ok_or_else(super::failure::no_session)?.agent;
        let request = self.new_request_id();
        loop {
            self.wait_for(organization, session, cancel).await?;
            if !store.job_goes_on(lease).await? {
                return Err(taken_back());
            }
            let prompting = Prompting {
                who: &who,
                agent: &agent,
                message: text,
                session: Some(session.as_str()),
                caller: Arc::new(NoCaller),
                cancel,
                request: &request,
                credentials: CredentialChoice::default(),
                follower: None,
            };
            match self.prompt_of_job(prompting, lease, None).await {
                Ok(prompted) if prompted.status == "interrupted" && cancel.is_cancelled() => {
                    return Err(ending());
                }
                Ok(_) => return Ok(()),
                // Somebody was faster.
                Err(error) if error.code() == "session_busy" => {}
                Err(error) if error.code().starts_with("approval_") => return Err(needs_approval()),
                Err(error) => return Err(error),
            }
        }
    }

    async fn is_to_be_said(&self, organization: &OrgId, work: &Work) -> Result<bool, Error> {
        match &work.approval {
            Some(approval) => self.is_approved(organization, approval).await,
            None => Ok(true),
        }
    }

    /// Waits until nobody holds a session. Whoever does lets go of it, or its lease runs out.
    async fn wait_for(
        &self,
        organization: &OrgId,
        session: &SessionId,
        cancel: &CancellationToken,
    ) -> Result<(), Error> {
        loop {
            let found = self.inner.store.session(organization, session).await?;
            let until = found.and_then(|found| found.lease_until);
            if until.is_none_or(|until| until <= self.inner.clock.now()) {
                return Ok(());
            }
            let pause = cancel.run_until_cancelled(tokio::time::sleep(LOOK));
            pause.await.ok_or_else(ending)?;
        }
    }
}

fn taken_back() -> Error {
    let message = "somebody stopped it before it was said";
    Error::new(Kind::Conflict, TAKEN_BACK, message)
}

fn needs_approval() -> Error {
    let message = "the agent needs an approval to be asked";
    Error::new(Kind::Conflict, "agent_needs_approval", message)
}

fn ending() -> Error {
    Error::new(Kind::Cancelled, "cancelled", "the process ends")
}
