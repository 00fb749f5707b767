use keyway_core::provider::{
    Examples, Granularity, PublicationOffer, PublicationScope, SessionDispatch, WebhookEvent,
};

use super::place::Place;

/// What comments and replies need.
pub(super) const COMMENT: &str = "comment.create";

/// What can be said to it, as somebody could write it.
pub(super) const EXAMPLES: Examples = Examples {
    settings: "{}",
    triggers: r#"{ "teams": ["ENG"], "labels": ["agent"] }"#,
};

/// What publications of Linear can be like.
pub(super) const OFFER: PublicationOffer = PublicationOffer::of(
    &[
        Granularity::PerIssue,
        Granularity::PerThread,
        Granularity::PerEvent,
        Granularity::PerUser,
        Granularity::PerWorkspace,
    ],
    Granularity::PerIssue,
)
.with_scopes(&[
    scope("issue.read", "read and search issues", true),
    scope("issue.create", "create issues", true),
    scope(
        "issue.update",
        "change title, description, priority and due date of issues",
        true,
    ),
    scope(COMMENT, "write comments, and answer", true),
    scope("status.update", "move issues to another status", true),
    scope(
        "label.update",
        "add labels to issues and take them away",
        true,
    ),
    scope("assignee.update", "assign issues to people", true),
    // It reads everything the token does, whatever the team.
    scope(
        "graphql.read",
        "ask any query of the whole workspace",
        false,
    ),
]);

const fn scope(name: &'static str, description: &'static str, usual: bool) -> PublicationScope {
    PublicationScope {
        name,
        description,
        usual,
    }
}

/// The conversation that an event belongs to.
pub(super) fn dispatch(event: &WebhookEvent, granularity: Granularity) -> Option<SessionDispatch> {
    let place = Place::read(&event.place);
    match granularity {
        Granularity::PerEvent => Some(event.alone()),
        Granularity::PerIssue => place.issue.map(|issue| event.within(issue)),
        Granularity::PerThread => event.thread.as_ref().map(|thread| event.within(thread)),
        Granularity::PerUser => place.user.map(|user| event.within(user)),
        Granularity::PerWorkspace => Some(event.within("workspace")),
        Granularity::PerChannel => None,
    }
}
