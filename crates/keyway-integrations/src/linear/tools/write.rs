use keyway_core::Error;
use keyway_core::provider::PublicationContext;
use serde_json::{Map, Value, json};

use super::super::api::{Api, Input};
use super::super::errors;
use super::super::reply::cut;
use super::super::settings::Triggers;
use super::input::{
    AssignIssue, CreateComment, CreateIssue, UpdateIssue, UpdateLabels, UpdateStatus, read,
};
use super::issue::{Access, target};
use super::resolve;

const CREATE: &str = "mutation Create($input: IssueCreateInput!) { \
    issueCreate(input: $input) { success issue { id identifier title url } } }";
const UPDATE: &str = "mutation Update($id: String!, $input: IssueUpdateInput!) { \
    issueUpdate(id: $id, input: $input) { success issue { id identifier title url \
    priorityLabel dueDate state { name } labels { nodes { name } } assignee { displayName } } } }";
const COMMENT: &str = "mutation Comment($input: CommentCreateInput!) { \
    commentCreate(input: $input) { success comment { id url } } }";

pub(super) async fn create_issue(
    context: &PublicationContext,
    input: &Value,
) -> Result<Value, Error> {
    let input: CreateIssue<'_> = read(input)?;
    let (api, triggers) = (Api::of(context)?, Triggers::read(&context.triggers)?);
    let team = resolve::team(&api, &triggers, input.team).await?;
    let mut fields = Map::new();
    fields.insert("teamId".into(), team.into());
    fields.insert("title".into(), input.title.into());
    if let Some(description) = input.description {
        fields.insert("description".into(), description.into());
    }
    if let Some(priority) = input.priority {
        fields.insert("priority".into(), priority.into());
    }
    if let Some(parent) = input.parent {
        let parent = target(&api, &triggers, parent, Access::Name).await?;
        fields.insert("parentId".into(), parent.id.into());
    }
    let data = api
        .ask(CREATE, json!({ "input": fields }), Input::Says)
        .await?;
    done(&data, "issueCreate", "issue")
}

pub(super) async fn update_issue(
    context: &PublicationContext,
    input: &Value,
) -> Result<Value, Error> {
    let input: UpdateIssue<'_> = read(input)?;
    let mut fields = Map::new();
    if let Some(title) = input.title {
        fields.insert("title".into(), title.into());
    }
    if let Some(description) = input.description {
        fields.insert("description".into(), description.into());
    }
    if let Some(priority) = input.priority {
        fields.insert("priority".into(), priority.into());
    }
    if let Some(due) = input.due_date {
        if !(due.is_null() || due.is_string()) {
            return Err(Error::invalid_at(
                "/due_date",
                "a day like 2026-11-29, or null",
            ));
        }
        fields.insert("dueDate".into(), due);
    }
    if fields.is_empty() {
        return Err(Error::invalid_at("", "something to change beside `issue`"));
    }
    let (api, triggers) = (Api::of(context)?, Triggers::read(&context.triggers)?);
    let issue = target(&api, &triggers, input.issue, Access::Change).await?;
    update(&api, &issue.id, Value::Object(fields)).await
}

pub(super) async fn create_comment(
    context: &PublicationContext,
    input: &Value,
) -> Result<Value, Error> {
    let input: CreateComment<'_> = read(input)?;
    let (api, triggers) = (Api::of(context)?, Triggers::read(&context.triggers)?);
    let issue = target(&api, &triggers, input.issue, Access::Change).await?;
    let parent = match input.parent {
        Some(parent) => Some(resolve::comment(&api, &issue.id, parent).await?),
        None => None,
    };
    let body = cut(input.body, None);
    let fields = json!({ "issueId": issue.id, "body": body, "parentId": parent });
    let data = api
        .ask(COMMENT, json!({ "input": fields }), Input::Says)
        .await?;
    done(&data, "commentCreate", "comment")
}

pub(super) async fn update_status(
    context: &PublicationContext,
    input: &Value,
) -> Result<Value, Error> {
    let input: UpdateStatus<'_> = read(input)?;
    let (api, triggers) = (Api::of(context)?, Triggers::read(&context.triggers)?);
    let issue = target(&api, &triggers, input.issue, Access::Change).await?;
    let state = resolve::status(&api, &issue.team, input.status).await?;
    update(&api, &issue.id, json!({ "stateId": state })).await
}

pub(super) async fn update_labels(
    context: &PublicationContext,
    input: &Value,
) -> Result<Value, Error> {
    let input: UpdateLabels<'_> = read(input)?;
    if input.add.is_empty() && input.remove.is_empty() {
        return Err(Error::invalid_at("", "labels to `add` or to `remove`"));
    }
    let (api, triggers) = (Api::of(context)?, Triggers::read(&context.triggers)?);
    let issue = target(&api, &triggers, input.issue, Access::Change).await?;
    let lists = [("add", input.add.as_slice()), ("remove", &input.remove)];
    let [add, remove] = resolve::labels(&api, &issue.team, lists).await?;
    // Only what changes is named: a label that somebody else adds meanwhile stays.
    let fields = json!({ "addedLabelIds": add, "removedLabelIds": remove });
    update(&api, &issue.id, fields).await
}

pub(super) async fn assign_issue(
    context: &PublicationContext,
    input: &Value,
) -> Result<Value, Error> {
    let input: AssignIssue<'_> = read(input)?;
    let (api, triggers) = (Api::of(context)?, Triggers::read(&context.triggers)?);
    let issue = target(&api, &triggers, input.issue, Access::Change).await?;
    let member = match input.assignee {
        Some(person) => Some(resolve::member(&api, person).await?),
        None => None,
    };
    update(&api, &issue.id, json!({ "assigneeId": member })).await
}

async fn update(api: &Api<'_>, issue: &str, fields: Value) -> Result<Value, Error> {
    let variables = json!({ "id": issue, "input": fields });
    let data = api.ask(UPDATE, variables, Input::Says).await?;
    done(&data, "issueUpdate", "issue")
}

/// What became of something that was changed.
fn done(data: &Value, mutation: &str, noun: &str) -> Result<Value, Error> {
    let answer = data.get(mutation);
    let success = answer.and_then(|answer| answer.get("success"));
    let thing = answer.and_then(|answer| answer.get(noun));
    match (success, thing) {
        (Some(Value::Bool(true)), Some(thing)) => Ok(thing.clone()),
        _ => Err(errors::failed("it was not done")),
    }
}
