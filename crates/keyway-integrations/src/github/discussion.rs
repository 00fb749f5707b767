//! Replies in discussions, and reactions there and to reviews, which only GraphQL writes ("Using the GraphQL API for Discussions" in GitHub's
//! documentation). A reply is a comment of the discussion.

use keyway_core::provider::{Posted, PublicationContext};
use keyway_core::{Error, Kind};
use serde_json::{Value, json};

use super::api::{Api, unreadable};
use super::json::At;
use super::payload::text;
use super::place::Place;
use super::reply::{PAGES, too_many};
use super::settings::Settings;

const ADD: &str = "mutation($discussion: ID!, $body: String!) { \
    addDiscussionComment(input: { discussionId: $discussion, body: $body }) { \
    comment { databaseId url } } }";

const COMMENTS: &str = "query($discussion: ID!, $before: String) { \
    node(id: $discussion) { ... on Discussion { comments(last: 100, before: $before) { \
    nodes { databaseId url body createdAt viewerDidAuthor } \
    pageInfo { hasPreviousPage startCursor } } } } }";

const REACT: &str = "mutation($subject: ID!, $content: ReactionContent!) { \
    addReaction(input: { subjectId: $subject, content: $content }) { reaction { content } } }";

/// Reacts to what GraphQL knows by an id: a discussion, a comment in one, a review.
pub(super) async fn react(
    context: &PublicationContext,
    settings: &Settings,
    subject: &str,
    reaction: &str,
) -> Result<(), Error> {
    let variables = json!({ "subject": subject, "content": reaction });
    ask(context, settings, REACT, &variables).await.map(drop)
}

pub(super) async fn reply(
    context: &PublicationContext,
    settings: &Settings,
    place: &Place,
    body: &str,
) -> Result<Posted, Error> {
    let variables = json!({ "discussion": node(place)?, "body": body });
    let data = ask(context, settings, ADD, &variables).await?;
    posted(data.at("addDiscussionComment").at("comment"))
}

/// Looks from the newest comment back to the event.
pub(super) async fn find(
    context: &PublicationContext,
    settings: &Settings,
    place: &Place,
    hidden: &str,
) -> Result<Option<Posted>, Error> {
    let discussion = node(place)?;
    let mut before = Value::Null;
    for _ in 0..PAGES {
        let variables = json!({ "discussion": discussion, "before": before });
        let data = ask(context, settings, COMMENTS, &variables).await?;
        let comments = data.at("node").at("comments");
        let nodes = comments.at("nodes").as_array().ok_or_else(unreadable)?;
        let ours = |one: &&Value| {
            one.at("viewerDidAuthor") == true && text(one.at("body")).contains(hidden)
        };
        if let Some(one) = nodes.iter().find(ours) {
            return posted(one).map(Some);
        }
        let moment = |at: &str| at.parse::<jiff::Timestamp>().ok();
        let oldest = nodes
            .first()
            .and_then(|one| moment(text(one.at("createdAt"))));
        let passed = oldest
            .zip(moment(&place.at))
            .is_some_and(|(oldest, event)| oldest < event);
        if passed || comments.at("pageInfo").at("hasPreviousPage") != true {
            return Ok(None);
        }
        before = comments.at("pageInfo").at("startCursor").clone();
    }
    Err(too_many())
}

fn node(place: &Place) -> Result<&str, Error> {
    place.node_id.as_deref().ok_or_else(|| {
        Error::new(
            Kind::Invalid,
            "place_unreadable",
            "this is no place of this provider",
        )
    })
}

async fn ask(
    context: &PublicationContext,
    settings: &Settings,
    query: &str,
    variables: &Value,
) -> Result<Value, Error> {
    let url = settings.graphql();
    let api = Api::of(context, &url);
    let answer = api
        .post("", &json!({ "query": query, "variables": variables }))
        .await?;
    let errors = answer
        .at("errors")
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    match errors.first() {
        None => Ok(answer.at("data").clone()),
        Some(error) => Err(refused(error)),
    }
}

/// What GraphQL refuses, which it answers with 200.
fn refused(error: &Value) -> Error {
    let words = text(error.at("message")).to_ascii_lowercase();
    match text(error.at("type")) {
        "NOT_FOUND" => Error::new(
            Kind::NotFound,
            "target_not_found",
            "GitHub knows no such discussion, or does not show it to this installation",
        ),
        "RATE_LIMITED" => Error::new(
            Kind::RateLimited,
            "vendor_rate_limited",
            "GitHub is asked too often for this installation",
        )
        .with_retry_after(std::time::Duration::from_mins(1)),
        "FORBIDDEN" if words.contains("not accessible") => Error::new(
            Kind::Forbidden,
            "missing_vendor_scope",
            "the app lacks a permission on GitHub for this",
        ),
        _ if words.contains("archived") => Error::new(
            Kind::Conflict,
            "target_archived",
            "the repository is archived: it can be read, and nothing in it can be changed",
        ),
        _ if words.contains("locked") => Error::new(
            Kind::Conflict,
            "target_locked",
            "the conversation is locked: who may write there can unlock it",
        ),
        _ => Error::new(
            Kind::BadGateway,
            "vendor_refused",
            "GitHub does not take this request",
        ),
    }
}

fn posted(comment: &Value) -> Result<Posted, Error> {
    let id = comment.at("databaseId").as_u64().ok_or_else(unreadable)?;
    let url = comment.at("url").as_str().map(str::to_owned);
    Ok(Posted {
        id: id.to_string(),
        url,
    })
}
