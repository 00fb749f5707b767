use std::collections::HashMap;
use std::sync::Arc;

use keyway_agent::{Offer, ToolCall, ToolOutcome, ToolStatus, Tools};
use keyway_core::action::render;
use keyway_core::agent::AgentEntry;
use keyway_core::ports::{BoxFuture, CallFrom, RelayMethod};
use keyway_core::rpc::RawJson;
use parking_lot::Mutex;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::Carried;
use super::answer;
use super::offer::Behind;
use crate::bound::Bound;
use crate::{App, Call};

/// The tools of an agent in one turn.
pub(super) struct AgentTools {
    pub(super) app: App,
    pub(super) agent: Arc<AgentEntry>,
    /// Who asks, through the agent, and what runs already.
    pub(super) from: CallFrom,
    /// What holds for each call of a tool.
    pub(super) carried: Carried,
    /// The connections of who asks.
    pub(super) bound: Arc<Bound>,
    /// What the publication grants it comes in by, by the slugs of the actions.
    pub(super) granted: Vec<String>,
    pub(super) behind: Mutex<HashMap<String, Behind>>,
}

impl Tools for AgentTools {
    fn offer(&self) -> Offer {
        let from = &self.from;
        let (who, chain) = (&from.principal, &from.chain);
        let app = &self.app;
        let offered = app.offered(who, &self.agent, chain, &self.bound, &self.granted);
        *self.behind.lock() = offered.behind;
        Offer {
            definitions: offered.definitions,
            system: String::new(),
        }
    }

    fn call<'a>(
        &'a self,
        call: &'a ToolCall,
        cancel: &'a CancellationToken,
    ) -> BoxFuture<'a, ToolOutcome> {
        Box::pin(async move {
            let behind = self.behind.lock().get(&call.name).cloned();
            let from = CallFrom {
                cancel: cancel.clone(),
                request: self.app.new_request_id(),
                ..self.from.clone()
            };
            let called = match behind {
                Some(Behind::Action(slug)) => self.action(&from, &slug, call).await,
                Some(Behind::Upstream(name)) => self.upstream(&from, &name, call).await,
                None => None,
            };
            called.unwrap_or_else(|| ToolOutcome {
                text: "this tool is not there any more".to_owned(),
                status: ToolStatus::Failed,
            })
        })
    }
}

impl AgentTools {
    async fn action(&self, from: &CallFrom, slug: &str, call: &ToolCall) -> Option<ToolOutcome> {
        let definitions = self.app.tenant(&from.principal).definitions();
        let entry = definitions.action(slug)?;
        let input = RawJson::of(&call.arguments).ok()?;
        let reply = self.app.call_within(from, slug, input, &self.carried).await;
        Some(answer::outcome(Ok(render::tool_result(entry, reply))))
    }

    async fn upstream(&self, from: &CallFrom, name: &str, call: &ToolCall) -> Option<ToolOutcome> {
        let mut params = json!({ "name": name, "arguments": call.arguments });
        if let (Some(meta), Some(fields)) =
            (self.carried.chosen.read().to_meta(), params.as_object_mut())
        {
            fields.insert("_meta".into(), meta);
        }
        let params = RawJson::of(&params).ok()?;
        let answer = self.app.call(Call {
            who: &from.principal,
            method: RelayMethod::CallTool,
            target: name,
            params: &params,
            caller: &from.caller,
            cancel: &from.cancel,
            request: &from.request,
            hops: self.carried.hops,
        });
        Some(answer::outcome(Box::pin(answer).await))
    }
}
