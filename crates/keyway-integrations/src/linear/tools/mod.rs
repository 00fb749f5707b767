//! What an agent may do in Linear: each tool with its one scope. An issue of a team that the publication is
//! not for is refused, by whatever name it is given.

mod input;
mod issue;
mod query;
mod read;
mod resolve;
mod schema;
mod write;

use keyway_core::provider::{Effect, McpToolDescriptor, PublicationContext};
use keyway_core::{Error, Kind};
use serde_json::Value;

use super::publication::COMMENT;

/// The tools.
pub(super) const TOOLS: &[McpToolDescriptor] = &[
    tool(
        ("get_issue", "Read an issue"),
        "Read a Linear issue with its description, status, labels, people and newest comments.",
        ("issue.read", Effect::Reads, true),
        schema::get_issue,
    ),
    tool(
        ("search_issues", "Search issues"),
        "Search Linear issues by words, and by team, status, label or assignee.",
        ("issue.read", Effect::Reads, true),
        schema::search_issues,
    ),
    tool(
        ("create_issue", "Create an issue"),
        "Create a Linear issue in a team, or below another issue.",
        ("issue.create", Effect::Writes, false),
        schema::create_issue,
    ),
    tool(
        ("update_issue", "Change an issue"),
        "Change title, description, priority or due date of a Linear issue. What is not given stays.",
        ("issue.update", Effect::Writes, true),
        schema::update_issue,
    ),
    tool(
        ("create_comment", "Comment on an issue"),
        "Comment on a Linear issue, or reply to one of its comments.",
        (COMMENT, Effect::Writes, false),
        schema::create_comment,
    ),
    tool(
        ("update_status", "Move an issue"),
        "Move a Linear issue to another status of its team.",
        ("status.update", Effect::Writes, true),
        schema::update_status,
    ),
    tool(
        ("update_labels", "Label an issue"),
        "Add labels to a Linear issue and take others away. Labels have to exist.",
        ("label.update", Effect::Writes, true),
        schema::update_labels,
    ),
    tool(
        ("assign_issue", "Assign an issue"),
        "Assign a Linear issue to a member of the workspace, or to nobody.",
        ("assignee.update", Effect::Writes, true),
        schema::assign_issue,
    ),
    tool(
        ("graphql_read", "Query Linear"),
        "Run one GraphQL query of the Linear API. Mutations and subscriptions are refused.",
        ("graphql.read", Effect::Reads, true),
        schema::graphql_read,
    ),
];

const fn tool(
    (name, title): (&'static str, &'static str),
    description: &'static str,
    (scope, effect, idempotent): (&'static str, Effect, bool),
    input_schema: fn() -> Value,
) -> McpToolDescriptor {
    McpToolDescriptor {
        name,
        title,
        description,
        scope,
        effect,
        idempotent,
        input_schema,
    }
}

/// Runs a tool.
pub(super) async fn execute(
    name: &str,
    input: &Value,
    context: &PublicationContext,
) -> Result<Value, Error> {
    let known = TOOLS.iter().find(|tool| tool.name == name);
    let Some(tool) = known else {
        return Err(Error::new(
            Kind::NotFound,
            "tool_not_found",
            "the provider has no such tool",
        ));
    };
    // Whoever asks has looked already. A tool that acts without its scope should not be one call away.
    if !context.scopes.permits(tool.scope) {
        return Err(Error::new(
            Kind::Forbidden,
            "publication_scope_missing",
            "the publication does not have the scope of this tool",
        ));
    }
    match name {
        "get_issue" => read::get_issue(context, input).await,
        "search_issues" => read::search_issues(context, input).await,
        "create_issue" => write::create_issue(context, input).await,
        "update_issue" => write::update_issue(context, input).await,
        "create_comment" => write::create_comment(context, input).await,
        "update_status" => write::update_status(context, input).await,
        "update_labels" => write::update_labels(context, input).await,
        "assign_issue" => write::assign_issue(context, input).await,
        _ => query::graphql_read(context, input).await,
    }
}
