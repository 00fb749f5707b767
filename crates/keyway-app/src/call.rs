use keyway_core::action::{Entry, render};
use keyway_core::json;
use keyway_core::ports::{Relay, RelayMethod, Upstream};
use keyway_core::rpc::{RawJson, RpcError};
use keyway_core::{Error, Kind};

use crate::approvals::without_approval;
use crate::audit::{Called, Sent};
use crate::bound::{Bound, Unconnected};
use crate::catalogue::{PromptTarget, ResourceTarget, ToolTarget};
use crate::output::OutputCheck;
use crate::policy::{Admitted, NotAdmitted};
use crate::run::Run;
use crate::{App, Call, Definitions};

impl App {
    /// Runs a call by the names clients know. The answer is the `result` object: a tool that fails
    /// answers a result with `isError`, an unknown name is an error.
    pub async fn call(&self, call: Call<'_>) -> Result<RawJson, RpcError> {
        if let Err(exceeded) = self.limits().from_principal(call.who) {
            let error = Error::from(exceeded);
            return match call.method {
                RelayMethod::CallTool => Ok(render::error_result(&error)),
                _ => Err(error.into()),
            };
        }
        let bound = self.bind_for(&call).await;
        match call.method {
            RelayMethod::CallTool => self.call_tool(call, &bound).await,
            RelayMethod::ReadResource => self.read_resource(call, &bound).await,
            RelayMethod::GetPrompt => self.get_prompt(call, &bound).await,
            RelayMethod::Complete => {
                let called = Called::request(call.method, call.target);
                let sent = Sent::Params(call.params);
                let record = self.audit().call(call.who, call.request, called, sent);
                let outcome = self.complete(call, &bound).await;
                record.end_relayed(&outcome);
                outcome
            }
        }
    }

    async fn call_tool(&self, call: Call<'_>, bound: &Bound) -> Result<RawJson, RpcError> {
        let found = self.tenant(call.who);
        let found = found.find(bound, |now| now.tool(call.target).cloned());
        let Some((route, definitions)) = found else {
            return match self.unconnected(&call).await {
                Some(what) => Box::pin(self.connect_and_call(call, what)).await,
                None => Err(self.unknown(call, no_tool())),
            };
        };
        if let Err(exceeded) = self.limits().of_tool(call.who, call.target) {
            return Ok(render::error_result(&exceeded.into()));
        }
        if let ToolTarget::Upstream { upstream, .. } = &route.target
            && bound.lacks(upstream.id())
            && self.admit(call.who, &route.thing).is_ok()
            && let Some(what) = self.unconnected(&call).await
        {
            return Box::pin(self.connect_and_call(call, what)).await;
        }
        if route.lasts && call.caller.takes_tasks() {
            return Box::pin(self.begin_task(call, &route, &definitions)).await;
        }
        let defined = || route.definition(&definitions);
        let admitted = match self.admit_tool(call, &route.thing, &defined).await {
            Ok(admitted) => admitted,
            Err(NotAdmitted::Protocol(error)) => {
                return Err(self.refused_by(call, route.server(), error));
            }
            Err(NotAdmitted::Asks(result)) => return Ok(result),
            Err(NotAdmitted::Tool(error)) => {
                let result = render::error_result(&error);
                self.refused_by(call, route.server(), error.into());
                return Ok(result);
            }
        };
        match &route.target {
            ToolTarget::Action(slug) => {
                let entry = entry(&definitions, slug)?;
                let input = match arguments(call.params)? {
                    Some(arguments) => arguments,
                    None => RawJson::empty_object(),
                };
                let run = Run::of(&call, &definitions, admitted, input);
                let outcome = self.run(entry, &run).await;
                render::tool_answer(entry, outcome, &**call.caller)
            }
            ToolTarget::Upstream {
                upstream,
                own,
                output,
                meter,
                ..
            } => {
                let called = Called::request(call.method, call.target);
                let called = called.touching(route.touch).at(upstream.key());
                let started = tokio::time::Instant::now();
                let approved = admitted.approved.as_ref();
                let stripped = approved.and_then(|_| without_approval(call.params));
                let call = Call {
                    params: stripped.as_ref().unwrap_or(call.params),
                    ..call
                };
                let outcome = self
                    .relayed(call, called, &admitted, &**upstream, own)
                    .await;
                let failed = outcome.as_ref().map_or(true, is_error);
                meter.record(started.elapsed(), failed);
                match &outcome {
                    Ok(result) => self.check_output(call, upstream.key(), output, result),
                    Err(error) => {
                        if let Some(error) = self.reconnecting(call.who, upstream.id(), error) {
                            return Ok(render::error_result(&error));
                        }
                    }
                }
                outcome
            }
        }
    }

    /// Calls a tool once its server was connected by whoever calls.
    async fn connect_and_call(
        &self,
        call: Call<'_>,
        what: Unconnected,
    ) -> Result<RawJson, RpcError> {
        if let Err(error) = self.connect_first(&call, what).await {
            let result = render::error_result(&error);
            self.unknown(call, error.into());
            return Ok(result);
        }
        let bound = self.bind_for(&call).await;
        let found = self.tenant(call.who);
        let found = found.find(&bound, |now| now.tool(call.target).cloned());
        // What others are listed is not always what the one has who connected it just now.
        match found {
            Some((route, _)) if !is_lacking(&bound, &route.target) => {
                self.call_tool(call, &bound).await
            }
            _ => Err(self.unknown(call, no_tool())),
        }
    }

    /// An answer that breaks its own schema is counted and told to the operator, and handed
    /// through all the same (ADR 6).
    fn check_output(&self, call: Call<'_>, server: &str, output: &OutputCheck, result: &RawJson) {
        let problems = output.check(result);
        let Some(first) = problems.first() else {
            return;
        };
        self.inner.metrics.output_violated();
        tracing::warn!(
            request = %call.request,
            server,
            tool = call.target,
            problems = problems.len(),
            first = first.pointer,
            "an upstream's answer does not fit the schema it advertised"
        );
    }

    async fn read_resource(&self, call: Call<'_>, bound: &Bound) -> Result<RawJson, RpcError> {
        if let Some(channel) = self.channel_at(call.who, call.target) {
            let called = Called::request(call.method, call.target);
            let sent = Sent::Params(call.params);
            let record = self.audit().call(call.who, call.request, called, sent);
            let read = self.read_channel(call.who, channel).await;
            let read = read.map_err(RpcError::from);
            record.end_relayed(&read);
            return read;
        }
        let found = self.tenant(call.who);
        let found = found.find(bound, |now| now.resource(call.target));
        let found = found.ok_or_else(|| self.refused(call, no_resource(call.target)));
        let (target, definitions) = found?;
        let admitted = self.admit_resource(call, &definitions, &target);
        let admitted = admitted.map_err(|error| self.refused(call, error))?;
        match target {
            ResourceTarget::Action(slug) => {
                let entry = entry(&definitions, &slug)?;
                let variables = entry.match_uri(call.target).unwrap_or_default();
                let input = render::resource_input(entry, &variables);
                let run = Run::of(&call, &definitions, admitted, input);
                let reply = self.run(entry, &run).await?;
                render::resource_result(call.target, entry, reply)
            }
            ResourceTarget::Upstream { upstream, own } => {
                let called = Called::request(call.method, call.target).at(upstream.key());
                let result = self
                    .relayed(call, called, &admitted, &*upstream, &own)
                    .await?;
                Ok(if own == call.target {
                    result
                } else {
                    with_exposed_uri(result, &own, call.target)
                })
            }
        }
    }

    async fn get_prompt(&self, call: Call<'_>, bound: &Bound) -> Result<RawJson, RpcError> {
        let found = self.tenant(call.who);
        let found = found.find(bound, |now| now.prompt(call.target).cloned());
        let Some((target, definitions)) = found else {
            let lacking = self.unconnected(&call).await.map(Unconnected::into_error);
            return Err(self.refused(call, lacking.map_or_else(no_prompt, RpcError::from)));
        };
        let admitted = self.admit_prompt(call, &definitions, &target);
        let admitted = admitted.map_err(|error| self.refused(call, error))?;
        match target {
            PromptTarget::Action(slug) => {
                let entry = entry(&definitions, &slug)?;
                arguments(call.params)?;
                let input = render::prompt_input(entry, call.params);
                let run = Run::of(&call, &definitions, admitted, input);
                let reply = self.run(entry, &run).await?;
                render::prompt_result(entry, reply)
            }
            PromptTarget::Upstream { upstream, own } => {
                let called = Called::request(call.method, call.target).at(upstream.key());
                self.relayed(call, called, &admitted, &*upstream, &own)
                    .await
            }
        }
    }

    async fn complete(&self, call: Call<'_>, bound: &Bound) -> Result<RawJson, RpcError> {
        let params = call.params.as_str();
        let reference = json::member(params, "ref").map_or("", |found| found.value);
        match text(reference, "type").as_deref() {
            Some("ref/prompt") => {
                let found = self.tenant(call.who);
                let found = found.find(bound, |now| now.prompt(call.target).cloned());
                let (target, definitions) = found.ok_or_else(no_prompt)?;
                let admitted = self.admit_prompt(call, &definitions, &target)?;
                match target {
                    PromptTarget::Action(slug) => {
                        let entry = entry(&definitions, &slug)?;
                        self.complete_action(call, &definitions, admitted, entry)
                            .await
                    }
                    PromptTarget::Upstream { upstream, own } => relay(call, &*upstream, &own).await,
                }
            }
            Some("ref/resource") => {
                let found = self.tenant(call.who);
                let found = found.find(bound, |now| now.completed_resource(call.target));
                let (target, definitions) = found.ok_or_else(|| no_resource(call.target))?;
                let admitted = self.admit_resource(call, &definitions, &target)?;
                match target {
                    ResourceTarget::Action(slug) => {
                        let entry = entry(&definitions, &slug)?;
                        self.complete_action(call, &definitions, admitted, entry)
                            .await
                    }
                    ResourceTarget::Upstream { upstream, own } => {
                        relay(call, &*upstream, &own).await
                    }
                }
            }
            _ => Err(invalid("`ref` must be a ref/prompt or a ref/resource")),
        }
    }

    async fn complete_action(
        &self,
        call: Call<'_>,
        definitions: &Definitions,
        admitted: Admitted,
        entry: &Entry,
    ) -> Result<RawJson, RpcError> {
        let params = call.params.as_str();
        let argument = json::member(params, "argument").map_or("", |found| found.value);
        let (Some(name), Some(typed)) = (text(argument, "name"), text(argument, "value")) else {
            return Err(invalid("`argument` must have a name and a value"));
        };
        let run = Run::of(&call, definitions, admitted, RawJson::empty_object());
        let values = self.completions(entry, &run, &name, typed).await?;
        Ok(render::completion_result(&values))
    }
}

impl App {
    /// Hands a call on, and writes it down.
    async fn relayed(
        &self,
        call: Call<'_>,
        called: Called<'_>,
        admitted: &Admitted,
        upstream: &dyn Upstream,
        own: &str,
    ) -> Result<RawJson, RpcError> {
        let sent = Sent::Params(call.params);
        let mut record = self.audit().call(call.who, call.request, called, sent);
        record.admitted(admitted);
        if let Some(connection) = self.inner.bound.get(upstream.id()) {
            record.leased(connection.instances().iter().map(|(id, _)| id));
        }
        record.begin().await?;
        let outcome = relay(call, upstream, own).await;
        self.used_bound(upstream);
        record.end_relayed(&outcome);
        outcome
    }

    /// Writes down that a call named no tool that is there.
    fn unknown(&self, call: Call<'_>, error: RpcError) -> RpcError {
        let called = Called::request(call.method, call.target);
        let sent = Sent::Params(call.params);
        let record = self.audit().call(call.who, call.request, called, sent);
        record.end_unknown(&error);
        error
    }

    /// Writes down that a call was not let through, or named nothing that is there.
    fn refused(&self, call: Call<'_>, error: RpcError) -> RpcError {
        self.refused_by(call, None, error)
    }

    /// The same, where it is known which server it is of.
    pub(crate) fn refused_by(
        &self,
        call: Call<'_>,
        server: Option<&str>,
        error: RpcError,
    ) -> RpcError {
        let called = Called {
            server,
            ..Called::request(call.method, call.target)
        };
        let sent = Sent::Params(call.params);
        let record = self.audit().call(call.who, call.request, called, sent);
        record.end_refused(&error);
        error
    }
}

fn is_lacking(bound: &Bound, target: &ToolTarget) -> bool {
    match target {
        ToolTarget::Upstream { upstream, .. } => bound.lacks(upstream.id()),
        ToolTarget::Action(_) => false,
    }
}

fn entry<'a>(definitions: &'a Definitions, slug: &str) -> Result<&'a Entry, RpcError> {
    definitions.action(slug).ok_or_else(no_tool)
}

async fn relay(call: Call<'_>, upstream: &dyn Upstream, own: &str) -> Result<RawJson, RpcError> {
    let relay = Relay {
        method: call.method,
        target: own,
        params: call.params,
        caller: call.caller,
        cancel: call.cancel,
        hops: call.hops,
    };
    upstream.relay(relay).await
}

/// `params.arguments`, which must be an object where it is given.
pub(crate) fn arguments(params: &RawJson) -> Result<Option<RawJson>, RpcError> {
    let Some(found) = json::member(params.as_str(), "arguments") else {
        return Ok(None);
    };
    if !found.value.starts_with('{') {
        return Err(invalid("`arguments` must be an object"));
    }
    let bytes = params.bytes().slice(found.value_range);
    RawJson::parse(bytes)
        .map(Some)
        .map_err(|_| invalid("`arguments` must be an object"))
}

/// A result whose contents carry the URI the client asked for instead of the server's own.
fn with_exposed_uri(result: RawJson, own: &str, exposed: &str) -> RawJson {
    let text = result.as_str();
    let Some(contents) = json::member(text, "contents") else {
        return result;
    };
    let quoted = json::quote(exposed);
    let base = contents.value.as_ptr() as usize;
    let mut edits = Vec::new();
    for item in json::items(contents.value) {
        let at = contents.value_range.start + (item.as_ptr() as usize - base);
        for member in json::members(item) {
            if member.key == "uri" && json::unquote(member.value) == own {
                let range = at + member.value_range.start..at + member.value_range.end;
                edits.push((range, quoted.as_str()));
            }
        }
    }
    RawJson::parse(json::splice(text, &edits).into()).unwrap_or(result)
}

pub(crate) fn is_error(result: &RawJson) -> bool {
    json::member(result.as_str(), "isError").is_some_and(|found| found.value == "true")
}

fn text(object: &str, key: &str) -> Option<String> {
    let found = json::member(object, key)?;
    found
        .value
        .starts_with('"')
        .then(|| json::unquote(found.value).into_owned())
}

fn invalid(message: &'static str) -> RpcError {
    RpcError::new(RpcError::INVALID_PARAMS, message)
}

pub(crate) fn no_tool() -> RpcError {
    invalid("there is no tool of this name; `tools/list` has them all")
}

pub(crate) fn no_prompt() -> RpcError {
    invalid("there is no prompt of this name; `prompts/list` has them all")
}

/// Names the URI in its data, as MCP asks for (2026-07-28, "Resources", "Error Handling").
pub(crate) fn no_resource(uri: &str) -> RpcError {
    let error = Error::new(
        Kind::NotFound,
        "resource_not_found",
        "there is no resource at this URI; `resources/list` has those that are known",
    );
    let mut data = error.to_json();
    if let Some(data) = data.as_object_mut() {
        data.insert("uri".into(), uri.into());
    }
    RpcError::from(error).with_data(&data)
}
