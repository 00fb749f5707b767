use std::sync::Arc;

use keyway_core::ports::Clock;
use keyway_core::{Error, JobId, Kind, Principal, Role, Scopes, Subject};
use keyway_store::{Job, JobFilter, JobState, Store};
use tokio::sync::Notify;

use super::asker::{actor_id, within};
use super::{JobPage, JobView};
use crate::access;
use crate::audit::{Audit, Event, EventKind};
use crate::pages::Page;

/// Looking at jobs, queueing them again and taking them back. Everyone sees their own, by a key or a
/// token those that were queued with no more scopes than it has; who administers the organization
/// sees all of it.
#[derive(Debug, Clone)]
pub struct Jobs {
    parts: JobParts,
    wake: Option<Arc<Notify>>,
}

/// What [`Jobs`] are made of.
#[derive(Clone)]
pub struct JobParts {
    /// The rows.
    pub store: Store,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    /// What happened, written down.
    pub audit: Audit,
}

impl std::fmt::Debug for JobParts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("JobParts").finish_non_exhaustive()
    }
}

/// Which jobs to list.
#[derive(Debug, Clone, Default)]
pub struct ListJobs<'a> {
    /// Those in this state, by its name.
    pub state: Option<&'a str>,
    /// The [`JobPage::next_cursor`] of the page before.
    pub cursor: Option<&'a str>,
    /// The most of a page, 50 unless said; at most 200.
    pub limit: Option<u32>,
}

impl Jobs {
    /// For a process that works off no jobs itself; a gateway next to it does.
    pub fn new(parts: JobParts) -> Self {
        Self { parts, wake: None }
    }

    pub(crate) fn waking(mut self, wake: Arc<Notify>) -> Self {
        self.wake = Some(wake);
        self
    }

    /// The jobs that `who` sees, the last queued first. A page may have fewer than its limit although
    /// another one follows.
    pub async fn list(&self, who: &Principal, list: &ListJobs<'_>) -> Result<JobPage, Error> {
        let sight = self.sight(who).await?;
        let state = list.state.map(str::parse::<JobState>).transpose();
        let state = state.map_err(|error| Error::invalid_at("/state", error.to_string()))?;
        let page = Page::read(list.cursor, list.limit)?;
        let filter = JobFilter {
            state,
            actor: sight.own.as_deref(),
            before: page.before,
        };
        let store = &self.parts.store;
        let found = store.jobs(who.organization(), &filter, page.wanted());
        let mut jobs = found.await?;
        let next_cursor = page.cut(&mut jobs, |job| job.seq);
        jobs.retain(|job| sight.reaches(job));
        Ok(JobPage {
            jobs: jobs.into_iter().map(JobView::from).collect(),
            next_cursor,
        })
    }

    /// One job.
    pub async fn show(&self, who: &Principal, id: &JobId) -> Result<JobView, Error> {
        let sight = self.sight(who).await?;
        let job = self.parts.store.job(who.organization(), id).await?;
        let seen = job.filter(|job| sight.reaches(job));
        seen.map(JobView::from).ok_or_else(no_job)
    }

    /// Queues a job again that died or was cancelled.
    pub async fn retry(&self, who: &Principal, id: &JobId) -> Result<JobView, Error> {
        self.change(who, id, EventKind::JobRetried).await
    }

    /// Takes back a job that has not ended. One that runs is told to stop.
    pub async fn cancel(&self, who: &Principal, id: &JobId) -> Result<JobView, Error> {
        self.change(who, id, EventKind::JobCancelled).await
    }

    async fn change(&self, who: &Principal, id: &JobId, kind: EventKind) -> Result<JobView, Error> {
        let job = self.show(who, id).await?;
        let (store, now) = (&self.parts.store, self.parts.clock.now());
        let event = Event::new(kind, who)
            .target("job", id.as_str())
            .detail("action", job.action);
        let organization = who.organization();
        let change = async {
            let (changed, refusal) = match kind {
                EventKind::JobRetried => (
                    store.retry_job(organization, id, now).await?,
                    "only a job that died or was cancelled can be queued again",
                ),
                _ => (
                    store.cancel_job(organization, id, now).await?,
                    "the job has ended already",
                ),
            };
            if changed {
                return Ok(());
            }
            Err(Error::new(Kind::Conflict, "job_state", refusal))
        };
        self.parts.audit.change(event, change).await?;
        if let Some(wake) = &self.wake {
            wake.notify_one();
        }
        self.show(who, id).await
    }

    async fn sight(&self, who: &Principal) -> Result<Sight, Error> {
        let role = access::role(&self.parts.store, who).await?;
        let all = role.is_some_and(Role::administers) && who.scopes().admin();
        let narrow = matches!(
            who.subject(),
            Subject::ApiKey { .. } | Subject::Token { .. }
        );
        let bound = narrow && !all;
        Ok(Sight {
            own: (!all).then(|| actor_id(who)),
            bound: bound.then(|| (who.scopes().clone(), role.unwrap_or(Role::Member))),
        })
    }
}

/// Which jobs somebody sees.
struct Sight {
    /// Those of this id; all when absent.
    own: Option<String>,
    /// Those queued with no more than these scopes, as far as this role may have more.
    bound: Option<(Scopes, Role)>,
}

impl Sight {
    fn reaches(&self, job: &Job) -> bool {
        let own = self.own.as_ref().is_none_or(|own| *own == job.actor);
        own && match (&self.bound, &job.scopes) {
            (Some((scopes, role)), Some(had)) => had
                .parse::<Scopes>()
                .is_ok_and(|had| scopes.covers(&within(&had, *role))),
            _ => true,
        }
    }
}

fn no_job() -> Error {
    Error::new(
        Kind::NotFound,
        "job_not_found",
        "there is no job with this id",
    )
}
