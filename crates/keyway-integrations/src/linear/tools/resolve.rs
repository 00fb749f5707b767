//! From the names that people use to the ids of Linear.

use keyway_core::Error;
use serde_json::{Value, json};

use super::super::api::{Api, Input, text};
use super::super::errors;
use super::super::ids::is_uuid;
use super::super::settings::Triggers;

const TEAMS: &str = "query Teams($filter: TeamFilter!) { \
    teams(filter: $filter, first: 2) { nodes { id key } } }";
const STATES: &str = "query States($filter: WorkflowStateFilter!) { \
    workflowStates(filter: $filter, first: 2) { nodes { id name } } }";
const LABELS: &str = "query Labels($filter: IssueLabelFilter!) { \
    issueLabels(filter: $filter, first: 250) { nodes { id name team { id } } } }";
const USERS: &str = "query Users($filter: UserFilter!) { \
    users(filter: $filter, first: 2) { nodes { id } } }";
const COMMENT: &str =
    "query Parent($id: String!) { comment(id: $id) { id issue { id } parent { id } } }";

/// The id of a team that the publication is for.
pub(super) async fn team(api: &Api<'_>, triggers: &Triggers, team: &str) -> Result<String, Error> {
    let filter = if is_uuid(team) {
        json!({ "id": { "eq": team } })
    } else {
        json!({ "key": { "eqIgnoreCase": team } })
    };
    let data = api
        .ask(TEAMS, json!({ "filter": filter }), Input::Says)
        .await?;
    let found = data.pointer("/teams/nodes/0");
    let found = found.ok_or_else(|| Error::invalid_at("/team", "the key or id of a team"))?;
    let (id, key) = (text(found, "/id"), text(found, "/key"));
    if !triggers.has_team(id.as_deref(), key.as_deref()) {
        return Err(errors::outside());
    }
    id.ok_or_else(|| errors::failed("the answer names no team"))
}

/// The id of a status of a team.
pub(super) async fn status(api: &Api<'_>, team: &str, status: &str) -> Result<String, Error> {
    let filter = json!({
        "team": { "id": { "eq": team } },
        "name": { "eqIgnoreCase": status },
    });
    let data = api
        .ask(STATES, json!({ "filter": filter }), Input::Says)
        .await?;
    let expected = "the name of a status of the issue's team";
    only(&data, "/workflowStates/nodes", "/status", expected)
}

/// The ids of labels that issues of a team can have: the team's, or the workspace's.
pub(super) async fn labels(
    api: &Api<'_>,
    team: &str,
    lists: [(&str, &[&str]); 2],
) -> Result<[Vec<String>; 2], Error> {
    let named = lists.iter().flat_map(|(_, names)| names.iter());
    let any: Vec<_> = named
        .map(|name| json!({ "name": { "eqIgnoreCase": name } }))
        .collect();
    let data = api
        .ask(LABELS, json!({ "filter": { "or": any } }), Input::Says)
        .await?;
    let found = data.pointer("/issueLabels/nodes").and_then(Value::as_array);
    let found = found.map(Vec::as_slice).unwrap_or_default();
    let id_of = |name: &str| {
        let alike = found
            .iter()
            .filter(|label| text(label, "/name").is_some_and(|it| it.eq_ignore_ascii_case(name)));
        // The team's own before the workspace's, and never another team's.
        let rank = |label: &&Value| match text(label, "/team/id") {
            Some(id) if id == team => Some(0),
            Some(_) => None,
            None => Some(1),
        };
        let best = alike.filter_map(|label| Some((rank(&label)?, text(label, "/id")?)));
        best.min().map(|(_, id)| id)
    };
    let mut ids = [Vec::new(), Vec::new()];
    for (ids, (list, names)) in ids.iter_mut().zip(lists) {
        for (number, name) in names.iter().enumerate() {
            ids.push(id_of(name).ok_or_else(|| {
                let expected = "the name of a label of the issue's team or the workspace";
                Error::invalid_at(format!("/{list}/{number}"), expected)
            })?);
        }
    }
    Ok(ids)
}

/// The id of a member.
pub(super) async fn member(api: &Api<'_>, person: &str) -> Result<String, Error> {
    let filter = if is_uuid(person) {
        json!({ "id": { "eq": person } })
    } else if person.contains('@') {
        json!({ "email": { "eqIgnoreCase": person } })
    } else {
        json!({ "displayName": { "eqIgnoreCase": person } })
    };
    let data = api
        .ask(USERS, json!({ "filter": filter }), Input::Says)
        .await?;
    let expected = "the email, display name or id of one member";
    only(&data, "/users/nodes", "/assignee", expected)
}

/// The id of the comment at the beginning of a thread of an issue, by any comment in it.
pub(super) async fn comment(api: &Api<'_>, issue: &str, comment: &str) -> Result<String, Error> {
    let data = api
        .ask(COMMENT, json!({ "id": comment }), Input::Names)
        .await?;
    if text(&data, "/comment/issue/id").as_deref() != Some(issue) {
        let expected = "the id of a comment of the same issue";
        return Err(Error::invalid_at("/parent", expected));
    }
    // Threads are one deep: a reply to a reply is one to the comment they both are below.
    let root = text(&data, "/comment/parent/id").or_else(|| text(&data, "/comment/id"));
    root.ok_or_else(|| errors::failed("the answer names no comment"))
}

/// The id of the one that was found. Two with one name are none: it would be a guess.
fn only(data: &Value, nodes: &str, at: &str, expected: &str) -> Result<String, Error> {
    let found = data.pointer(nodes).and_then(Value::as_array);
    match found.map(Vec::as_slice).unwrap_or_default() {
        [one] => text(one, "/id").ok_or_else(|| errors::failed("the answer has no id")),
        _ => Err(Error::invalid_at(at, expected)),
    }
}
