use std::sync::Arc;

use serde_json::value::RawValue;
use tokio_util::sync::CancellationToken;

use crate::ports::{
    AskError, Caller, ClientCapabilities, Clock, InputRequests, InputResponses, LogLevel,
};
use crate::{Error, Kind, OrgId, Principal, RequestId};

/// What a running action knows of its call: who asks, when to stop, and how to speak back.
/// Cheap to clone.
#[derive(Clone)]
pub struct Context {
    inner: Arc<Inner>,
}

struct Inner {
    principal: Principal,
    request: RequestId,
    cancel: CancellationToken,
    caller: Arc<dyn Caller>,
    clock: Arc<dyn Clock>,
}

impl Context {
    /// A context for one call.
    pub fn new(
        principal: Principal,
        request: RequestId,
        cancel: CancellationToken,
        caller: Arc<dyn Caller>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            inner: Arc::new(Inner {
                principal,
                request,
                cancel,
                caller,
                clock,
            }),
        }
    }

    /// Who is asking.
    pub fn principal(&self) -> &Principal {
        &self.inner.principal
    }

    /// The organization the call acts in.
    pub fn organization(&self) -> &OrgId {
        self.inner.principal.organization()
    }

    /// The id of this request, as it appears in logs and errors.
    pub fn request_id(&self) -> &RequestId {
        &self.inner.request
    }

    /// The present moment.
    pub fn now(&self) -> jiff::Timestamp {
        self.inner.clock.now()
    }

    /// Done once the caller cancels, goes away, or the time limit passes.
    pub fn cancellation(&self) -> &CancellationToken {
        &self.inner.cancel
    }

    /// What the client can be asked.
    pub fn client_capabilities(&self) -> ClientCapabilities {
        self.inner.caller.capabilities()
    }

    /// Tells how far the call is. Dropped when the client did not ask for progress.
    pub fn progress(&self, progress: f64, total: Option<f64>, message: Option<&str>) {
        if !self.inner.caller.wants_progress() {
            return;
        }
        let mut params = serde_json::json!({ "progressToken": 0, "progress": progress });
        if let (Some(total), Some(map)) = (total, params.as_object_mut()) {
            map.insert("total".into(), total.into());
        }
        if let (Some(message), Some(map)) = (message, params.as_object_mut()) {
            map.insert("message".into(), message.into());
        }
        self.notify("notifications/progress", &params);
    }

    /// Sends a log message to the client. Dropped when the client did not ask for this level.
    pub fn log(&self, level: LogLevel, logger: Option<&str>, data: impl serde::Serialize) {
        if self
            .inner
            .caller
            .log_level()
            .is_none_or(|wanted| level < wanted)
        {
            return;
        }
        let mut params = serde_json::json!({ "level": level });
        if let Some(map) = params.as_object_mut() {
            if let Some(logger) = logger {
                map.insert("logger".into(), logger.into());
            }
            map.insert(
                "data".into(),
                serde_json::to_value(data).unwrap_or_default(),
            );
        }
        self.notify("notifications/message", &params);
    }

    /// Asks the client (elicitation, sampling, roots) and waits for all answers.
    pub async fn ask(&self, requests: InputRequests) -> Result<InputResponses, Error> {
        self.inner
            .caller
            .ask(requests)
            .await
            .map_err(|error| match error {
                AskError::Unsupported(capability) => Error::new(
                    Kind::Conflict,
                    "missing_client_capability",
                    format!("this needs a client that supports {capability}"),
                ),
                AskError::Refused(_) => Error::new(
                    Kind::Conflict,
                    "client_refused",
                    "the client refused the request",
                ),
                AskError::Cancelled => {
                    Error::new(Kind::Cancelled, "cancelled", "the call was cancelled")
                }
                AskError::Timeout => Error::new(
                    Kind::Timeout,
                    "client_timeout",
                    "the client did not answer in time",
                ),
            })
    }

    fn notify(&self, method: &str, params: &serde_json::Value) {
        if let Ok(params) = RawValue::from_string(params.to_string()) {
            self.inner.caller.notify(method, params);
        }
    }
}

impl std::fmt::Debug for Context {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context")
            .field("request", &self.inner.request)
            .finish_non_exhaustive()
    }
}
