//! Tasks as the protocol writes them.

use jiff::Timestamp;
use keyway_core::Error;
use keyway_core::json::quote;
use keyway_core::rpc::{RawJson, RpcError};
use keyway_store::{StoredTask, TaskState};

use super::TaskSettings;
use super::live::Standing;

/// A `CreateTaskResult`.
pub(super) fn begun(task: &StoredTask) -> Result<RawJson, Error> {
    let head = head(task, "working", None, task.updated_at);
    written(format!("{{\"resultType\":\"task\",{head}}}"))
}

/// A `DetailedTask`. `outcome` is what came of it, as it was kept; `live` how it stands while it runs.
pub(super) fn detailed(
    task: &StoredTask,
    live: Option<&Standing>,
    outcome: Option<&str>,
) -> Result<RawJson, Error> {
    let updated_at = task.updated_at;
    let text = match (task.state, outcome) {
        (TaskState::Working, _) => {
            let message = live.and_then(|live| live.message.as_deref());
            let changed_at = live.map_or(updated_at, |live| live.changed_at);
            match live.and_then(|live| live.asks.as_deref()) {
                Some(asks) => {
                    let head = head(task, "input_required", message, changed_at);
                    format!("{{{head},\"inputRequests\":{asks}}}")
                }
                None => format!("{{{}}}", head(task, "working", message, changed_at)),
            }
        }
        (TaskState::Completed, Some(result)) => {
            let head = head(task, "completed", None, updated_at);
            format!("{{{head},\"result\":{result}}}")
        }
        (TaskState::Failed, Some(error)) => {
            let head = head(task, "failed", Some("the call was refused"), updated_at);
            format!("{{{head},\"error\":{error}}}")
        }
        (TaskState::Cancelled, _) => format!("{{{}}}", head(task, "cancelled", None, updated_at)),
        (TaskState::Lost | TaskState::Completed | TaskState::Failed, _) => {
            let message = "what became of the call is not known";
            let error = RpcError::new(RpcError::INTERNAL_ERROR, message);
            let head = head(task, "failed", Some(message), updated_at);
            format!("{{{head},\"error\":{}}}", error_text(&error))
        }
    };
    written(text)
}

/// A JSON-RPC error object.
pub(super) fn error_text(error: &RpcError) -> String {
    if let Some(raw) = &error.raw {
        return raw.as_str().to_owned();
    }
    let data = error.data.as_ref();
    let data = data.map(|data| format!(",\"data\":{}", data.as_str()));
    format!(
        "{{\"code\":{},\"message\":{}{}}}",
        error.code,
        quote(&error.message),
        data.unwrap_or_default()
    )
}

/// The members that every `Task` has.
fn head(task: &StoredTask, status: &str, message: Option<&str>, changed_at: Timestamp) -> String {
    let message = message.map(|message| format!(",\"statusMessage\":{}", quote(message)));
    let lives = task.expires_at.duration_since(task.created_at).as_millis();
    format!(
        "\"taskId\":\"{}\",\"status\":\"{status}\"{},\"createdAt\":\"{}\",\
         \"lastUpdatedAt\":\"{}\",\"ttlMs\":{lives},\"pollIntervalMs\":{}",
        task.id,
        message.unwrap_or_default(),
        task.created_at,
        changed_at.max(task.created_at),
        TaskSettings::POLL.as_millis(),
    )
}

fn written(text: String) -> Result<RawJson, Error> {
    RawJson::parse(text.into()).map_err(Error::internal)
}
