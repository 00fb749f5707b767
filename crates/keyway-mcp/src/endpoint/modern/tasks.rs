//! Tasks: what a client asks about calls that it comes back for (MCP 2026-07-28, the extension
//! `io.modelcontextprotocol/tasks`).

use std::sync::Arc;

use http::{HeaderMap, StatusCode};
use keyway_core::ports::TaskAsk;
use keyway_core::rpc::RpcError;
use serde_json::json;

use super::super::core::{Core, Origin};
use super::super::method::TaskMethod;
use super::super::params::{Params, invalid, string};
use super::check::Refused;
use super::mirror::check_target;
use crate::wire::{TASKS, declares_tasks};

/// Answers a request about a task, for a client that declares tasks with it.
pub(super) async fn ask(
    core: &Arc<Core>,
    origin: &Origin,
    headers: &HeaderMap,
    (which, capabilities): (TaskMethod, &str),
    params: &Params<'_>,
) -> Result<String, Refused> {
    let as_is = |error| (StatusCode::OK, error);
    let id = string(params.task_id).ok_or_else(|| as_is(invalid("`taskId` must be a string")))?;
    check_target(headers, &id)?;
    if !declares_tasks(capabilities) {
        return Err(undeclared());
    }
    let ask = match which {
        TaskMethod::Get => TaskAsk::Get,
        TaskMethod::Cancel => TaskAsk::Cancel,
        TaskMethod::Update => TaskAsk::Update(
            params
                .input_responses
                .filter(|responses| responses.starts_with('{'))
                .ok_or_else(|| as_is(invalid("`inputResponses` must be an object")))?,
        ),
    };
    let answer = core.backend.task(&origin.who, &id, ask).await;
    answer
        .map(|result| result.as_str().to_owned())
        .map_err(as_is)
}

/// The refusal of a client that does not declare tasks with its request.
pub(super) fn undeclared() -> Refused {
    let required = json!({ "extensions": { TASKS: {} } });
    let error = RpcError::new(
        RpcError::MISSING_CLIENT_CAPABILITY,
        "this needs a client that supports tasks",
    )
    .with_data(&json!({ "requiredCapabilities": required }));
    (StatusCode::BAD_REQUEST, error)
}
