//! One file for each family of actions.

mod asking;
mod changes;
mod completion;
mod content;
mod elicitation;
mod input_required;
mod prompts;
mod resources;
mod schemas;
mod speaking;
mod tasks;
mod types;

use keyway_core::action::{Action, Content, Expose};
use keyway_core::{Context, Error};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;

/// Every action of the fixture.
pub fn actions() -> Vec<Action> {
    [
        content::actions(),
        speaking::actions(),
        asking::actions(),
        elicitation::actions(),
        input_required::actions(),
        changes::actions(),
        schemas::actions(),
        resources::actions(),
        prompts::actions(),
        types::actions(),
        tasks::actions(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A tool with one of the suites' names, whose underscores a slug does not have.
fn tool<I, F, R>(name: &str, description: &str, run: F) -> Action
where
    I: DeserializeOwned + JsonSchema + Send + 'static,
    F: Fn(Context, I) -> R + Send + Sync + 'static,
    R: Future<Output = Result<Content, Error>> + Send + 'static,
{
    Action::content(slug(name), run)
        .mcp_name(name)
        .description(description)
        .expose(Expose::MCP)
}

fn slug(name: &str) -> String {
    name.replace('_', "-")
}
