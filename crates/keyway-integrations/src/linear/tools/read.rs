use keyway_core::Error;
use keyway_core::provider::PublicationContext;
use serde_json::{Value, json};

use super::super::api::{Api, Input};
use super::super::errors;
use super::super::ids::is_uuid;
use super::super::settings::Triggers;
use super::input::{GetIssue, SearchIssues, read};
use super::issue::{name, within};
use super::resolve;

const ISSUE: &str = "query Issue($id: String!) { issue(id: $id) { \
    id identifier title description url priorityLabel dueDate createdAt updatedAt archivedAt \
    state { name type } team { id key name } labels { nodes { name } } \
    assignee { displayName email } delegate { displayName } creator { displayName } \
    project { name } parent { identifier title team { id key } } \
    comments(last: 30) { nodes { id body createdAt user { displayName } parent { id } } } } }";
const SEARCH: &str = "query Search($term: String!, $filter: IssueFilter, $first: Int) { \
    searchIssues(term: $term, filter: $filter, first: $first) { totalCount nodes { \
    identifier title url priorityLabel updatedAt state { name } team { key } \
    assignee { displayName } } } }";

/// How many issues are found where nothing is said.
const FEW: u8 = 20;

pub(super) async fn get_issue(context: &PublicationContext, input: &Value) -> Result<Value, Error> {
    let input: GetIssue<'_> = read(input)?;
    let triggers = Triggers::read(&context.triggers)?;
    let api = Api::of(context)?;
    let data = api
        .ask(ISSUE, json!({ "id": name(input.issue) }), Input::Names)
        .await?;
    let issue = data.get("issue").filter(|issue| issue.is_object());
    let mut issue = issue.cloned().ok_or_else(errors::not_found)?;
    within(&triggers, Some(&issue))?;
    // An issue may be below one of a team that the publication is not for.
    if let Some(parent) = issue.get_mut("parent")
        && within(&triggers, Some(&*parent)).is_err()
    {
        *parent = Value::Null;
    }
    Ok(issue)
}

pub(super) async fn search_issues(
    context: &PublicationContext,
    input: &Value,
) -> Result<Value, Error> {
    let input: SearchIssues<'_> = read(input)?;
    let triggers = Triggers::read(&context.triggers)?;
    let api = Api::of(context)?;
    let mut all = Vec::new();
    if let Some(team) = input.team {
        let id = resolve::team(&api, &triggers, team).await?;
        all.push(json!({ "team": { "id": { "eq": id } } }));
    } else if let Some(teams) = &triggers.teams {
        let any: Vec<_> = teams.iter().map(|team| of_team(team)).collect();
        all.push(json!({ "or": any }));
    }
    if let Some(status) = input.status {
        all.push(json!({ "state": { "name": { "eqIgnoreCase": status } } }));
    }
    if let Some(label) = input.label {
        all.push(json!({ "labels": { "some": { "name": { "eqIgnoreCase": label } } } }));
    }
    if let Some(assignee) = input.assignee {
        all.push(json!({ "assignee": { "email": { "eqIgnoreCase": assignee } } }));
    }
    let variables = json!({
        "term": input.query,
        "filter": (!all.is_empty()).then(|| json!({ "and": all })),
        "first": input.limit.unwrap_or(FEW).clamp(1, 50),
    });
    let data = api.ask(SEARCH, variables, Input::Says).await?;
    let found = data.get("searchIssues");
    let told = |name: &str| found.and_then(|found| found.get(name)).cloned();
    let issues = told("nodes").ok_or_else(|| errors::failed("the answer has no issues"))?;
    Ok(json!({ "issues": issues, "total": told("totalCount") }))
}

fn of_team(team: &str) -> Value {
    if is_uuid(team) {
        json!({ "team": { "id": { "eq": team } } })
    } else {
        json!({ "team": { "key": { "eqIgnoreCase": team } } })
    }
}
