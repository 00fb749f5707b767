use serde_json::{Value, json};

use super::authority::Access;
use super::document::Field;
use super::entity::{Entity, Link, append, is, link, one, remove, target};
use super::resolve::Refused;
use super::workspace::Workspace;

/// The most bytes of a text.
const LONGEST: usize = 64 * 1024;

/// Changes something, and gives what is answered.
pub(super) fn mutate(
    workspace: &mut Workspace,
    web: &str,
    who: &Access,
    field: &Field,
) -> Result<Entity, Refused> {
    let input = field.arguments.get("input").and_then(Value::as_object);
    let input = input.ok_or_else(|| Refused::from("argument input is required".to_owned()))?;
    let user = who
        .user
        .clone()
        .unwrap_or_else(|| workspace.app_user.clone());
    match field.name.as_str() {
        "issueCreate" => {
            only(
                input,
                &[
                    "id",
                    "teamId",
                    "title",
                    "description",
                    "priority",
                    "parentId",
                ],
            )?;
            let team = there(workspace, "Team", input, "teamId")?.ok_or_else(|| absent("Team"))?;
            said(input, "title")?.ok_or_else(|| Refused::input("title is required"))?;
            said(input, "description")?;
            let id = new_id(workspace, input)?;
            let mut fields = input.clone();
            for gone in ["id", "teamId", "parentId"] {
                fields.remove(gone);
            }
            if let Some(parent) = there(workspace, "Issue", input, "parentId")? {
                fields.insert("parent".into(), one(&parent));
            }
            workspace.add_issue(&id, &team, &user, web, fields);
            Ok(payload("issue", &id))
        }
        "issueUpdate" => {
            let name = field
                .arguments
                .get("id")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let id = workspace.issue(name).ok_or_else(|| absent("Issue"))?;
            update(workspace, &id, input)?;
            Ok(payload("issue", &id))
        }
        "commentCreate" => {
            only(input, &["id", "issueId", "parentId", "body"])?;
            let issue =
                there(workspace, "Issue", input, "issueId")?.ok_or_else(|| absent("Issue"))?;
            if !workspace.all[&issue]["archivedAt"].is_null() {
                return Err(absent("Issue"));
            }
            let parent = there(workspace, "Comment", input, "parentId")?;
            if let Some(parent) = &parent {
                let comment = &workspace.all[parent];
                if target(comment, "parent").is_some()
                    || target(comment, "issue") != Some(issue.clone())
                {
                    return Err(Refused::input(
                        "parentId has to be a comment of the issue, and no reply",
                    ));
                }
            }
            let body = said(input, "body")?.ok_or_else(|| Refused::input("body is required"))?;
            let id = new_id(workspace, input)?;
            workspace.add_comment(&id, &issue, parent.as_deref(), &user, &body);
            Ok(payload("comment", &id))
        }
        "agentActivityCreate" if who.user.is_some() => {
            Err(Refused::forbidden("only apps have agent sessions"))
        }
        "agentActivityCreate" => {
            let (id, session) = activity(workspace, input, &user)?;
            append(session_of(workspace, &session), "activities", &id);
            Ok(payload("agentActivity", &id))
        }
        "agentSessionUpdate" if who.user.is_some() => Err(Refused::forbidden(
            "only the app of a session may update it",
        )),
        "agentSessionUpdate" => {
            let id = field.arguments.get("id").and_then(Value::as_str);
            let id = id.filter(|id| {
                workspace
                    .all
                    .get(*id)
                    .is_some_and(|one| is(one, "AgentSession"))
            });
            let id = id.ok_or_else(|| absent("AgentSession"))?.to_owned();
            urls(session_of(workspace, &id), input)?;
            Ok(payload("agentSession", &id))
        }
        other => Err(Refused::from(format!(
            "Cannot query field \"{other}\" on type \"Mutation\""
        ))),
    }
}

/// Adds an activity, and gives its id and its session's. One that is ephemeral is gone with the next.
fn activity(
    workspace: &mut Workspace,
    input: &Entity,
    user: &str,
) -> Result<(String, String), Refused> {
    only(input, &["id", "agentSessionId", "content", "ephemeral"])?;
    let session = there(workspace, "AgentSession", input, "agentSessionId")?;
    let session = session.ok_or_else(|| absent("AgentSession"))?;
    let content = input.get("content").and_then(Value::as_object);
    let content = content.ok_or_else(|| Refused::input("content is required"))?;
    let kind = content.get("type").and_then(Value::as_str);
    let needed: &[&str] = if kind == Some("action") {
        only(content, &["type", "action", "parameter", "result"])?;
        &["action", "parameter"]
    } else {
        only(content, &["type", "body"])?;
        &["body"]
    };
    for name in needed {
        said(content, name)?.ok_or_else(|| Refused::input(format!("{name} is required")))?;
    }
    let status = match kind {
        Some("thought" | "action") => "active",
        Some("elicitation") => "awaitingInput",
        Some("response") => "complete",
        Some("error") => "error",
        _ => return Err(Refused::input("no type of content that an agent creates")),
    };
    let ephemeral = input.get("ephemeral") == Some(&Value::Bool(true));
    if ephemeral && !matches!(kind, Some("thought" | "action")) {
        return Err(Refused::input("only thoughts and actions are ephemeral"));
    }
    let id = new_id(workspace, input)?;
    let shown = match session_of(workspace, &session).get("activities").map(link) {
        Some(Link::Many(all)) => all,
        _ => Vec::new(),
    };
    for gone in shown {
        if workspace.all[&gone].get("ephemeral") == Some(&Value::Bool(true)) {
            remove(session_of(workspace, &session), "activities", &gone);
        }
    }
    let activity = json!({
        "content": content, "agentSession": one(&session), "user": one(user), "signal": null,
        "ephemeral": ephemeral
    });
    workspace.add_as(&id, "AgentActivity", activity);
    session_of(workspace, &session).insert("status".into(), status.into());
    Ok((id, session))
}

/// Adds links to a session, and takes some away. A URL is there once.
fn urls(session: &mut Entity, input: &Entity) -> Result<(), Refused> {
    only(
        input,
        &["externalUrls", "addedExternalUrls", "removedExternalUrls"],
    )?;
    let list = |name: &str| input.get(name).and_then(Value::as_array).cloned();
    let kept = session
        .get("externalUrls")
        .and_then(Value::as_array)
        .cloned();
    let mut all = list("externalUrls").unwrap_or_else(|| kept.unwrap_or_default());
    for new in list("addedExternalUrls").unwrap_or_default() {
        let web = new["url"]
            .as_str()
            .is_some_and(|url| url.starts_with("http"));
        if !web || !new["label"].is_string() {
            return Err(Refused::input("a link has a label and a url"));
        }
        all.retain(|one| one["url"] != new["url"]);
        all.push(new);
    }
    let gone = list("removedExternalUrls").unwrap_or_default();
    all.retain(|one| !gone.contains(&one["url"]));
    session.insert("externalUrls".into(), all.into());
    Ok(())
}

fn session_of<'w>(workspace: &'w mut Workspace, id: &str) -> &'w mut Entity {
    workspace.all.get_mut(id).expect("the session")
}

fn update(workspace: &mut Workspace, id: &str, input: &Entity) -> Result<(), Refused> {
    only(
        input,
        &[
            "title",
            "description",
            "priority",
            "dueDate",
            "stateId",
            "assigneeId",
            "addedLabelIds",
            "removedLabelIds",
        ],
    )?;
    let team = target(&workspace.all[id], "team");
    let state = there(workspace, "WorkflowState", input, "stateId")?;
    if let Some(state) = &state
        && target(&workspace.all[state], "team") != team
    {
        return Err(Refused::input("the status is of another team"));
    }
    let assignee = there(workspace, "User", input, "assigneeId")?;
    let mut labels = [Vec::new(), Vec::new()];
    for (list, name) in labels.iter_mut().zip(["addedLabelIds", "removedLabelIds"]) {
        for label in input
            .get(name)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            let label = label.as_str().unwrap_or_default();
            let known = workspace.all.get(label).filter(|one| is(one, "IssueLabel"));
            let known = known.ok_or_else(|| absent("IssueLabel"))?;
            if target(known, "team").is_some_and(|of| Some(of) != team) {
                return Err(Refused::input("the label is of another team"));
            }
            list.push(label.to_owned());
        }
    }
    said(input, "description")?;
    let moment = workspace.moment();
    let issue = workspace.all.get_mut(id).expect("the issue");
    for name in ["title", "description", "priority", "dueDate"] {
        if let Some(value) = input.get(name) {
            issue.insert(name.into(), value.clone());
        }
    }
    if let Some(priority) = input.get("priority").and_then(Value::as_u64) {
        let names = ["No priority", "Urgent", "High", "Medium", "Low"];
        let name = usize::try_from(priority).ok().and_then(|at| names.get(at));
        let name = name.ok_or_else(|| Refused::input("priority is 0 to 4"))?;
        issue.insert("priorityLabel".into(), (*name).into());
    }
    if let Some(state) = state {
        issue.insert("state".into(), one(&state));
    }
    if input.contains_key("assigneeId") {
        issue.insert(
            "assignee".into(),
            assignee.as_deref().map_or(Value::Null, one),
        );
    }
    let [added, removed] = labels;
    for label in &added {
        append(issue, "labels", label);
    }
    for label in &removed {
        remove(issue, "labels", label);
    }
    issue.insert("updatedAt".into(), moment.into());
    Ok(())
}

/// An input has no other fields: GraphQL refuses what it does not know.
fn only(input: &Entity, known: &[&str]) -> Result<(), Refused> {
    match input.keys().find(|name| !known.contains(&name.as_str())) {
        Some(other) => Err(Refused::from(format!(
            "Field \"{other}\" is not defined by the input"
        ))),
        None => Ok(()),
    }
}

/// The id of something that is named; nothing where nothing is.
fn there(
    workspace: &Workspace,
    kind: &str,
    input: &Entity,
    name: &str,
) -> Result<Option<String>, Refused> {
    let Some(id) = input.get(name).filter(|id| !id.is_null()) else {
        return Ok(None);
    };
    let id = id.as_str().unwrap_or_default();
    let found = match kind {
        "Issue" => workspace.issue(id),
        _ => workspace
            .all
            .get(id)
            .filter(|one| is(one, kind))
            .map(|_| id.to_owned()),
    };
    found.map(Some).ok_or_else(|| absent(kind))
}

fn said(input: &Entity, name: &str) -> Result<Option<String>, Refused> {
    let text = input.get(name).and_then(Value::as_str);
    if text.is_some_and(|text| text.len() > LONGEST) {
        return Err(Refused::input(format!("{name} is too long")));
    }
    Ok(text
        .filter(|text| !text.trim().is_empty())
        .map(str::to_owned))
}

/// The id that the client brought, where it is a UUID of version 4 that nothing has; else a new one.
fn new_id(workspace: &mut Workspace, input: &Entity) -> Result<String, Refused> {
    let Some(id) = input.get("id").and_then(Value::as_str) else {
        return Ok(workspace.new_id());
    };
    let shape = |(at, byte): (usize, u8)| match at {
        8 | 13 | 18 | 23 => byte == b'-',
        14 => byte == b'4',
        19 => matches!(byte, b'8' | b'9' | b'a' | b'b'),
        _ => byte.is_ascii_hexdigit() && !byte.is_ascii_uppercase(),
    };
    if id.len() != 36 || !id.bytes().enumerate().all(shape) {
        return Err(Refused::input("id must be a UUID"));
    }
    if workspace.all.contains_key(id) {
        return Err(Refused::input("id is taken"));
    }
    Ok(id.to_owned())
}

fn payload(noun: &str, id: &str) -> Entity {
    let mut payload = Entity::new();
    payload.insert("success".into(), true.into());
    payload.insert("lastSyncId".into(), 1.into());
    payload.insert(noun.to_owned(), one(id));
    payload
}

fn absent(kind: &str) -> Refused {
    Refused::input(format!("Entity not found: {kind}"))
}
