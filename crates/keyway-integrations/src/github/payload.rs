//! Events as GitHub tells of them, told apart by what their body holds.

use serde_json::Value;

use super::json::At;

/// Events that can wake the agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Event {
    Issue,
    IssueComment,
    PullRequest,
    Review,
    ReviewComment,
    Discussion,
    DiscussionComment,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    Said,
    Edited,
    Labeled,
    Assigned,
    ReviewRequested,
}

/// The members by which events are told apart.
const SHAPE: [&str; 5] = ["issue", "pull_request", "discussion", "comment", "review"];

impl Event {
    /// The event of a name whose body is of its form. The name is in a header that nobody signed: a body that
    /// comes under another event's name is none.
    pub(super) fn of(name: &str, body: &Value) -> Option<Self> {
        let (event, shape): (_, &[&str]) = match name {
            "issues" => (Self::Issue, &["issue"]),
            "issue_comment" => (Self::IssueComment, &["issue", "comment"]),
            "pull_request" => (Self::PullRequest, &["pull_request"]),
            "pull_request_review" => (Self::Review, &["pull_request", "review"]),
            "pull_request_review_comment" => (Self::ReviewComment, &["pull_request", "comment"]),
            "discussion" => (Self::Discussion, &["discussion"]),
            "discussion_comment" => (Self::DiscussionComment, &["discussion", "comment"]),
            _ => return None,
        };
        let fits = SHAPE
            .iter()
            .all(|member| body.at(member).is_object() == shape.contains(member));
        fits.then_some(event)
    }

    /// The event's name.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Issue => "issues",
            Self::IssueComment => "issue_comment",
            Self::PullRequest => "pull_request",
            Self::Review => "pull_request_review",
            Self::ReviewComment => "pull_request_review_comment",
            Self::Discussion => "discussion",
            Self::DiscussionComment => "discussion_comment",
        }
    }

    /// What an action of the event stands for; `None` where nothing is made of it.
    pub(super) fn cause(self, action: &str) -> Option<Cause> {
        use Event::{
            Discussion, DiscussionComment, Issue, IssueComment, PullRequest, Review, ReviewComment,
        };
        Some(match (self, action) {
            (Issue | PullRequest, "opened")
            | (IssueComment | ReviewComment | Discussion | DiscussionComment, "created")
            | (Review, "submitted") => Cause::Said,
            (_, "edited") => Cause::Edited,
            (Issue | PullRequest | Discussion, "labeled") => Cause::Labeled,
            (Issue | PullRequest, "assigned") => Cause::Assigned,
            (PullRequest, "review_requested") => Cause::ReviewRequested,
            _ => return None,
        })
    }

    /// The issue, pull request or discussion it is about.
    pub(super) fn subject(self, body: &Value) -> &Value {
        match self {
            Self::Issue | Self::IssueComment => body.at("issue"),
            Self::PullRequest | Self::Review | Self::ReviewComment => body.at("pull_request"),
            Self::Discussion | Self::DiscussionComment => body.at("discussion"),
        }
    }

    /// What was said: the comment or the review, or what it is about itself.
    pub(super) fn said(self, body: &Value) -> &Value {
        match self {
            Self::IssueComment | Self::ReviewComment | Self::DiscussionComment => {
                body.at("comment")
            }
            Self::Review => body.at("review"),
            Self::Issue | Self::PullRequest | Self::Discussion => self.subject(body),
        }
    }
}

/// A text; nothing where there is another thing.
pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The names of labels.
pub(super) fn labels(subject: &Value) -> impl Iterator<Item = &str> {
    let labels = subject.at("labels").as_array().map(Vec::as_slice);
    labels
        .unwrap_or_default()
        .iter()
        .map(|label| text(label.at("name")))
}
