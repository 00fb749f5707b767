//! A provider's tools as actions: policy, approvals and the audit log know them like any other.

use serde_json::Value;

use super::{Effect, McpToolDescriptor, Providers, PublicationContext};
use crate::action::Expose;
use crate::rpc::RawJson;
use crate::{Action, Context, Error, Kind};

/// The slug of the action that a tool is: `mcp:github:create-comment`.
pub(super) fn slug(provider: &str, tool: &McpToolDescriptor) -> String {
    format!("mcp:{provider}:{}", tool.name.replace('_', "-"))
}

impl Providers {
    /// Every tool of every provider as an action. None is exposed anywhere: agents have them in sessions of
    /// a publication that grants their scope, and without its [`PublicationContext`] they do nothing.
    pub fn actions(&self) -> Vec<Action> {
        let all = self.iter().map(|provider| (provider.id(), provider));
        all.flat_map(|(id, provider)| provider.tools().iter().map(move |tool| (id, tool)))
            .map(|(id, tool)| self.action(id, tool))
            .collect()
    }

    fn action(&self, provider: &'static str, tool: &'static McpToolDescriptor) -> Action {
        let providers = self.clone();
        let run = move |context: Context, input: RawJson| {
            let providers = providers.clone();
            async move {
                let acting = context
                    .get::<PublicationContext>()
                    .ok_or_else(publication_only)?;
                let provider = providers.get(provider).ok_or_else(publication_only)?;
                permitted(tool, &acting)?;
                let input: Value = input.read().map_err(Error::internal)?;
                let answer = provider.execute_tool(tool.name, &input, &acting).await?;
                RawJson::of(&answer).map_err(Error::internal)
            }
        };
        let action = Action::json(slug(provider, tool), (tool.input_schema)(), None, run)
            .mcp_name(tool.full_name(provider))
            .title(tool.title)
            .description(tool.description)
            .expose(Expose::NONE);
        let action = match tool.effect {
            Effect::Reads => action.read_only(),
            Effect::Writes => action,
            Effect::Destroys => action.destructive(),
        };
        if tool.idempotent {
            action.idempotent()
        } else {
            action
        }
    }
}

fn permitted(tool: &McpToolDescriptor, acting: &PublicationContext) -> Result<(), Error> {
    let permits = acting.scopes.permits(tool.scope);
    permits
        .then_some(())
        .ok_or_else(|| scope_missing(tool.scope))
}

/// `publication_scope_missing`: a publication does not have the scope of one of its provider's tools.
pub fn scope_missing(scope: &str) -> Error {
    let message = format!("the publication does not have the scope `{scope}`");
    Error::new(Kind::Forbidden, "publication_scope_missing", message)
}

/// `publication_only`: a provider's tool is called by who is in no session of a publication of it.
pub fn publication_only() -> Error {
    Error::new(
        Kind::Forbidden,
        "publication_only",
        "this tool is for agents that are published through its provider, in a session of theirs",
    )
}
