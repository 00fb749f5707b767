use std::sync::Arc;

use futures_util::future::try_join_all;
use keyway_core::ports::{
    AskError, BoxFuture, Caller, ClientCapabilities, InputRequest, InputRequests, InputResponses,
    LogLevel,
};
use parking_lot::Mutex;
use serde_json::value::RawValue;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::super::core::Core;
use super::super::input::Needed;
use super::super::notify;
use super::log::EventLog;
use super::session::Session;
use crate::wire::{Id, ObjectEdit, Revision, meta, write_notification, write_request};

/// The client's side of one call of an MCP session. What the call says goes to the call's stream;
/// until there is one it waits here.
pub(super) struct Side {
    pub(super) core: Arc<Core>,
    pub(super) session: Arc<Session>,
    pub(super) cancel: CancellationToken,
    /// The call wants a stream.
    pub(super) changed: Notify,
    token: Option<Box<str>>,
    out: Mutex<Out>,
}

enum Out {
    Early(Vec<String>),
    Stream(Arc<EventLog>),
}

impl Side {
    pub(super) fn new(
        core: &Arc<Core>,
        session: &Arc<Session>,
        cancel: CancellationToken,
        token: Option<&str>,
        stream: Option<Arc<EventLog>>,
    ) -> Arc<Self> {
        Arc::new(Self {
            core: Arc::clone(core),
            session: Arc::clone(session),
            cancel,
            changed: Notify::new(),
            token: token.map(Into::into),
            out: Mutex::new(stream.map_or_else(|| Out::Early(Vec::new()), Out::Stream)),
        })
    }

    /// True when the call has said something that a single answer cannot carry.
    pub(super) fn has_spoken(&self) -> bool {
        match &*self.out.lock() {
            Out::Early(messages) => !messages.is_empty(),
            Out::Stream(_) => true,
        }
    }

    /// The call's stream, opened when there is none.
    pub(super) fn stream(&self) -> Arc<EventLog> {
        let mut out = self.out.lock();
        match &mut *out {
            Out::Stream(log) => Arc::clone(log),
            Out::Early(messages) => {
                let log = self.session.open_log(&self.core, 1);
                for message in messages.drain(..) {
                    log.write(&self.core.settings, &message);
                }
                *out = Out::Stream(Arc::clone(&log));
                log
            }
        }
    }

    fn say(&self, message: String) {
        let mut out = self.out.lock();
        match &mut *out {
            Out::Stream(log) => log.write(&self.core.settings, &message),
            Out::Early(messages) => {
                if messages.len() < self.core.settings.unread_events {
                    messages.push(message);
                }
                drop(out);
                self.changed.notify_one();
            }
        }
    }

    async fn ask_now(&self, requests: InputRequests) -> Result<InputResponses, AskError> {
        for (_, request) in &requests {
            if let Some(needed) = Needed::missing(request, &self.session.capabilities) {
                return Err(AskError::Unsupported(needed.name()));
            }
        }
        let asked = requests.into_iter().map(|(key, request)| async move {
            let answer = self.ask_one(&key, &request).await?;
            Ok((key, answer))
        });
        tokio::select! {
            biased;
            answers = try_join_all(asked) => answers,
            () = self.cancel.cancelled() => Err(AskError::Cancelled),
            // Nobody can come in any more to answer.
            () = self.core.shutdown.cancelled() => Err(AskError::Cancelled),
            () = tokio::time::sleep(self.core.settings.answer_within) => Err(AskError::Timeout),
        }
    }

    async fn ask_one(&self, key: &str, request: &InputRequest) -> Result<Box<RawValue>, AskError> {
        let (number, answer) = self.session.ask();
        let asked = Asked { side: self, number };
        let params = request
            .params
            .as_ref()
            .map(|params| with_key(params.get(), key));
        self.say(write_request(
            &Id::number(number),
            &request.method,
            params.as_deref(),
        ));
        let answer = answer.await.map_err(|_| AskError::Cancelled)?;
        drop(asked);
        let text = |raw: &keyway_core::rpc::RawJson| {
            RawValue::from_string(raw.as_str().to_owned()).map_err(|_| AskError::Cancelled)
        };
        match answer {
            Ok(result) => text(&result),
            Err(error) => Err(AskError::Refused(text(&error)?)),
        }
    }
}

/// The params of a question, with the key that a client of a later revision would see.
fn with_key(params: &str, key: &str) -> String {
    let mut edit = ObjectEdit::new(params);
    let key = keyway_core::json::quote(key);
    edit.set_within("_meta", &[(meta::INPUT_KEY, &key)]);
    edit.finish()
}

/// A request to the client. Given up before its answer came, the client is told.
struct Asked<'a> {
    side: &'a Side,
    number: u64,
}

impl Drop for Asked<'_> {
    fn drop(&mut self) {
        if self.side.session.forget(self.number) {
            let params = format!(
                "{{\"requestId\":{},\"reason\":\"the call that asked has ended\"}}",
                self.number
            );
            self.side
                .say(write_notification("notifications/cancelled", Some(&params)));
        }
    }
}

impl Caller for Side {
    fn capabilities(&self) -> ClientCapabilities {
        self.session.capabilities.clone()
    }

    fn wants_progress(&self) -> bool {
        self.token.is_some()
    }

    fn log_level(&self) -> Option<LogLevel> {
        Some(self.session.level())
    }

    fn notify(&self, method: &str, params: Box<RawValue>) {
        // Of a page that the client was asked to open (2025-11-25, "Completion Notifications"): no
        // revision before has pages.
        if method == "notifications/elicitation/complete" {
            let knows = self.session.revision >= Revision::V2025_11_25;
            if knows && self.session.capabilities.elicitation_url {
                self.say(write_notification(method, Some(params.get())));
            }
            return;
        }
        let level = Some(self.session.level());
        if let Some(message) = notify::about_call(method, &params, self.token.as_deref(), level) {
            self.say(message);
        }
    }

    fn ask(&self, requests: InputRequests) -> BoxFuture<'_, Result<InputResponses, AskError>> {
        Box::pin(self.ask_now(requests))
    }

    fn takes_input_required(&self) -> bool {
        false
    }

    fn release_connection(&self) {
        // Clients of older revisions have no event id to come back with.
        if self.session.revision < Revision::V2025_11_25 {
            return;
        }
        let log = self.stream();
        self.changed.notify_one();
        log.release();
    }
}
