//! Calls: those that may change something are written down before they run, the others once they
//! ended.

use std::sync::Arc;

use keyway_core::action::{Entry, JobRun};
use keyway_core::json;
use keyway_core::ports::{Call, RelayMethod};
use keyway_core::rpc::{RawJson, RpcError};
use keyway_core::{CredentialId, Error, Principal, RequestId, TraceId};
use tokio::time::Instant;

use super::event::Arguments;
use super::log::Intent;
use crate::approvals::Held;
use crate::policy::Admitted;

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
    /// An action, by a request of a client or from elsewhere.
    pub(crate) fn action(entry: &'a Entry, through: Option<&Call<'a>>) -> Self {
        let (action, tool) = (entry.action(), entry.tool_name());
        let called = match through {
            Some(call) => Self::request(call.method, call.target),
            None => Self::request(RelayMethod::CallTool, tool),
        };
        let target = match called.kind {
            EventKind::ResourceRead => called.target,
            _ => ("action", action.slug()),
        };
        Self {
            touch: Touch::of_action(action),
            target,
            tool: Some(tool),
            ..called
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

/// What was sent along with a call.
#[derive(Clone, Copy)]
pub(crate) enum Sent<'a> {
    /// The `params` of an MCP request.
    Params(&'a RawJson),
    /// The arguments alone.
    Input(&'a RawJson),
}

impl<'a> Sent<'a> {
    /// The arguments as they were sent, and the trace that `_meta` names (MCP 2026-07-28).
    fn parts(self) -> (Option<&'a str>, Option<TraceId>) {
        let params = match self {
            Self::Input(input) => return (Some(input.as_str()), None),
            Self::Params(params) => params.as_str(),
        };
        let (mut arguments, mut trace) = (None, None);
        for member in json::members(params) {
            match &*member.key {
                "arguments" | "argument" => arguments = Some(member.value),
                "_meta" => {
                    trace = json::member(member.value, "traceparent")
                        .and_then(|found| TraceId::of_traceparent(&json::unquote(found.value)));
                }
                _ => {}
            }
        }
        (arguments, trace)
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
    /// The approval it runs under.
    approved: Option<Arc<Held>>,
}

impl Audit {
    /// A call by `who`, not begun yet. For a resource its URI stands for the arguments.
    pub(crate) fn call<'a>(
        &'a self,
        who: &Principal,
        request: &RequestId,
        called: Called<'_>,
        sent: Sent<'_>,
    ) -> AuditedCall<'a> {
        let (kind, target) = called.target;
        let mut event = Event::new(called.kind, who).request(request);
        let (sent, trace) = sent.parts();
        event.who.arrival.trace = event.who.arrival.trace.or(trace);
        event = match called.kind {
            EventKind::ResourceRead => event.target(kind, mask::uri(target)),
            _ => event.target(kind, target),
        };
        if let Some(agent) = who.agent() {
            event = event.detail("agent", agent.slug.as_str());
            event = event.detail("session", agent.session.as_str());
        }
        if let Some(tool) = called.tool {
            event = event.tool(tool);
        }
        if let Some(server) = called.server {
            event = event.server(server);
        }
        let mut kept = self.settings().keep_arguments.iter();
        let name = called.tool.unwrap_or(target);
        event.arguments = match (called.kind, sent) {
            (EventKind::ResourceRead, _) => Some(Arguments::hashed(target)),
            (_, None) => None,
            (_, Some(sent)) if kept.any(|pattern| pattern.matches(name)) => {
                Some(Arguments::kept(sent))
            }
            (_, Some(sent)) => Some(Arguments::hashed(sent)),
        };
        AuditedCall {
            audit: self,
            touch: called.touch,
            started: Instant::now(),
            event: Some(event),
            intent: None,
            begun: false,
            approved: None,
        }
    }
}

impl AuditedCall<'_> {
    /// That it was let through, by which policies and by whose approval. What was approved is
    /// written down before it runs, whatever it does.
    pub(crate) fn admitted(&mut self, admitted: &Admitted) {
        let policies = admitted.decision.policies.clone();
        self.event = self.event.take().map(|event| {
            let event = event.decided(Effect::Allowed, policies);
            match &admitted.approved {
                Some(held) => event.approval(held.id.as_str()),
                None => event,
            }
        });
        if admitted.approved.is_some() {
            self.touch = Touch::Writes;
            self.approved.clone_from(&admitted.approved);
        }
    }

    /// That it has these instances of credentials, by their ids.
    pub(crate) fn leased<'i>(&mut self, instances: impl Iterator<Item = &'i CredentialId>) {
        let ids: Vec<_> = instances.map(CredentialId::as_str).collect();
        if !ids.is_empty() {
            self.event = self
                .event
                .take()
                .map(|event| event.detail("instances", ids));
        }
    }

    /// That it is an attempt at a job.
    pub(crate) fn job(&mut self, job: &JobRun) {
        self.event = self.event.take().map(|event| {
            let event = event.detail("job", job.id.as_str());
            event.detail("attempt", job.attempt)
        });
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
                    // The server's own error, handed through.
                    _ if error.raw.is_some() => Outcome::ToolError,
                    _ if error.code == RpcError::INVALID_PARAMS => Outcome::Refused,
                    _ if !self.begun => Outcome::Refused,
                    Some("cancelled") => Outcome::Cancelled,
                    Some(code) if code.contains("timeout") || code.contains("timed_out") => {
                        Outcome::Timeout
                    }
                    _ => Outcome::Failed,
                };
                let code = code.unwrap_or_else(|| error.code.to_string());
                Ended::new(outcome).code(code)
            }
        };
        self.ended(ended);
    }

    /// It did not run, because it names nothing that is there.
    pub(crate) fn end_unknown(mut self, error: &RpcError) {
        if let Some(event) = &mut self.event {
            event.unknown = true;
        }
        self.end_refused(error);
    }

    /// It did not run, because it was not let through.
    pub(crate) fn end_refused(self, error: &RpcError) {
        let code = code(error).unwrap_or_else(|| "unknown_name".to_owned());
        self.ended(Ended::new(Outcome::Refused).code(code));
    }

    fn ended(mut self, ended: Ended) {
        let ended = ended.took(self.started.elapsed());
        if let Some(held) = self.approved.take() {
            held.end(ended.outcome.as_str());
        }
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
        if let Some(held) = self.approved.take() {
            held.end(Outcome::Cancelled.as_str());
        }
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
    let data = error.data.as_ref()?;
    let found = json::member(data.as_str(), "code")?;
    let text = found.value.starts_with('"');
    text.then(|| json::unquote(found.value).into_owned())
}
