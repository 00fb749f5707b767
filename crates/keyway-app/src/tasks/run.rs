//! Doing tasks.

use std::sync::Arc;

use keyway_core::action::{JobRun, Reply, render};
use keyway_core::agent::slug_of_action;
use keyway_core::ports::Caller;
use keyway_core::rpc::{RawJson, RpcError};
use keyway_core::{Error, Kind, Principal, TaskId};
use keyway_store::{ClaimedJob, StoredTask, TaskEnd, TaskState};
use serde::Deserialize;
use tokio_util::sync::CancellationToken;

use super::live::Live;
use super::request::{Request, place};
use super::view::error_text;
use crate::agents::Tasked;
use crate::call::{arguments, no_tool};
use crate::credentials::CredentialChoice;
use crate::invoke::no_action;
use crate::jobs::{Asker, damaged, may_pass};
use crate::run::Within;
use crate::{App, Invocation, Surface};

/// What the job of a task is done with.
#[derive(Deserialize)]
struct Work {
    task: String,
}

impl App {
    /// Does a task as whoever asked for it, with the rights they have now, and keeps what came of it.
    pub(crate) async fn run_task(
        &self,
        claimed: &ClaimedJob,
        stop: &CancellationToken,
    ) -> Result<(), Error> {
        let inner = &self.inner;
        let organization = &claimed.lease.organization;
        let work: Work = serde_json::from_str(&claimed.payload).map_err(|_| damaged())?;
        let id: TaskId = work.task.parse().map_err(|_| damaged())?;
        let task = inner.store.task(organization, &id).await?;
        // It was taken back, is over its time, or ended when its job could not be.
        let Some(task) = task.filter(|task| task.state == TaskState::Working) else {
            return Ok(());
        };
        let request = Request::open(&inner.vault, organization, &id, &task.request)?;
        let asker: Asker = serde_json::from_str(&claimed.asker).map_err(|_| damaged())?;
        let who = asker
            .now(&inner.store, organization, inner.clock.now())
            .await?;
        let doing = Doing {
            app: self,
            claimed,
            who: &self.governed(who),
            task: &task,
            request: &request,
        };
        let known = self.know_task(
            (organization, &id, claimed.lease.fence),
            request.capabilities(),
            stop.child_token(),
        );
        let done = Box::pin(doing.done(known.live())).await;
        // Its client does not want it any more.
        if known.live().cancel.is_cancelled() && !stop.is_cancelled() {
            return Ok(());
        }
        let failed = done.as_ref().err();
        if failed.is_some_and(|error| is_tried_again(error, claimed, stop)) {
            return done.map(drop);
        }
        let failed = failed.map(given_up);
        let (end, outcome) = doing.outcome(done);
        let sealed = inner
            .vault
            .seal(&place(organization, &id, "outcome"), outcome.as_bytes())
            .map_err(Error::internal)?;
        let (lease, now) = (&claimed.lease, inner.clock.now());
        let kept = inner
            .store
            .end_task(lease, &id, (end, &sealed), now)
            .await?;
        drop(known);
        if kept {
            self.task_changed(organization, &id);
        }
        failed.map_or(Ok(()), Err)
    }
}

impl App {
    /// Tells whoever listens that somebody took the job of a task back, or has it instead.
    pub(crate) fn task_lost(&self, claimed: &ClaimedJob) {
        let work = serde_json::from_str::<Work>(&claimed.payload);
        if let Some(id) = work.ok().and_then(|work| work.task.parse().ok()) {
            self.task_changed(&claimed.lease.organization, &id);
        }
    }
}

/// A task that is done.
struct Doing<'a> {
    app: &'a App,
    claimed: &'a ClaimedJob,
    who: &'a Principal,
    task: &'a StoredTask,
    request: &'a Request,
}

impl Doing<'_> {
    async fn done(&self, live: &Arc<Live>) -> Result<Reply, Error> {
        let claimed = self.claimed;
        let params = self.request.params();
        let job = JobRun {
            id: claimed.job.id.clone(),
            attempt: claimed.job.attempts,
            run_at: claimed.job.run_at,
        };
        let input = arguments(&params).map_err(|_| damaged())?;
        let input = input.unwrap_or_else(RawJson::empty_object);
        let caller: Arc<dyn Caller> = Arc::<Live>::clone(live);
        let request = self.app.new_request_id();
        let invocation = Invocation {
            who: self.who,
            slug: &self.task.action,
            input,
            surface: Surface::Mcp,
            caller,
            cancel: &live.cancel,
            request: &request,
            credentials: CredentialChoice::of_params(&params),
        };
        let within = Within {
            job: Some(&job),
            hops: self.request.hops,
            ..Within::default()
        };
        match slug_of_action(&self.task.action) {
            Some(agent) => {
                let tasked = Tasked {
                    agent,
                    task: self.task,
                    lease: &claimed.lease,
                };
                self.app.turn_of_task(tasked, invocation, within).await
            }
            None => self.app.invoke_within(invocation, within).await,
        }
    }

    /// What came of it, as its client is told: what a call that is waited for would have been answered.
    fn outcome(&self, done: Result<Reply, Error>) -> (TaskEnd, String) {
        let definitions = self.app.tenant(self.who).definitions();
        let failed = |error: RpcError| (TaskEnd::Failed, error_text(&error));
        match done {
            Err(error) if error.code() == no_action().code() => failed(no_tool()),
            Err(error) if is_the_protocol_s(&error) => failed(error.into()),
            done => {
                let result = match (definitions.action(&self.task.action), done) {
                    (Some(entry), done) => render::tool_result(entry, done),
                    (None, Err(error)) => render::error_result(&error),
                    (None, Ok(_)) => return failed(no_tool()),
                };
                (TaskEnd::Completed, result.as_str().to_owned())
            }
        }
    }
}

/// Whether a call is answered by an error of the protocol for this, and not by a failure of its tool.
fn is_the_protocol_s(error: &Error) -> bool {
    error.needed_scopes().is_some() || error.missing_capability().is_some()
}

/// What is told of a job that is given up.
fn given_up(error: &Error) -> Error {
    let kind = match error.kind() {
        // Whoever stopped it meant it.
        Kind::Cancelled => Kind::Conflict,
        kind => kind,
    };
    Error::new(
        kind,
        error.code().to_owned(),
        "the task came to no good end",
    )
}

/// Whether the job goes on with it, now or later.
fn is_tried_again(error: &Error, claimed: &ClaimedJob, stop: &CancellationToken) -> bool {
    match error.kind() {
        Kind::Cancelled => stop.is_cancelled(),
        _ if error.code() == "approval_pending" => true,
        kind => may_pass(kind) && claimed.job.attempts < claimed.job.max_attempts,
    }
}
