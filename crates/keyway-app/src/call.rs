use std::sync::Arc;

use keyway_core::action::{Entry, render};
use keyway_core::json;
use keyway_core::ports::{Relay, RelayMethod, Upstream};
use keyway_core::rpc::{RawJson, RpcError};
use keyway_core::{Error, Kind, Principal};

use crate::catalogue::{PromptTarget, ResourceTarget, ToolTarget};
use crate::invoke::Run;
use crate::output::OutputCheck;
use crate::{App, Call};

impl App {
    /// Runs a call by the names clients know. The answer is the `result` object: a tool that fails
    /// answers a result with `isError`, an unknown name is an error.
    pub async fn call(&self, call: Call<'_>) -> Result<RawJson, RpcError> {
        match call.method {
            RelayMethod::CallTool => self.call_tool(call).await,
            RelayMethod::ReadResource => self.read_resource(call).await,
            RelayMethod::GetPrompt => self.get_prompt(call).await,
            RelayMethod::Complete => self.complete(call).await,
        }
    }

    async fn call_tool(&self, call: Call<'_>) -> Result<RawJson, RpcError> {
        let route = self.tenant(call.who).catalogue().tool(call.target).cloned();
        let route = route.ok_or_else(no_tool)?;
        match &route.target {
            ToolTarget::Action(slug) => {
                let entry = self.entry(slug)?;
                let input = match arguments(call.params)? {
                    Some(arguments) => arguments,
                    None => RawJson::empty_object(),
                };
                let outcome = self.run(entry, &Run::of(&call, input)).await;
                render::tool_answer(entry, outcome, &**call.caller)
            }
            ToolTarget::Upstream {
                upstream,
                own,
                output,
                meter,
            } => {
                let started = tokio::time::Instant::now();
                let outcome = relay(call, &**upstream, own).await;
                let failed = outcome.as_ref().map_or(true, is_error);
                meter.record(started.elapsed(), failed);
                if let Ok(result) = &outcome {
                    self.check_output(call, upstream.key(), output, result);
                }
                outcome
            }
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

    async fn read_resource(&self, call: Call<'_>) -> Result<RawJson, RpcError> {
        match self
            .resource(call.who, call.target)
            .ok_or_else(|| no_resource(call.target))?
        {
            ResourceTarget::Action(slug) => {
                let entry = self.entry(&slug)?;
                let variables = entry.match_uri(call.target).unwrap_or_default();
                let input = render::resource_input(entry, &variables);
                let reply = self.run(entry, &Run::of(&call, input)).await?;
                render::resource_result(call.target, entry, reply)
            }
            ResourceTarget::Upstream { upstream, own } => {
                let result = relay(call, &*upstream, &own).await?;
                Ok(if own == call.target {
                    result
                } else {
                    with_exposed_uri(result, &own, call.target)
                })
            }
        }
    }

    async fn get_prompt(&self, call: Call<'_>) -> Result<RawJson, RpcError> {
        let target = self
            .tenant(call.who)
            .catalogue()
            .prompt(call.target)
            .cloned();
        match target.ok_or_else(no_prompt)? {
            PromptTarget::Action(slug) => {
                let entry = self.entry(&slug)?;
                arguments(call.params)?;
                let input = render::prompt_input(entry, call.params);
                let reply = self.run(entry, &Run::of(&call, input)).await?;
                render::prompt_result(entry, reply)
            }
            PromptTarget::Upstream { upstream, own } => relay(call, &*upstream, &own).await,
        }
    }

    async fn complete(&self, call: Call<'_>) -> Result<RawJson, RpcError> {
        let params = call.params.as_str();
        let reference = json::member(params, "ref").map_or("", |found| found.value);
        match text(reference, "type").as_deref() {
            Some("ref/prompt") => {
                let target = self
                    .tenant(call.who)
                    .catalogue()
                    .prompt(call.target)
                    .cloned();
                match target.ok_or_else(no_prompt)? {
                    PromptTarget::Action(slug) => self.complete_action(call, &slug).await,
                    PromptTarget::Upstream { upstream, own } => relay(call, &*upstream, &own).await,
                }
            }
            Some("ref/resource") => {
                match self
                    .template(call.who, call.target)
                    .ok_or_else(|| no_resource(call.target))?
                {
                    ResourceTarget::Action(slug) => self.complete_action(call, &slug).await,
                    ResourceTarget::Upstream { upstream, own } => {
                        relay(call, &*upstream, &own).await
                    }
                }
            }
            _ => Err(invalid("`ref` must be a ref/prompt or a ref/resource")),
        }
    }

    async fn complete_action(&self, call: Call<'_>, slug: &str) -> Result<RawJson, RpcError> {
        let entry = self.entry(slug)?;
        let params = call.params.as_str();
        let argument = json::member(params, "argument").map_or("", |found| found.value);
        let (Some(name), Some(typed)) = (text(argument, "name"), text(argument, "value")) else {
            return Err(invalid("`argument` must have a name and a value"));
        };
        let run = Run::of(&call, RawJson::empty_object());
        let values = self.completions(entry, &run, &name, typed).await?;
        Ok(render::completion_result(&values))
    }

    /// What a URI means to `who`.
    pub(crate) fn resource(&self, who: &Principal, uri: &str) -> Option<ResourceTarget> {
        let tenant = self.tenant(who);
        let catalogue = tenant.catalogue();
        if let Some(found) = catalogue.listed_resource(uri) {
            return Some(found.clone());
        }
        let by_action = tenant.actions().and_then(|actions| actions.by_uri(uri));
        match by_action {
            Some((entry, _)) => Some(ResourceTarget::Action(entry.action().slug().to_owned())),
            None => catalogue.unlisted_resource(uri),
        }
    }

    /// What a template, or a resource's URI, means to `who` in a completion.
    fn template(&self, who: &Principal, exposed: &str) -> Option<ResourceTarget> {
        let tenant = self.tenant(who);
        let catalogue = tenant.catalogue();
        if let Some(entry) = tenant.actions().and_then(|all| all.by_template(exposed)) {
            return Some(ResourceTarget::Action(entry.action().slug().to_owned()));
        }
        if let Some((upstream, own)) = catalogue.template(exposed) {
            return Some(ResourceTarget::Upstream {
                upstream: Arc::clone(upstream),
                own: own.to_owned(),
            });
        }
        self.resource(who, exposed)
    }

    fn entry(&self, slug: &str) -> Result<&Entry, RpcError> {
        self.inner.registry.get(slug).ok_or_else(no_tool)
    }
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
fn arguments(params: &RawJson) -> Result<Option<RawJson>, RpcError> {
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

fn no_tool() -> RpcError {
    invalid("there is no tool of this name; `tools/list` has them all")
}

fn no_prompt() -> RpcError {
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
