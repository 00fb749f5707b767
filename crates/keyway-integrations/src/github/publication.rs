use keyway_core::provider::{
    Examples, Granularity, PublicationOffer, PublicationScope, SessionDispatch, WebhookEvent,
};

/// What can be said to it, as somebody could write it.
pub(super) const EXAMPLES: Examples = Examples {
    settings: "{}",
    triggers: r#"{ "labels": ["agent"], "repositories": ["acme/shop"] }"#,
};

/// What publications of GitHub can be like.
pub(super) const OFFER: PublicationOffer = PublicationOffer::of(
    &[
        Granularity::PerIssue,
        Granularity::PerEvent,
        Granularity::PerUser,
        Granularity::PerWorkspace,
    ],
    Granularity::PerIssue,
)
.with_scopes(SCOPES);

/// The scope of a comment, and of a reply.
pub(super) const COMMENT: &str = "comment.create";
/// What lets a publication change the branch that others build on.
pub(super) const MERGE: &str = "pr.merge";
/// What lets a publication decide what is run.
pub(super) const DISPATCH: &str = "workflow.dispatch";

const SCOPES: &[PublicationScope] = &[
    usual("issue.read", "read issues and their comments"),
    usual(
        "pr.read",
        "read pull requests, their comments and what they change",
    ),
    usual("contents.read", "read files"),
    usual("checks.read", "read the outcome of checks"),
    usual(COMMENT, "write comments and replies"),
    usual("label.update", "add and remove labels"),
    usual("assignee.update", "assign people"),
    usual("issue.create", "open issues"),
    usual(
        "contents.write",
        "make branches and commit to them, but for the default branch",
    ),
    usual("pr.create", "open pull requests"),
    usual("pr.review", "review pull requests"),
    PublicationScope {
        name: MERGE,
        description: "merge pull requests, and commit to the default branch",
        usual: false,
    },
    PublicationScope {
        name: DISPATCH,
        description: "start workflows, and change them",
        usual: false,
    },
];

const fn usual(name: &'static str, description: &'static str) -> PublicationScope {
    PublicationScope {
        name,
        description,
        usual: true,
    }
}

/// The conversation that an event belongs to.
pub(super) fn dispatch(event: &WebhookEvent, granularity: Granularity) -> Option<SessionDispatch> {
    match granularity {
        Granularity::PerEvent => Some(event.alone()),
        Granularity::PerIssue => event.thread.as_ref().map(|thread| event.within(thread)),
        Granularity::PerUser => event.user.as_ref().map(|user| event.within(user)),
        Granularity::PerWorkspace => Some(event.within("workspace")),
        Granularity::PerChannel | Granularity::PerThread => None,
    }
}
