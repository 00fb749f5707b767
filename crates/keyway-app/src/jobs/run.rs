use std::sync::Arc;
use std::time::Duration;

use keyway_core::action::{JobRun, Reply};
use keyway_core::ports::NoCaller;
use keyway_core::rpc::RawJson;
use keyway_core::{Error, Kind};
use keyway_store::{ClaimedJob, JobEnd};
use tokio_util::sync::CancellationToken;

use super::asker::{Asker, damaged};
use super::{DELIVERY, SCHEDULED, TASK, TURN, WEBHOOK, backoff};
use crate::agents::TAKEN_BACK;
use crate::credentials::CredentialChoice;
use crate::{App, Invocation, Surface};

impl App {
    /// Does a job: its action, a client's task, or what is said to an agent, as the principal that queued it stands now.
    pub(super) async fn run_job(
        &self,
        claimed: &ClaimedJob,
        cancel: &CancellationToken,
    ) -> Result<(), Error> {
        if claimed.job.kind == DELIVERY {
            return self.dispatch(claimed, cancel).await;
        }
        if claimed.job.kind == WEBHOOK {
            return self.send_webhook(claimed, cancel).await;
        }
        if claimed.job.kind == TURN {
            return self.converse(claimed, cancel).await;
        }
        if claimed.job.kind == TASK {
            return self.run_task(claimed, cancel).await;
        }
        let inner = &self.inner;
        let asker: Asker = serde_json::from_str(&claimed.asker).map_err(|_| damaged())?;
        let organization = &claimed.lease.organization;
        let who = asker
            .now(&inner.store, organization, inner.clock.now())
            .await?;
        let who = self.governed(who);
        let job = JobRun {
            id: claimed.job.id.clone(),
            attempt: claimed.job.attempts,
            run_at: claimed.job.run_at,
        };
        let input = RawJson::parse(claimed.payload.clone().into()).map_err(|_| damaged())?;
        let request = self.new_request_id();
        let invocation = Invocation {
            who: &who,
            slug: &claimed.job.name,
            input,
            surface: match claimed.job.kind.as_str() {
                SCHEDULED => Surface::Schedule,
                _ => Surface::Task,
            },
            caller: Arc::new(NoCaller),
            cancel,
            request: &request,
            credentials: CredentialChoice::default(),
        };
        match self.invoke_job(invocation, &job).await? {
            Reply::Content(content) if content.is_error => Err(Error::new(
                Kind::BadGateway,
                "action_failed",
                "the action told of a failure",
            )),
            _ => Ok(()),
        }
    }

    /// How an attempt ended, and whether and when there is another. What was told to stop for want of
    /// time is put back, also where it says that it is done: it may only mean that it stopped.
    pub(super) fn job_end(
        &self,
        claimed: &ClaimedJob,
        done: &Result<(), Error>,
        stopped: bool,
    ) -> JobEnd {
        let error = match done {
            Ok(()) if stopped => return JobEnd::Released,
            Ok(()) => return JobEnd::Done,
            Err(error) if error.kind() == Kind::Cancelled && stopped => return JobEnd::Released,
            Err(error) if error.code() == "approval_pending" => {
                let longest = self.settings().approvals.expiry;
                return JobEnd::Waiting(crate::jobs::later(self.inner.clock.now(), longest));
            }
            Err(error) if error.code() == TAKEN_BACK => return JobEnd::TakenBack,
            Err(error) => error,
        };
        let inner = &self.inner;
        let wait = backoff::wait(self.job_settings(), claimed.job.attempts, &*inner.random);
        let asked = error.retry_after().unwrap_or_default();
        let wait = wait.max(asked.min(LONGEST_ASKED));
        let retry_at =
            may_pass(error.kind()).then(|| crate::jobs::work::later(inner.clock.now(), wait));
        JobEnd::Failed {
            code: error.code().to_owned(),
            retry_at,
        }
    }
}

/// The longest a service may keep a job waiting by its `Retry-After`: others of its order wait behind
/// it.
const LONGEST_ASKED: Duration = Duration::from_hours(24);

/// Whether the reason of a failure may be gone the next time.
pub(crate) fn may_pass(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Internal
            | Kind::BadGateway
            | Kind::Unavailable
            | Kind::Timeout
            | Kind::RateLimited
            | Kind::Cancelled
    )
}
