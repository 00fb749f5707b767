//! What publications can be like: what they may do, and which events meet in one session.

use keyway::provider::{
    Granularity, ProviderContext, PublicationOffer, PublicationScope, SessionDispatch, WebhookEvent,
};
use keyway::{Error, Kind};
use serde_json::Value;

/// What comments and replies need.
pub(super) const COMMENT: &str = "comment.create";
/// What moving an issue needs.
pub(super) const UPDATE: &str = "issue.update";

const GRANULARITIES: &[Granularity] = &[Granularity::PerIssue, Granularity::PerEvent];

pub(super) const OFFER: PublicationOffer =
    PublicationOffer::of(GRANULARITIES, Granularity::PerIssue).with_scopes(&[
        PublicationScope {
            name: COMMENT,
            description: "write comments, and answer",
            usual: true,
        },
        PublicationScope {
            name: UPDATE,
            description: "move issues to another status",
            usual: true,
        },
    ]);

/// Settings and triggers can be used: a site, and the projects that the agent may act in.
pub(super) fn check(context: &ProviderContext<'_>) -> Result<(), Error> {
    let site = context.settings.get("site");
    let good = |site: &Value| site.as_str().is_some_and(is_site);
    if !site.is_none_or(good) {
        let expected = "an https address, or http of this machine";
        return Err(Error::invalid_at("/settings/site", expected));
    }
    let all = context.triggers.get("projects");
    let keys = |all: &Value| {
        let all = all.as_array();
        all.is_some_and(|all| all.iter().all(Value::is_string))
    };
    if !all.is_none_or(keys) {
        return Err(Error::invalid_at(
            "/triggers/projects",
            "a list of keys of projects",
        ));
    }
    Ok(())
}

fn is_site(text: &str) -> bool {
    let here = ["http://localhost:", "http://127.0.0.1:"];
    let known = text.starts_with("https://") || here.iter().any(|site| text.starts_with(site));
    known && !text.contains(['?', '#', '@'])
}

/// An issue of a project that the publication is for; its key becomes part of an address.
pub(super) fn issue<'a>(triggers: &Value, key: &'a str) -> Result<&'a str, Error> {
    let parts = key.split_once('-').filter(|(project, number)| {
        let letters = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
        let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        !project.is_empty() && project.bytes().all(letters) && digits && key.len() <= 64
    });
    let (project, _) = parts
        .ok_or_else(|| Error::new(Kind::Invalid, "bad_issue_key", "a key is like PROJ-123"))?;
    let all = triggers.get("projects").and_then(Value::as_array);
    let listed = all.is_none_or(|all| all.iter().any(|one| one.as_str() == Some(project)));
    listed.then_some(key).ok_or_else(|| {
        let message = "the publication is for other projects";
        Error::new(Kind::Forbidden, "outside_publication", message)
    })
}

/// The conversation that an event belongs to.
pub(super) fn dispatch(event: &WebhookEvent, granularity: Granularity) -> Option<SessionDispatch> {
    match granularity {
        Granularity::PerEvent => Some(event.alone()),
        Granularity::PerIssue => event.thread.as_ref().map(|issue| event.within(issue)),
        _ => None,
    }
}

/// What a rule says.
pub(super) fn explain(rule: &str) -> &'static str {
    match rule {
        "mentioned" => "somebody mentioned the agent in a comment",
        "uninstalled" => "Jira says that the app was taken away",
        "not_installed" => "the app is not installed yet",
        "other_workspace" => "it came from another Jira",
        "event_not_used" => "nothing is made of events of this kind",
        "payload_incomplete" => "the body does not say which comment it is, or on which issue",
        "own_event" => "the agent wrote it itself, or nobody did",
        "no_mention" => "it does not mention the agent",
        _ => "a rule of an earlier release",
    }
}
