use keyway_core::Error;
use serde_json::{Value, json};

use super::super::api::{Api, Input, text};
use super::super::errors;
use super::super::ids::is_uuid;
use super::super::reply::is_archived;
use super::super::settings::Triggers;

const TARGET: &str = "query Target($id: String!) { \
    issue(id: $id) { id identifier archivedAt trashed team { id key } } }";

/// What is to be done to an issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    Change,
    /// To be the parent of another one.
    Name,
}

/// An issue that the publication may act on.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) id: String,
    pub(super) team: String,
}

/// Finds an issue, and makes sure that the publication is for its team.
pub(super) async fn target(
    api: &Api<'_>,
    triggers: &Triggers,
    issue: &str,
    access: Access,
) -> Result<Target, Error> {
    let data = api
        .ask(TARGET, json!({ "id": name(issue) }), Input::Names)
        .await?;
    let found = data.pointer("/issue");
    within(triggers, found)?;
    if access == Access::Change && is_archived(found) {
        return Err(errors::archived());
    }
    let names = text(&data, "/issue/id").zip(text(&data, "/issue/team/id"));
    let (id, team) = names.ok_or_else(|| errors::failed("the answer names no issue"))?;
    Ok(Target { id, team })
}

/// An issue as Linear knows it: identifiers are in capitals.
pub(super) fn name(issue: &str) -> String {
    if is_uuid(issue) {
        issue.to_owned()
    } else {
        issue.to_uppercase()
    }
}

/// Whether the publication is for the team of an issue.
pub(super) fn within(triggers: &Triggers, issue: Option<&Value>) -> Result<(), Error> {
    let told = |pointer| issue.and_then(|issue| text(issue, pointer));
    let (id, key) = (told("/team/id"), told("/team/key"));
    if triggers.has_team(id.as_deref(), key.as_deref()) {
        Ok(())
    } else {
        Err(errors::outside())
    }
}
