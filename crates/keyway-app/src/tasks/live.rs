use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use keyway_core::json;
use keyway_core::ports::{
    AskError, BoxFuture, Caller, ClientCapabilities, InputRequests, InputResponses, LogLevel,
    Notice,
};
use keyway_core::{OrgId, TaskId};
use parking_lot::Mutex;
use serde_json::value::RawValue;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::TaskSettings;
use super::asks::Asks;
use crate::App;

/// The most of what a task says about itself, in bytes.
const LONGEST: usize = 512;

/// The tasks that run in this process.
#[derive(Default)]
pub(crate) struct LiveTasks(Mutex<HashMap<TaskId, Arc<Live>>>);

/// A task that runs: the side that asked for it, as far as it is there.
pub(crate) struct Live {
    app: App,
    organization: OrgId,
    id: TaskId,
    capabilities: ClientCapabilities,
    /// Ends it.
    pub(super) cancel: CancellationToken,
    state: Mutex<State>,
}

struct State {
    message: Option<String>,
    asks: Asks,
    changed_at: Timestamp,
}

/// How a task stands that runs.
pub(super) struct Standing {
    /// What it does, in words.
    pub(super) message: Option<String>,
    /// What it asks: an `InputRequests` object.
    pub(super) asks: Option<String>,
    /// When that changed.
    pub(super) changed_at: Timestamp,
}

/// A task is known as running for as long as this is there.
pub(super) struct Known(Arc<Live>);

impl Known {
    pub(super) fn live(&self) -> &Arc<Live> {
        &self.0
    }
}

impl Drop for Known {
    fn drop(&mut self) {
        let Live { app, id, .. } = &*self.0;
        let mut table = app.inner.live_tasks.0.lock();
        // Another try of it may run already.
        if table.get(id).is_some_and(|live| Arc::ptr_eq(live, &self.0)) {
            table.remove(id);
        }
    }
}

impl LiveTasks {
    pub(super) fn find(&self, id: &TaskId) -> Option<Arc<Live>> {
        self.0.lock().get(id).cloned()
    }
}

impl App {
    /// Makes a task known that begins to run.
    pub(super) fn know_task(
        &self,
        (organization, id, fence): (&OrgId, &TaskId, i64),
        capabilities: ClientCapabilities,
        cancel: CancellationToken,
    ) -> Known {
        let live = Arc::new(Live {
            app: self.clone(),
            organization: organization.clone(),
            id: id.clone(),
            capabilities,
            cancel,
            state: Mutex::new(State {
                message: None,
                asks: Asks::new(fence),
                changed_at: self.inner.clock.now(),
            }),
        });
        let mut table = self.inner.live_tasks.0.lock();
        table.insert(id.clone(), Arc::clone(&live));
        drop(table);
        Known(live)
    }

    /// Tells whoever listens that a task changed.
    pub(super) fn task_changed(&self, organization: &OrgId, id: &TaskId) {
        let tenant = self.tenant_of(organization);
        tenant.tell(Notice::TaskChanged(id.clone()));
    }
}

impl Live {
    pub(super) fn standing(&self) -> Standing {
        let state = self.state.lock();
        Standing {
            message: state.message.clone(),
            asks: state.asks.written(),
            changed_at: state.changed_at,
        }
    }

    /// Takes answers of the client.
    pub(super) fn answer(&self, responses: &str) {
        let heard = self.state.lock().asks.answer(responses);
        if heard {
            self.changed();
        }
    }

    fn changed(&self) {
        self.state.lock().changed_at = self.app.inner.clock.now();
        self.app.task_changed(&self.organization, &self.id);
    }

    async fn ask_now(&self, requests: InputRequests) -> Result<InputResponses, AskError> {
        let mut lacking = requests.iter();
        let lacking = lacking.find_map(|(_, request)| request.lacking(&self.capabilities));
        if let Some(name) = lacking {
            return Err(AskError::Unsupported(name));
        }
        let (reply, answers) = oneshot::channel();
        let number = self.state.lock().asks.add(requests, reply);
        let _forget = Forget { live: self, number };
        self.changed();
        tokio::select! {
            biased;
            answers = answers => answers.map_err(|_| AskError::Cancelled),
            () = self.cancel.cancelled() => Err(AskError::Cancelled),
            () = tokio::time::sleep(TaskSettings::ASKS) => Err(AskError::Timeout),
        }
    }
}

/// Takes a question back when nobody waits for its answer any more.
struct Forget<'a> {
    live: &'a Live,
    number: u64,
}

impl Drop for Forget<'_> {
    fn drop(&mut self) {
        let was_open = self.live.state.lock().asks.forget(self.number);
        if was_open {
            self.live.changed();
        }
    }
}

impl Caller for Live {
    fn capabilities(&self) -> ClientCapabilities {
        self.capabilities.clone()
    }

    fn wants_progress(&self) -> bool {
        true
    }

    fn log_level(&self) -> Option<LogLevel> {
        None
    }

    /// Progress is what the task says it does; a client that asks is told.
    fn notify(&self, method: &str, params: Box<RawValue>) {
        if method != "notifications/progress" {
            return;
        }
        let message = json::member(params.get(), "message");
        let Some(message) = message.filter(|found| found.value.starts_with('"')) else {
            return;
        };
        let message = json::unquote(message.value);
        let end = message.floor_char_boundary(LONGEST);
        let message = message.get(..end).unwrap_or_default().to_owned();
        let mut state = self.state.lock();
        state.message = Some(message);
        state.changed_at = self.app.inner.clock.now();
    }

    fn ask(&self, requests: InputRequests) -> BoxFuture<'_, Result<InputResponses, AskError>> {
        Box::pin(self.ask_now(requests))
    }

    fn takes_input_required(&self) -> bool {
        false
    }
}
