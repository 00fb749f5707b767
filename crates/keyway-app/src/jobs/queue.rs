use std::sync::Arc;

use keyway_core::action::{Entry, Expose};
use keyway_core::ports::Caller;
use keyway_core::rpc::RawJson;
use keyway_core::{Error, JobId, Kind, Principal, RequestId};
use keyway_store::{NewJob, QueuedJob};
use tokio_util::sync::CancellationToken;

use super::asker::{Asker, actor_id, damaged};
use super::{ACTION, JobView};
use crate::audit::{Called, Event, EventKind, Sent};
use crate::invoke::{is_reached, no_action};
use crate::policy::ThingKind;
use crate::{App, Surface};

/// The longest key that makes a job the only one of its kind, in bytes.
const LONGEST_KEY: usize = 200;

/// An action to be run in the background.
#[derive(Clone)]
#[expect(
    missing_debug_implementations,
    reason = "holds payloads, which are never printed"
)]
pub struct Queueing<'a> {
    /// Who asks.
    pub who: &'a Principal,
    /// The action's slug.
    pub slug: &'a str,
    /// The input: one JSON object.
    pub input: RawJson,
    /// Where the wish came in.
    pub surface: Surface,
    /// Of wishes of the same principal with the same key only the first one is queued.
    pub idempotency_key: Option<&'a str>,
    /// The side that asks, in case a person has to approve.
    pub caller: Arc<dyn Caller>,
    /// Cancelled when the caller goes away.
    pub cancel: &'a CancellationToken,
    /// The request's id in logs.
    pub request: &'a RequestId,
}

impl App {
    /// Queues a run of an action, as whoever asks. What would be refused at once is refused here:
    /// an action that is not there or not meant for the background, and an input that is not valid.
    /// Whether they may is asked again when it runs.
    pub async fn queue(&self, queueing: Queueing<'_>) -> Result<JobView, Error> {
        let tenant = self.tenant(queueing.who);
        let definitions = tenant.definitions();
        let entry = definitions
            .action(queueing.slug)
            .filter(|entry| is_reached(entry.action(), queueing.surface))
            .ok_or_else(no_action)?;
        let facts = tenant.facts();
        let thing = facts.action(ThingKind::Tool, entry, entry.tool_name());
        if queueing.surface == Surface::Http {
            self.limits().of_tool(queueing.who, &thing.name)?;
        }
        // What needs an approval is asked about when it runs.
        let queued = match self.admit(queueing.who, &thing) {
            Ok(_) => self.queue_admitted(entry, &queueing).await,
            Err(refused) => Err(refused.or(no_action)),
        };
        if queued.is_err() {
            let called = Called::action(entry, None);
            let sent = Sent::Input(&queueing.input);
            let record = self
                .audit()
                .call(queueing.who, queueing.request, called, sent);
            record.end(&queued);
        }
        queued
    }

    async fn queue_admitted(
        &self,
        entry: &Entry,
        queueing: &Queueing<'_>,
    ) -> Result<JobView, Error> {
        let action = entry.action();
        if !action.exposure().contains(Expose::TASK) {
            return Err(not_a_task());
        }
        entry.validate(&queueing.input)?;
        let who = queueing.who;
        let key = queueing.idempotency_key;
        if key.is_some_and(|key| key.is_empty() || key.len() > LONGEST_KEY) {
            return Err(bad_key());
        }
        let inner = &self.inner;
        let (actor, now) = (actor_id(who), inner.clock.now());
        let job = NewJob {
            id: JobId::generate(&*inner.clock, &*inner.random),
            kind: ACTION.to_owned(),
            name: action.slug().to_owned(),
            ordering_key: action.is_in_order().then(|| action.slug().to_owned()),
            once_key: key.map(|key| format!("{actor}/{}/{key}", action.slug())),
            asker: serde_json::to_string(&Asker::of(who)).map_err(Error::internal)?,
            actor,
            payload: queueing.input.as_str().to_owned(),
            run_at: now,
            max_attempts: action.get_attempts(),
            created_at: now,
        };
        let event = Event::new(EventKind::JobQueued, who)
            .target("job", job.id.as_str())
            .detail("action", action.slug())
            .request(queueing.request);
        let organization = who.organization();
        let queue = async { Ok(inner.store.queue_job(organization, &job).await?) };
        let queued = self.audit().change(event, queue).await?;
        inner.jobs.notify_one();
        let id = match queued {
            QueuedJob::New => job.id,
            QueuedJob::Already(before) => before,
        };
        let row = inner.store.job(organization, &id).await?;
        row.map(JobView::from).ok_or_else(damaged)
    }
}

fn not_a_task() -> Error {
    Error::new(
        Kind::Conflict,
        "not_a_task",
        "this action does not run in the background",
    )
    .with_hint("call it and wait, or let its author add `Expose::TASK`")
}

fn bad_key() -> Error {
    Error::new(
        Kind::Malformed,
        "bad_idempotency_key",
        "an idempotency key has 1 to 200 bytes",
    )
}
