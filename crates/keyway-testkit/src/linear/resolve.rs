use serde_json::{Map, Value};

use super::authority::Access;
use super::document::{Document, Field};
use super::entity::{Entity, is, text};
use super::filter::passes;
use super::mutate::mutate;
use super::project::{connection, project};
use super::workspace::Workspace;

/// Why a request is refused: the code, and a message.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) code: &'static str,
    pub(super) message: String,
}

impl Refused {
    pub(super) fn input(message: impl Into<String>) -> Self {
        Self {
            code: "INPUT_ERROR",
            message: message.into(),
        }
    }

    fn absent(kind: &str) -> Self {
        Self::input(format!("Entity not found: {kind}"))
    }

    pub(super) fn forbidden(message: &str) -> Self {
        Self {
            code: "FORBIDDEN",
            message: message.to_owned(),
        }
    }
}

impl From<String> for Refused {
    fn from(message: String) -> Self {
        Self {
            code: "GRAPHQL_VALIDATION_FAILED",
            message,
        }
    }
}

/// Executes a document for who is asking.
pub(super) fn execute(
    workspace: &mut Workspace,
    web: &str,
    who: &Access,
    document: &Document,
) -> Result<Value, Refused> {
    let needed = if document.writes { "write" } else { "read" };
    if !who.scopes.contains(needed) {
        return Err(Refused::forbidden("Invalid scope"));
    }
    let mut answer = Map::new();
    for field in &document.fields {
        let value = if document.writes {
            let payload = mutate(workspace, web, who, field)?;
            project(&workspace.all, &payload, &field.fields)?
        } else {
            query(workspace, who, field)?
        };
        answer.insert(field.called.clone(), value);
    }
    Ok(Value::Object(answer))
}

fn query(workspace: &Workspace, who: &Access, field: &Field) -> Result<Value, Refused> {
    let all = &workspace.all;
    let named = |argument: &str| {
        let value = field.arguments.get(argument).and_then(Value::as_str);
        value.ok_or_else(|| {
            Refused::from(format!("argument {argument} of {} is required", field.name))
        })
    };
    let by_id = |kind: &str| {
        let id = named("id")?;
        let found = match kind {
            "Issue" => workspace.issue(id).and_then(|id| all.get(&id)),
            _ => all.get(id).filter(|entity| is(entity, kind)),
        };
        let found = found.ok_or_else(|| Refused::absent(kind))?;
        Ok::<_, Refused>(project(all, found, &field.fields)?)
    };
    let list = |kind: &str| {
        let filter = field.arguments.get("filter").cloned().unwrap_or_default();
        let mut found = Vec::new();
        for entity in all
            .values()
            .filter(|entity| is(entity, kind) && entity["archivedAt"].is_null())
        {
            if passes(all, entity, &filter).map_err(Refused::input)? {
                found.push(entity);
            }
        }
        Ok::<_, Refused>(found)
    };
    match field.name.as_str() {
        "viewer" => {
            let id = who.user.as_ref().unwrap_or(&workspace.app_user);
            Ok(project(all, &all[id], &field.fields)?)
        }
        "organization" => Ok(project(all, &all[&workspace.organization], &field.fields)?),
        "applicationInfo" => {
            let client = named("clientId")?;
            let known = |one: &Entity| text(one, "clientId") == client;
            let found = workspace.find("Application", known);
            let found = found.ok_or_else(|| Refused::absent("Application"))?;
            Ok(project(all, &all[&found], &field.fields)?)
        }
        "issue" => by_id("Issue"),
        "comment" => by_id("Comment"),
        "agentActivity" => by_id("AgentActivity"),
        "agentSession" => by_id("AgentSession"),
        "team" => by_id("Team"),
        "issues" => Ok(connection(all, list("Issue")?, field)?),
        "teams" => Ok(connection(all, list("Team")?, field)?),
        "users" => Ok(connection(all, list("User")?, field)?),
        "issueLabels" => Ok(connection(all, list("IssueLabel")?, field)?),
        "workflowStates" => Ok(connection(all, list("WorkflowState")?, field)?),
        "searchIssues" => {
            let term = named("term")?.to_lowercase();
            let mut found = list("Issue")?;
            found.retain(|issue| {
                let words = format!("{} {}", text(issue, "title"), text(issue, "description"));
                words.to_lowercase().contains(&term)
            });
            Ok(connection(all, found, field)?)
        }
        other => Err(Refused::from(format!(
            "Cannot query field \"{other}\" on type \"Query\""
        ))),
    }
}
