use std::sync::Arc;

use keyway_agent::Update;
use keyway_core::SessionId;
use keyway_core::json;
use keyway_core::ports::{
    AskError, BoxFuture, Caller, ClientCapabilities, InputRequests, InputResponses, LogLevel,
};
use parking_lot::Mutex;
use serde_json::value::RawValue;

use super::Follower;

/// A caller as the tools of an agent have it: it can be asked, and it is a model that reads what they
/// answer, which knows no half answers and no connections. What they say of their progress is progress of
/// the turn: its steps are counted here.
pub(super) struct Plain {
    caller: Arc<dyn Caller>,
    steps: Mutex<u64>,
}

impl Plain {
    pub(super) fn new(caller: Arc<dyn Caller>) -> Arc<Self> {
        let steps = Mutex::new(0);
        Arc::new(Self { caller, steps })
    }

    /// Tells whoever asked what the turn does next.
    fn step(&self, message: Option<&str>) {
        if !self.caller.wants_progress() {
            return;
        }
        // Held until it is told: no step overtakes another.
        let mut steps = self.steps.lock();
        *steps += 1;
        let mut params = serde_json::json!({ "progress": *steps });
        if let (Some(message), Some(fields)) = (message, params.as_object_mut()) {
            fields.insert("message".into(), message.into());
        }
        if let Ok(params) = RawValue::from_string(params.to_string()) {
            self.caller.notify(PROGRESS, params);
        }
    }
}

/// Tells whoever asked for a turn what it does, and who follows it besides.
pub(super) struct Steps {
    pub(super) plain: Arc<Plain>,
    pub(super) next: Option<Arc<dyn Follower>>,
}

impl Follower for Steps {
    fn begun(&self, session: &SessionId) {
        self.plain.step(Some("the agent has begun"));
        if let Some(next) = &self.next {
            next.begun(session);
        }
    }

    fn update(&self, update: &Update) {
        if let Update::ToolStarted(call) = update {
            self.plain
                .step(Some(&format!("the agent calls {}", call.name)));
        }
        if let Some(next) = &self.next {
            next.update(update);
        }
    }
}

const PROGRESS: &str = "notifications/progress";

impl Caller for Plain {
    fn capabilities(&self) -> ClientCapabilities {
        self.caller.capabilities()
    }

    fn wants_progress(&self) -> bool {
        self.caller.wants_progress()
    }

    fn log_level(&self) -> Option<LogLevel> {
        self.caller.log_level()
    }

    fn notify(&self, method: &str, params: Box<RawValue>) {
        if method == PROGRESS {
            let message = json::member(params.get(), "message");
            let message = message.filter(|found| found.value.starts_with('"'));
            return self.step(message.map(|found| json::unquote(found.value)).as_deref());
        }
        self.caller.notify(method, params);
    }

    fn ask(&self, requests: InputRequests) -> BoxFuture<'_, Result<InputResponses, AskError>> {
        self.caller.ask(requests)
    }

    fn takes_input_required(&self) -> bool {
        false
    }
}
