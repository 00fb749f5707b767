//! That something is seen is said by a reaction on it, which stays ("Reactions" in GitHub's documentation). It
//! takes the permission to comment and none besides.

use keyway_core::Error;
use keyway_core::provider::PublicationContext;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::api::Api;
use super::call::path;
use super::discussion;
use super::place::{Place, PlaceKind};
use super::settings::Settings;

/// A reaction, and none where null.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Seen(Option<Reaction>);

impl Default for Seen {
    fn default() -> Self {
        Self(Some(Reaction::Eyes))
    }
}

impl Seen {
    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde calls it with a reference"
    )]
    pub(super) fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

/// The reactions there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Reaction {
    #[serde(rename = "+1")]
    ThumbsUp,
    #[serde(rename = "-1")]
    ThumbsDown,
    Laugh,
    Confused,
    Heart,
    Hooray,
    Rocket,
    Eyes,
}

impl Reaction {
    /// Its name in the REST API, and the one in GraphQL.
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::ThumbsUp => ("+1", "THUMBS_UP"),
            Self::ThumbsDown => ("-1", "THUMBS_DOWN"),
            Self::Laugh => ("laugh", "LAUGH"),
            Self::Confused => ("confused", "CONFUSED"),
            Self::Heart => ("heart", "HEART"),
            Self::Hooray => ("hooray", "HOORAY"),
            Self::Rocket => ("rocket", "ROCKET"),
            Self::Eyes => ("eyes", "EYES"),
        }
    }
}

/// Puts the reaction on what woke the agent: the comment, the review, or what it is about. One that is there
/// already is there.
pub(super) async fn acknowledge(context: &PublicationContext, place: &Value) -> Result<(), Error> {
    let settings = Settings::read(&context.settings)?;
    let Seen(Some(reaction)) = settings.seen else {
        return Ok(());
    };
    let place = Place::read(place)?;
    let repository = place.repository()?;
    let (rest, graphql) = reaction.names();
    if let Some(said) = &place.said_id {
        return discussion::react(context, &settings, said, graphql).await;
    }
    let number = place.number;
    let reactions = match (place.comment_id, place.review_thread) {
        // Where it is told of without its id in GraphQL.
        _ if place.kind == PlaceKind::Discussion => return Ok(()),
        (Some(comment), Some(_)) => path(
            &repository,
            format_args!("/pulls/comments/{comment}/reactions"),
        ),
        (Some(comment), None) => path(
            &repository,
            format_args!("/issues/comments/{comment}/reactions"),
        ),
        (None, _) => path(&repository, format_args!("/issues/{number}/reactions")),
    };
    let api = Api::of(context, settings.api());
    api.post(&reactions, &json!({ "content": rest }))
        .await
        .map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eyes_are_usual_and_null_is_none() {
        let read = |settings: Value| Settings::read(&settings).map(|settings| settings.seen);
        assert_eq!(read(json!({})).unwrap(), Seen(Some(Reaction::Eyes)));
        assert_eq!(read(json!({ "seen": null })).unwrap(), Seen(None));
        let up = Seen(Some(Reaction::ThumbsUp));
        assert_eq!(read(json!({ "seen": "+1" })).unwrap(), up);
        let wrong = read(json!({ "seen": "s3cret" })).unwrap_err();
        assert!(!format!("{wrong:?}").contains("s3cret"));
        // What is usual is not written down, and what was said stays.
        let written = |settings: Value| Settings::read(&settings).unwrap().to_value().unwrap();
        assert_eq!(written(json!({ "seen": "eyes" })), json!({}));
        assert_eq!(written(json!({ "seen": null })), json!({ "seen": null }));
    }
}
