#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use keyway_app::approvals::{ApprovalView, ListApprovals};
use keyway_app::jobs::{JobSettings, JobView, ListJobs, Queueing};
use keyway_app::{App, Settings, Surface};
use keyway_core::action::Expose;
use keyway_core::ports::NoCaller;
use keyway_core::rpc::RawJson;
use keyway_core::{Action, Context, Error, JobId, Principal};
use keyway_store::Purpose;
use parking_lot::Mutex;
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::support::{Process, until};

/// A process that works, on a directory.
pub(crate) struct World {
    pub(crate) process: Process,
    stopping: CancellationToken,
    working: TaskTracker,
}

/// What ran, in order: the text of its input.
#[derive(Clone, Default)]
pub(crate) struct Ran(Arc<Mutex<Vec<String>>>);

impl Ran {
    pub(crate) fn add(&self, text: impl Into<String>) {
        self.0.lock().push(text.into());
    }

    pub(crate) fn all(&self) -> Vec<String> {
        self.0.lock().clone()
    }
}

pub(crate) fn quick() -> JobSettings {
    JobSettings {
        poll: Duration::from_millis(20),
        retry_first: Duration::from_millis(1),
        retry_longest: Duration::from_millis(1),
        // The clock of a test may jump while a job runs.
        lease: Duration::from_hours(100_000),
        ..JobSettings::default()
    }
}

impl World {
    /// A process that works.
    pub(crate) async fn start(directory: &Path, actions: Vec<Action>) -> Self {
        let world = Self::idle(directory, actions, quick()).await;
        world.work(Duration::from_secs(20));
        world
    }

    /// A process that begins to work when it is told.
    pub(crate) async fn idle(directory: &Path, actions: Vec<Action>, jobs: JobSettings) -> Self {
        let settings = Settings {
            jobs,
            ..Settings::default()
        };
        let process = Process::start_with(directory, Purpose::Command, actions, settings).await;
        Self {
            process,
            stopping: CancellationToken::new(),
            working: TaskTracker::new(),
        }
    }

    pub(crate) fn work(&self, grace: Duration) {
        let app = self.app().clone();
        self.working.spawn(app.work(self.stopping.clone(), grace));
    }

    /// Drains, and ends.
    pub(crate) async fn stop(self) {
        self.drain().await;
        self.process.stop().await;
    }

    /// Begins nothing new, and waits for what runs.
    pub(crate) async fn drain(&self) {
        self.stopping.cancel();
        self.working.close();
        self.working.wait().await;
    }

    pub(crate) fn app(&self) -> &App {
        &self.process.app
    }

    pub(crate) async fn queue_as(
        &self,
        who: &Principal,
        queue: Queue<'_>,
    ) -> Result<JobView, Error> {
        let (cancel, request) = (CancellationToken::new(), self.app().new_request_id());
        let queueing = Queueing {
            who,
            slug: queue.slug,
            input: RawJson::of(&queue.input).unwrap(),
            surface: queue.surface,
            idempotency_key: queue.key,
            caller: Arc::new(NoCaller),
            cancel: &cancel,
            request: &request,
        };
        self.app().queue(queueing).await
    }

    /// Queues as the operator.
    pub(crate) async fn queue(&self, slug: &str, input: Value) -> JobId {
        let who = self.app().local();
        let queued = self.queue_as(&who, Queue::new(slug, input)).await;
        queued.unwrap().id
    }

    pub(crate) async fn job(&self, id: &JobId) -> JobView {
        let who = self.app().local();
        self.app().jobs().show(&who, id).await.unwrap()
    }

    /// The approval that waits, once there is one.
    pub(crate) async fn pending(&self) -> ApprovalView {
        let list = ListApprovals {
            state: Some("pending"),
            ..ListApprovals::default()
        };
        let (approvals, who) = (self.app().approvals(), self.app().local());
        until(|| async {
            !approvals
                .list(&who, &list)
                .await
                .unwrap()
                .approvals
                .is_empty()
        })
        .await;
        let mut found = approvals.list(&who, &list).await.unwrap().approvals;
        found.remove(0)
    }

    /// Waits until a job is in a state.
    pub(crate) async fn reaches(&self, id: &JobId, state: &str) -> JobView {
        until(|| async { self.job(id).await.state == state }).await;
        self.job(id).await
    }

    pub(crate) async fn all(&self) -> Vec<JobView> {
        let who = self.app().local();
        let page = self.app().jobs().list(&who, &ListJobs::default()).await;
        page.unwrap().jobs
    }
}

/// A wish for a job.
pub(crate) struct Queue<'a> {
    pub(crate) slug: &'a str,
    pub(crate) input: Value,
    pub(crate) surface: Surface,
    pub(crate) key: Option<&'a str>,
}

impl<'a> Queue<'a> {
    pub(crate) fn new(slug: &'a str, input: Value) -> Self {
        Self {
            slug,
            input,
            surface: Surface::Cli,
            key: None,
        }
    }
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
pub(crate) struct Note {
    pub(crate) text: String,
}

/// An action for the background that is called everywhere.
pub(crate) fn task<F, R>(slug: &str, run: F) -> Action
where
    F: Fn(Context, Note) -> R + Send + Sync + 'static,
    R: Future<Output = Result<String, Error>> + Send + 'static,
{
    Action::new(slug, run).expose(Expose::TASK | Expose::HTTP | Expose::CLI)
}

/// An action that tells what it was given.
pub(crate) fn telling(ran: &Ran) -> Action {
    let ran = ran.clone();
    task("note:keep", move |_, note| {
        ran.add(note.text);
        async { Ok("kept".to_owned()) }
    })
}
