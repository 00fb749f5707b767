use jiff::SignedDuration;
use keyway_core::{Error, Kind};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::json::At;
use super::payload::{Event, text};
use super::repository::Repository;

/// Where an event came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Place {
    /// `owner/name`.
    pub(super) repository: String,
    /// The number of what it is about.
    pub(super) number: u64,
    pub(super) kind: PlaceKind,
    /// When it happened: replies to it are later. RFC 3339.
    pub(super) at: String,
    /// The comment, where it was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) comment_id: Option<u64>,
    /// The first comment of the thread in a review, where it was one of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) review_thread: Option<u64>,
    /// What GraphQL calls the discussion, where it was in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) node_id: Option<String>,
    /// What GraphQL calls what was said, where only it reacts to that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) said_id: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum PlaceKind {
    Issue,
    PullRequest,
    Discussion,
}

impl Place {
    /// Where a payload says it happened; `None` where it does not.
    pub(super) fn of(event: Event, body: &Value) -> Option<Self> {
        let (subject, said) = (event.subject(body), event.said(body));
        let repository = Repository::parse(body.at("repository").at("full_name").as_str()?)?;
        let kind = match event {
            Event::Issue | Event::IssueComment if subject.at("pull_request").is_object() => {
                PlaceKind::PullRequest
            }
            Event::Issue | Event::IssueComment => PlaceKind::Issue,
            Event::PullRequest | Event::Review | Event::ReviewComment => PlaceKind::PullRequest,
            Event::Discussion | Event::DiscussionComment => PlaceKind::Discussion,
        };
        let comment = body.at("comment").at("id");
        let thread = body
            .at("comment")
            .at("in_reply_to_id")
            .as_u64()
            .or(comment.as_u64());
        let at = ["updated_at", "submitted_at", "created_at"].map(|name| text(said.at(name)));
        Some(Self {
            repository: repository.as_str().to_owned(),
            number: subject.at("number").as_u64()?,
            kind,
            at: (*at.iter().find(|at| !at.is_empty())?).to_owned(),
            comment_id: comment.as_u64(),
            review_thread: thread.filter(|_| event == Event::ReviewComment),
            node_id: subject
                .at("node_id")
                .as_str()
                .filter(|_| kind == PlaceKind::Discussion)
                .map(str::to_owned),
            said_id: said
                .at("node_id")
                .as_str()
                .filter(|_| event == Event::Review || kind == PlaceKind::Discussion)
                .map(str::to_owned),
        })
    }

    pub(super) fn read(place: &Value) -> Result<Self, Error> {
        Self::deserialize(place).map_err(|_| {
            Error::new(
                Kind::Invalid,
                "place_unreadable",
                "this is no place of this provider",
            )
        })
    }

    /// From when on a reply may be there. Clocks of one third party differ too.
    pub(super) fn since(&self) -> String {
        let at = self.at.parse::<jiff::Timestamp>().ok();
        let earlier = at.and_then(|at| at.checked_sub(SignedDuration::from_secs(60)).ok());
        earlier.map_or_else(|| self.at.clone(), |at| at.to_string())
    }

    /// The repository; refused where it is none, as after somebody else wrote the place.
    pub(super) fn repository(&self) -> Result<Repository, Error> {
        Repository::parse(&self.repository).ok_or_else(|| {
            Error::new(
                Kind::Invalid,
                "place_unreadable",
                "this is no place of this provider",
            )
        })
    }
}
