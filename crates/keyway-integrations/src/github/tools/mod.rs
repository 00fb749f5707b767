//! What an agent may do on GitHub: a table of tools, and what each sends.

mod checks;
mod commit;
mod files;
mod issues;
mod pulls;
mod schema;
mod shown;
mod table;

use keyway_core::provider::PublicationContext;
use keyway_core::{Error, Kind};
use serde_json::Value;

use super::call::Call;
use super::settings::Settings;

pub(super) use table::TOOLS;

/// Runs a tool. Its scope is asked for once more: nothing that is not granted is sent.
pub(super) async fn execute(
    name: &str,
    input: &Value,
    context: &PublicationContext,
) -> Result<Value, Error> {
    let tool = TOOLS
        .iter()
        .find(|tool| tool.name == name)
        .ok_or_else(unknown)?;
    if !context.scopes.permits(tool.scope) {
        return Err(Error::new(
            Kind::Forbidden,
            "scope_not_granted",
            "the publication does not have the scope of this tool",
        ));
    }
    let settings = Settings::read(&context.settings)?;
    let call = Call::of(context, &settings)?;
    match tool.name {
        "get_issue" => issues::get(&call, input).await,
        "get_pull_request" => pulls::get(&call, input).await,
        "get_diff" => pulls::diff(&call, input).await,
        "get_file" => files::get(&call, input).await,
        "get_checks" => checks::get(&call, input).await,
        "create_comment" => issues::comment(&call, input).await,
        "update_labels" => issues::label(&call, input).await,
        "assign" => issues::assign(&call, input).await,
        "create_issue" => issues::create(&call, input).await,
        "commit_files" => commit::commit(&call, input).await,
        "create_pull_request" => pulls::create(&call, input).await,
        "submit_review" => pulls::review(&call, input).await,
        "merge_pull_request" => pulls::merge(&call, input).await,
        "dispatch_workflow" => checks::dispatch(&call, input).await,
        _ => Err(unknown()),
    }
}

fn unknown() -> Error {
    Error::new(
        Kind::NotFound,
        "tool_not_found",
        "the provider has no such tool",
    )
}
