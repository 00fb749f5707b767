use std::sync::Arc;

use jiff::Timestamp;
use keyway_core::action::{Action, Schedule as Clockwork};
use keyway_core::{Error, JobId};
use keyway_store::{NewJob, Schedule};
use tokio_util::sync::CancellationToken;

use super::SCHEDULED;
use super::asker::Asker;
use crate::{App, Definitions};

/// Something that runs by the clock, and what is known of it.
struct Kept {
    slug: String,
    spec: String,
    /// Up to when its runs are queued; unknown until the database was asked.
    until: Option<Timestamp>,
    /// When the next one is due; never when absent.
    next: Option<Timestamp>,
}

impl App {
    /// Queues scheduled runs as they come due, until `stopping`.
    pub(super) async fn keep_schedules(self, stopping: CancellationToken) {
        let mut definitions = self.definitions();
        let mut all = schedules(&definitions, Vec::new());
        loop {
            let now = self.definitions();
            if !Arc::ptr_eq(&definitions, &now) {
                definitions = now;
                all = schedules(&definitions, all);
            }
            for kept in &mut all {
                if let Err(error) = self.keep_schedule(&definitions, kept).await {
                    let action = kept.slug.as_str();
                    tracing::warn!(action, %error, "a scheduled run cannot be queued");
                }
            }
            let pause = tokio::time::sleep(self.job_settings().poll);
            if stopping.run_until_cancelled(pause).await.is_none() {
                return;
            }
        }
    }

    async fn keep_schedule(&self, definitions: &Definitions, kept: &mut Kept) -> Result<(), Error> {
        let (now, store) = (self.inner.clock.now(), &self.inner.store);
        let slug = kept.slug.as_str();
        let Some(entry) = definitions.action(slug) else {
            return Ok(());
        };
        let Some(clockwork) = entry.schedule() else {
            return Ok(());
        };
        let organization = self.home();
        let schedule = Schedule {
            organization,
            name: slug,
            spec: clockwork.spec(),
        };
        let until = match kept.until {
            Some(_) if kept.next.is_none_or(|next| next > now) => return Ok(()),
            Some(until) => until,
            None => store.begin_schedule(&schedule, now).await?,
        };
        let mut reached = until;
        // Of several that are due, as after a night without a gateway, the last one.
        if let Some(due) = clockwork.last_within(until, now) {
            let job = self.scheduled_run(entry.action(), clockwork, due)?;
            if store.queue_scheduled(&schedule, until, due, &job).await? {
                tracing::info!(action = slug, %due, "a scheduled run is queued");
                self.inner.jobs.notify_one();
            }
            // Whoever queued it, this is how far it is now.
            reached = store.begin_schedule(&schedule, now).await?;
        }
        kept.next = clockwork.next_after(reached);
        kept.until = Some(reached);
        Ok(())
    }

    /// A run by the clock acts as the operator, whose gateway declares it.
    fn scheduled_run(
        &self,
        action: &Action,
        clockwork: &Clockwork,
        due: Timestamp,
    ) -> Result<NewJob, Error> {
        let (inner, organization) = (&self.inner, self.home());
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
            payload: clockwork.input().as_str().to_owned(),
            run_at: due,
            max_attempts: action.get_attempts(),
            created_at: inner.clock.now(),
        })
    }
}

/// What runs by the clock now. What is known of those that stayed as they were is kept.
fn schedules(definitions: &Definitions, mut before: Vec<Kept>) -> Vec<Kept> {
    let scheduled = definitions.registry().iter().filter_map(|entry| {
        let (slug, spec) = (entry.action().slug(), entry.schedule()?.spec());
        let kept = |one: &Kept| one.slug == slug && one.spec == spec;
        Some(match before.iter().position(kept) {
            Some(index) => before.swap_remove(index),
            None => Kept {
                slug: slug.to_owned(),
                spec: spec.to_owned(),
                until: None,
                next: None,
            },
        })
    });
    scheduled.collect()
}
