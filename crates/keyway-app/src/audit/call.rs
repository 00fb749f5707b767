//! Calls: those that may change something are written down before they run, the others once they
//! ended.

use keyway_core::json;
use keyway_core::ports::RelayMethod;
use keyway_core::rpc::{RawJson, RpcError};
use keyway_core::{Error, Principal, RequestId, TraceId};
use tokio::time::Instant;

use super::log::Intent;
use super::{Audit, Effect, Ended, Event, EventKind, Outcome, mask};

/// What a tool does to the world, by its own word (MCP `ToolAnnotations`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Touch {
    /// It reads.
    Reads,
    /// It may change something: what says nothing may.
    Writes,
}

impl Touch {
    /// Of a tool as its server defines it.
    pub(crate) fn of_tool(definition: &RawJson) -> Self {
        let reads = json::member(definition.as_str(), "annotations")
            .and_then(|found| json::member(found.value, "readOnlyHint"))
            .is_some_and(|found| found.value == "true");
        if reads { Self::Reads } else { Self::Writes }
    }

    /// Of an action.
    pub(crate) fn of_action(action: &keyway_core::Action) -> Self {
        match action.get_annotations().read_only {
            Some(true) => Self::Reads,
            _ => Self::Writes,
        }
    }
}

/// What is called.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Called<'a> {
    pub(crate) kind: EventKind,
    pub(crate) touch: Touch,
    /// What sort of thing it is, and its id, name or URI.
    pub(crate) target: (&'static str, &'a str),
    /// The tool, by the name clients know.
    pub(crate) tool: Option<&'a str>,
    pub(crate) server: Option<&'a str>,
}

impl<'a> Called<'a> {
    /// An action, whichever way it was reached.
    pub(crate) fn action(action: &'a keyway_core::Action, tool: &'a str) -> Self {
        Self {
            kind: EventKind::Call,
            touch: Touch::of_action(action),
            target: ("action", action.slug()),
            tool: Some(tool),
            server: None,
        }
    }

    /// What a request of a client names. Only calls of tools change anything.
    pub(crate) fn request(method: RelayMethod, target: &'a str) -> Self {
        let (kind, sort, tool) = match method {
            RelayMethod::CallTool => (EventKind::Call, "tool", Some(target)),
            RelayMethod::ReadResource => (EventKind::ResourceRead, "resource", None),
            RelayMethod::GetPrompt => (EventKind::PromptFetched, "prompt", None),
            RelayMethod::Complete => (EventKind::CompletionAsked, "reference", None),
        };
        Self {
            kind,
            touch: Touch::Reads,
            target: (sort, target),
            tool,
            server: None,
        }
    }

    pub(crate) fn at(mut self, server: &'a str) -> Self {
        self.server = Some(server);
        self
    }

    pub(crate) fn touching(mut self, touch: Touch) -> Self {
        self.touch = touch;
        self
    }
}

/// A call that will be in the log, however it ends: dropped, it was cancelled.
pub(crate) struct AuditedCall<'a> {
    audit: &'a Audit,
    touch: Touch,
    started: Instant,
    event: Option<Event>,
    intent: Option<Intent>,
    begun: bool,
}

impl Audit {
    /// A call by `who`, not begun yet. `sent` are its arguments as they came; for a resource the
    /// URI stands for them.
    pub(crate) fn call<'a>(
        &'a self,
        who: &Principal,
        request: &RequestId,
        called: Called<'_>,
        sent: Option<&RawJson>,
    ) -> AuditedCall<'a> {
        let (kind, target) = called.target;
        let mut event = Event::new(called.kind, who).request(request);
        event = match called.kind {
            EventKind::ResourceRead => event.target(kind, mask::uri(target)).hashed(target),
            _ => event.target(kind, target),
        };
        if let Some(tool) = called.tool {
            event = event.tool(tool);
        }
        if let Some(server) = called.server {
            event = event.server(server);
        }
        if let Some(sent) = sent {
            let mut kept = self.settings().keep_arguments.iter();
            let name = called.tool.unwrap_or(target);
            event = if kept.any(|pattern| pattern.matches(name)) {
                event.arguments_kept(sent)
            } else {
                event.arguments(sent)
            };
        }
        AuditedCall {
            audit: self,
            touch: called.touch,
            started: Instant::now(),
            event: Some(event),
            intent: None,
            begun: false,
        }
    }
}

impl AuditedCall<'_> {
    /// The trace that the client's `_meta` names, unless the request's headers did.
    pub(crate) fn traced(&mut self, params: &RawJson) {
        let text = params.as_str();
        if memchr::memmem::find(text.as_bytes(), b"traceparent").is_none() {
            return;
        }
        let trace = json::member(text, "_meta")
            .and_then(|meta| json::member(meta.value, "traceparent"))
            .and_then(|found| TraceId::of_traceparent(&json::unquote(found.value)));
        if let Some(event) = &mut self.event {
            event.who.arrival.trace = event.who.arrival.trace.or(trace);
        }
    }

    /// What was decided about it, and by which policies.
    #[expect(dead_code, reason = "told by the policy")]
    pub(crate) fn decided(&mut self, effect: Effect, policies: Vec<String>) {
        self.event = self
            .event
            .take()
            .map(|event| event.decided(effect, policies));
    }

    /// It was approved: what was is written down before it runs, whatever it does.
    #[expect(dead_code, reason = "told by the policy")]
    pub(crate) fn approved(&mut self, approval: &str) {
        self.touch = Touch::Writes;
        self.event = self.event.take().map(|event| event.approval(approval));
    }

    /// Now it runs. Where it may change something this answers once that is written down, and
    /// refuses with `audit_unavailable` when it cannot be.
    pub(crate) async fn begin(&mut self) -> Result<(), Error> {
        if self.touch == Touch::Writes
            && let Some(event) = self.event.take()
        {
            let intent = self.audit.intend(event.clone()).await;
            // What is refused for want of a log is not in it.
            self.intent = Some(intent?);
        }
        self.begun = true;
        Ok(())
    }

    /// How an action ended.
    pub(crate) fn end<T>(self, done: &Result<T, Error>) {
        let ended = match done {
            Ok(_) => Ended::new(Outcome::Ok),
            Err(error) if self.begun => Ended::new(Outcome::during(error)).code(error.code()),
            Err(error) => Ended::new(Outcome::before(error)).code(error.code()),
        };
        self.ended(ended);
    }

    /// How what was relayed ended.
    pub(crate) fn end_relayed(self, done: &Result<RawJson, RpcError>) {
        let ended = match done {
            Ok(result) if crate::call::is_error(result) => Ended::new(Outcome::ToolError),
            Ok(_) => Ended::new(Outcome::Ok),
            Err(error) => {
                let code = code(error);
                let outcome = match code.as_deref() {
                    _ if !self.begun => Outcome::Refused,
                    // The server's own error, handed through.
                    None => Outcome::ToolError,
                    Some("cancelled") => Outcome::Cancelled,
                    Some(code) if code.contains("timeout") || code.contains("timed_out") => {
                        Outcome::Timeout
                    }
                    Some(_) => Outcome::Failed,
                };
                let code = code.unwrap_or_else(|| error.code.to_string());
                Ended::new(outcome).code(code)
            }
        };
        self.ended(ended);
    }

    fn ended(mut self, ended: Ended) {
        let ended = ended.took(self.started.elapsed());
        if let Some(intent) = self.intent.take() {
            intent.end(ended);
        } else if let Some(event) = self.event.take() {
            self.audit.note(event.outcome(ended));
        }
    }
}

impl Drop for AuditedCall<'_> {
    fn drop(&mut self) {
        let took = self.started.elapsed();
        if let Some(intent) = self.intent.take() {
            intent.end(Ended::new(Outcome::Cancelled).took(took));
        } else if let Some(event) = self.event.take() {
            let ended = Ended::new(Outcome::Cancelled).took(took);
            self.audit.note(event.outcome(ended));
        }
    }
}

/// The stable code of an error of our own.
fn code(error: &RpcError) -> Option<String> {
    if error.raw.is_some() {
        return None;
    }
    let data = error.data.as_ref()?;
    let found = json::member(data.as_str(), "code")?;
    let text = found.value.starts_with('"');
    text.then(|| json::unquote(found.value).into_owned())
}
