//! What the agent can do, one tool for each capability, and how it answers.

use keyway::provider::{Effect, McpToolDescriptor, Posted, PublicationContext, Reply};
use keyway::{Error, Kind};
use serde::Deserialize;
use serde_json::{Value, json};

use super::install::site;
use super::publication::{UPDATE, issue};

pub(super) const TOOLS: &[McpToolDescriptor] = &[McpToolDescriptor {
    name: "update_issue_status",
    title: "Move an issue",
    description: "Move a Jira issue to a new status.",
    scope: UPDATE,
    effect: Effect::Writes,
    idempotent: true,
    input_schema: || {
        json!({
            "type": "object",
            "properties": {
                "issue_key": { "type": "string", "description": "e.g. PROJ-123" },
                "status": { "type": "string", "enum": ["Open", "In Progress", "Done"] }
            },
            "required": ["issue_key", "status"]
        })
    },
}];

#[derive(Deserialize)]
struct Move {
    issue_key: String,
    status: String,
}

/// The property of a comment that tells which reply it is.
const PROPERTY: &str = "keyway";

pub(super) async fn execute(
    name: &str,
    input: &Value,
    context: &PublicationContext,
) -> Result<Value, Error> {
    match name {
        "update_issue_status" => update_issue_status(input, context).await,
        _ => Err(Error::new(
            Kind::NotFound,
            "tool_not_found",
            "there is no such tool",
        )),
    }
}

async fn update_issue_status(input: &Value, context: &PublicationContext) -> Result<Value, Error> {
    let wanted = Move::deserialize(input).map_err(|_| Error::invalid_at("", "key and status"))?;
    let path = path(context, &wanted.issue_key, "transitions")?;
    let offered: Value = get(context, &path).await?;
    let all = offered.get("transitions").and_then(Value::as_array);
    let leads =
        |one: &&Value| one.pointer("/to/name").and_then(Value::as_str) == Some(&wanted.status);
    let found = all.and_then(|all| all.iter().find(leads));
    let id = found.and_then(|one| one.get("id")).ok_or_else(|| {
        let message = "the issue cannot be moved to this status from where it is";
        Error::new(Kind::Conflict, "no_transition", message)
    })?;
    let body = json!({ "transition": { "id": id } });
    let sent = context.http.post(path).bearer(&context.token).json(&body);
    known(sent.send().await?.status().as_u16())?;
    Ok(json!({ "issue": wanted.issue_key, "status": wanted.status }))
}

/// Says something on the issue, with what tells it from every other reply.
pub(super) async fn reply(
    context: &PublicationContext,
    place: &Value,
    reply: &Reply<'_>,
) -> Result<Posted, Error> {
    let path = path(context, key(place), "comment")?;
    let text = match reply.link {
        Some(link) => format!("{}\n\n{link}", reply.text),
        None => reply.text.to_owned(),
    };
    let body = json!({
        "body": text,
        "properties": [{ "key": PROPERTY, "value": reply.marker }]
    });
    let sent = context.http.post(path).bearer(&context.token).json(&body);
    let answer = sent.send().await?;
    known(answer.status().as_u16())?;
    posted(&answer.json().await?)
}

/// Looks for a reply among the comments of the issue.
pub(super) async fn find_reply(
    context: &PublicationContext,
    place: &Value,
    marker: &str,
) -> Result<Option<Posted>, Error> {
    let path = path(context, key(place), "comment")?;
    let found: Value = get(context, &path).await?;
    let all = found.get("comments").and_then(Value::as_array);
    let has = |one: &&Value| {
        let all = one.get("properties").and_then(Value::as_array);
        let own = json!({ "key": PROPERTY, "value": marker });
        all.is_some_and(|all| all.contains(&own))
    };
    all.and_then(|all| all.iter().find(has))
        .map(posted)
        .transpose()
}

fn key(place: &Value) -> &str {
    place
        .get("issue")
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// An address below an issue that the publication is for.
fn path(context: &PublicationContext, key: &str, what: &str) -> Result<String, Error> {
    let (site, issue) = (site(&context.settings)?, issue(&context.triggers, key)?);
    Ok(format!("{site}/rest/api/3/issue/{issue}/{what}"))
}

async fn get(context: &PublicationContext, path: &str) -> Result<Value, Error> {
    let answer = context.http.get(path).bearer(&context.token).send().await?;
    known(answer.status().as_u16())?;
    answer.json().await
}

/// What Jira answers, in words that a model can use.
fn known(status: u16) -> Result<(), Error> {
    let (kind, code, message) = match status {
        200..=299 => return Ok(()),
        401 => (
            Kind::BadGateway,
            "vendor_unauthorized",
            "Jira does not take the token",
        ),
        404 => (Kind::NotFound, "target_not_found", "there is no such issue"),
        429 => (
            Kind::Unavailable,
            "vendor_rate_limited",
            "Jira is asked too often",
        ),
        _ => (Kind::BadGateway, "vendor_failed", "Jira failed"),
    };
    Err(Error::new(kind, code, message))
}

fn posted(comment: &Value) -> Result<Posted, Error> {
    let text = |name: &str| comment.get(name).and_then(Value::as_str).map(str::to_owned);
    let id = text("id").ok_or_else(|| {
        Error::new(
            Kind::BadGateway,
            "vendor_failed",
            "Jira did not say which comment it is",
        )
    })?;
    Ok(Posted {
        id,
        url: text("url"),
    })
}
