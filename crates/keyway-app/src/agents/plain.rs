use std::sync::Arc;

use keyway_core::ports::{
    AskError, BoxFuture, Caller, ClientCapabilities, InputRequests, InputResponses, LogLevel,
};
use serde_json::value::RawValue;

/// A caller as the tools of an agent have it: it can be asked, and it is a model that reads what they
/// answer, which knows no half answers and no connections.
pub(super) struct Plain(pub(super) Arc<dyn Caller>);

impl Caller for Plain {
    fn capabilities(&self) -> ClientCapabilities {
        self.0.capabilities()
    }

    fn wants_progress(&self) -> bool {
        self.0.wants_progress()
    }

    fn log_level(&self) -> Option<LogLevel> {
        self.0.log_level()
    }

    fn notify(&self, method: &str, params: Box<RawValue>) {
        self.0.notify(method, params);
    }

    fn ask(&self, requests: InputRequests) -> BoxFuture<'_, Result<InputResponses, AskError>> {
        self.0.ask(requests)
    }

    fn takes_input_required(&self) -> bool {
        false
    }
}
