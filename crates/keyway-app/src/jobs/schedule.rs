use jiff::Timestamp;
use keyway_core::action::{Entry, Schedule as Clockwork};
use keyway_core::{Error, JobId, OrgId};
use keyway_store::{NewJob, Schedule};
use tokio_util::sync::CancellationToken;

use super::SCHEDULED;
use super::asker::Asker;
use crate::App;

/// Something that runs by the clock, and what is known of it.
struct Kept<'a> {
    entry: &'a Entry,
    clockwork: &'a Clockwork,
    /// Up to when its runs are queued; unknown until the database was asked.
    until: Option<Timestamp>,
    /// When the next one is due; never when absent.
    next: Option<Timestamp>,
}

impl App {
    /// Queues scheduled runs as they come due, until `stopping`.
    pub(super) async fn keep_schedules(self, stopping: CancellationToken) {
        let registry = std::sync::Arc::clone(&self.inner.registry);
        let mut all: Vec<_> = registry
            .iter()
            .filter_map(|entry| {
                Some(Kept {
                    clockwork: entry.schedule()?,
                    entry,
                    until: None,
                    next: None,
                })
            })
            .collect();
        if all.is_empty() {
            return;
        }
        loop {
            for kept in &mut all {
                if let Err(error) = self.keep_schedule(kept).await {
                    let action = kept.entry.action().slug();
                    tracing::warn!(action, %error, "a scheduled run cannot be queued");
                }
            }
            let pause = tokio::time::sleep(self.job_settings().poll);
            if stopping.run_until_cancelled(pause).await.is_none() {
                return;
            }
        }
    }

    async fn keep_schedule(&self, kept: &mut Kept<'_>) -> Result<(), Error> {
        let (now, store) = (self.inner.clock.now(), &self.inner.store);
        let slug = kept.entry.action().slug();
        let organization = self.home();
        let schedule = Schedule {
            organization,
            name: slug,
            spec: kept.clockwork.spec(),
        };
        let until = match kept.until {
            Some(_) if kept.next.is_none_or(|next| next > now) => return Ok(()),
            Some(until) => until,
            None => store.begin_schedule(&schedule, now).await?,
        };
        let mut reached = until;
        // Of several that are due, as after a night without a gateway, the last one.
        if let Some(due) = kept.clockwork.last_within(until, now) {
            let job = self.scheduled_run(kept, organization, due)?;
            if store.queue_scheduled(&schedule, until, due, &job).await? {
                tracing::info!(action = slug, %due, "a scheduled run is queued");
                self.inner.jobs.notify_one();
            }
            // Whoever queued it, this is how far it is now.
            reached = store.begin_schedule(&schedule, now).await?;
        }
        kept.next = kept.clockwork.next_after(reached);
        kept.until = Some(reached);
        Ok(())
    }

    /// A run by the clock acts as the operator, whose gateway declares it.
    fn scheduled_run(
        &self,
        kept: &Kept<'_>,
        organization: &OrgId,
        due: Timestamp,
    ) -> Result<NewJob, Error> {
        let (action, inner) = (kept.entry.action(), &self.inner);
        Ok(NewJob {
            id: JobId::generate(&*inner.clock, &*inner.random),
            kind: SCHEDULED.to_owned(),
            name: action.slug().to_owned(),
            ordering_key: Some(if action.is_in_order() {
                action.slug().to_owned()
            } else {
                format!("{SCHEDULED}/{}/{organization}", action.slug())
            }),
            once_key: Some(format!("{}/{}", action.slug(), due.as_millisecond())),
            actor: "operator".to_owned(),
            asker: serde_json::to_string(&Asker::Operator).map_err(Error::internal)?,
            payload: kept.clockwork.input().as_str().to_owned(),
            run_at: due,
            max_attempts: action.get_attempts(),
            created_at: inner.clock.now(),
        })
    }
}
