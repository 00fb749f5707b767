#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

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
pub(super) struct World {
    pub(super) process: Process,
    stopping: CancellationToken,
    working: TaskTracker,
}

/// What ran, in order: the text of its input.
#[derive(Clone, Default)]
pub(super) struct Ran(Arc<Mutex<Vec<String>>>);

impl Ran {
    pub(super) fn add(&self, text: impl Into<String>) {
        self.0.lock().push(text.into());
    }

    pub(super) fn all(&self) -> Vec<String> {
        self.0.lock().clone()
    }
}

pub(super) fn quick() -> JobSettings {
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
    pub(super) async fn start(directory: &Path, actions: Vec<Action>) -> Self {
        let world = Self::idle(directory, actions, quick()).await;
        world.work(Duration::from_secs(20));
        world
    }

    /// A process that begins to work when it is told.
    pub(super) async fn idle(directory: &Path, actions: Vec<Action>, jobs: JobSettings) -> Self {
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

    pub(super) fn work(&self, grace: Duration) {
        let app = self.app().clone();
        self.working.spawn(app.work(self.stopping.clone(), grace));
    }

    /// Drains, and ends.
    pub(super) async fn stop(self) {
        self.drain().await;
        self.process.stop().await;
    }

    /// Begins nothing new, and waits for what runs.
    pub(super) async fn drain(&self) {
        self.stopping.cancel();
        self.working.close();
        self.working.wait().await;
    }

    pub(super) fn app(&self) -> &App {
        &self.process.app
    }

    pub(super) async fn queue_as(
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
    pub(super) async fn queue(&self, slug: &str, input: Value) -> JobId {
        let who = self.app().local();
        let queued = self.queue_as(&who, Queue::new(slug, input)).await;
        queued.unwrap().id
    }

    pub(super) async fn job(&self, id: &JobId) -> JobView {
        let who = self.app().local();
        self.app().jobs().show(&who, id).await.unwrap()
    }

    /// Waits until a job is in a state.
    pub(super) async fn reaches(&self, id: &JobId, state: &str) -> JobView {
        until(|| async { self.job(id).await.state == state }).await;
        self.job(id).await
    }

    pub(super) async fn all(&self) -> Vec<JobView> {
        let who = self.app().local();
        let page = self.app().jobs().list(&who, &ListJobs::default()).await;
        page.unwrap().jobs
    }
}

/// A wish for a job.
pub(super) struct Queue<'a> {
    pub(super) slug: &'a str,
    pub(super) input: Value,
    pub(super) surface: Surface,
    pub(super) key: Option<&'a str>,
}

impl<'a> Queue<'a> {
    pub(super) fn new(slug: &'a str, input: Value) -> Self {
        Self {
            slug,
            input,
            surface: Surface::Cli,
            key: None,
        }
    }
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
pub(super) struct Note {
    pub(super) text: String,
}

/// An action for the background that is called everywhere.
pub(super) fn task<F, R>(slug: &str, run: F) -> Action
where
    F: Fn(Context, Note) -> R + Send + Sync + 'static,
    R: Future<Output = Result<String, Error>> + Send + 'static,
{
    Action::new(slug, run).expose(Expose::TASK | Expose::HTTP | Expose::CLI)
}

/// An action that tells what it was given.
pub(super) fn telling(ran: &Ran) -> Action {
    let ran = ran.clone();
    task("note:keep", move |_, note| {
        ran.add(note.text);
        async { Ok("kept".to_owned()) }
    })
}
