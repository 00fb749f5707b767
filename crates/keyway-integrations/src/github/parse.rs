//! What a webhook means ("Webhook events and payloads" in GitHub's documentation).

use keyway_core::provider::{
    LONGEST_KEY, ProviderContext, WebhookEvent, WebhookOutcome, WebhookRequest, sign,
};
use serde_json::Value;

use super::installation;
use super::json::At;
use super::mention::mentions;
use super::payload::{Cause, Event, labels, text};
use super::place::Place;
use super::settings::Settings;
use super::triggers::{Association, Triggers, has};
use super::{body, prompt};

/// The header with the event's name.
pub(super) const EVENT: &str = "x-github-event";

/// What a request that was verified means.
pub(super) fn parse(
    settings: &Settings,
    triggers: &Triggers,
    request: &WebhookRequest<'_>,
    context: &ProviderContext<'_>,
) -> WebhookOutcome {
    let Some(body) = body::read(request) else {
        return ignored(request, "body_unreadable");
    };
    let Some(name) = request.header(EVENT) else {
        return ignored(request, "no_event");
    };
    if name == "ping" {
        return ignored(request, "ping");
    }
    if let Some(outcome) = installation::read(settings, name, &body, context) {
        return outcome.unwrap_or_else(|rule| ignored(request, rule));
    }
    let Some(event) = Event::of(name, &body) else {
        return ignored(request, "event_not_used");
    };
    let Some(cause) = event.cause(text(body.at("action"))) else {
        return ignored(request, "action_not_used");
    };
    let read = key(event, cause, &body).zip(Place::of(event, &body));
    let read = read.zip(body.at("repository").at("id").as_u64());
    let sender = text(body.at("sender").at("login"));
    let known = (1..=LONGEST_KEY).contains(&sender.len());
    let Some(((dedupe_key, place), repository)) = read.filter(|_| known) else {
        return ignored(request, "payload_incomplete");
    };
    let rule = match wakes(event, cause, &body, settings, triggers) {
        Ok(rule) => rule,
        Err(rule) => {
            let rule = rule.to_owned();
            return WebhookOutcome::Ignored { dedupe_key, rule };
        }
    };
    WebhookOutcome::Accepted(WebhookEvent {
        rule,
        // By the repository's id: its name may change.
        thread: Some(format!("{repository}#{}", place.number)),
        user: Some(sender.to_owned()),
        about: Some(prompt::about(event, &body)),
        text: prompt::tell(event, cause, &body),
        place: serde_json::to_value(place).unwrap_or_default(),
        dedupe_key,
    })
}

/// A request of which nothing is known but its bytes.
pub(super) fn ignored(request: &WebhookRequest<'_>, rule: &str) -> WebhookOutcome {
    WebhookOutcome::Ignored {
        dedupe_key: format!("sha256:{}", sign::digest(request.body)),
        rule: rule.to_owned(),
    }
}

/// What tells an event from others. `X-GitHub-Delivery` is not signed, so that who has seen one webhook
/// could send it again under another one; and the event's name is not either. What is signed is the body:
/// what was said has an id and is said once; an edit is told by its moment and its words; a label or a
/// person can be added again, at another moment.
fn key(event: Event, cause: Cause, body: &Value) -> Option<String> {
    let (subject, said) = (event.subject(body), event.said(body));
    let (name, id) = (event.as_str(), said.at("id").as_u64()?);
    let at = |thing: &Value| text(thing.at("updated_at")).to_owned();
    let key = match cause {
        Cause::Said => format!("{name}:{id}"),
        Cause::Edited => {
            let words = sign::digest(text(said.at("body")).as_bytes());
            format!("{name}:{id}:edited:{}:{words}", at(said))
        }
        Cause::Labeled => {
            let label = body.at("label").at("id").as_u64()?;
            format!("{name}:{id}:labeled:{label}:{}", at(subject))
        }
        Cause::Assigned => {
            let assignee = body.at("assignee").at("id").as_u64()?;
            format!("{name}:{id}:assigned:{assignee}:{}", at(subject))
        }
        Cause::ReviewRequested => {
            let reviewer = ["requested_reviewer", "requested_team"]
                .iter()
                .find_map(|who| Some(format!("{who}:{}", body.at(who).at("id").as_u64()?)))?;
            format!("{name}:{id}:{reviewer}:{}", at(subject))
        }
    };
    (key.len() <= LONGEST_KEY).then_some(key)
}

/// Why an event wakes the agent, or why it does not.
fn wakes(
    event: Event,
    cause: Cause,
    body: &Value,
    settings: &Settings,
    triggers: &Triggers,
) -> Result<&'static str, &'static str> {
    let (subject, said) = (event.subject(body), event.said(body));
    if is_own(cause, body, said, settings) {
        return Err("own_event");
    }
    if !triggers.covers(text(body.at("repository").at("full_name"))) {
        return Err("repository_not_listed");
    }
    let rule = match cause {
        Cause::Said | Cause::Edited => mentioned(cause, body, said, settings, triggers)?,
        Cause::Labeled => {
            let label = text(body.at("label").at("name"));
            has(&triggers.labels, label)
                .then_some("labeled")
                .ok_or("label_not_listed")?
        }
        Cause::Assigned => {
            let login = text(body.at("assignee").at("login"));
            let ours = settings.is_bot(login) || has(&triggers.assignees, login);
            ours.then_some("assigned").ok_or("assignee_not_listed")?
        }
        Cause::ReviewRequested => {
            let login = text(body.at("requested_reviewer").at("login"));
            let team = text(body.at("requested_team").at("slug"));
            let ours = settings.is_bot(login)
                || has(&triggers.reviewers, login)
                || has(&triggers.review_teams, team);
            ours.then_some("review_requested")
                .ok_or("reviewer_not_listed")?
        }
    };
    may(cause, body, said, triggers)?;
    let wanted = triggers.with_labels.as_ref();
    if wanted.is_some_and(|wanted| !labels(subject).any(|label| has(wanted, label))) {
        return Err("label_missing");
    }
    Ok(rule)
}

/// Whether the agent did it itself. A comment says which app made it, under whatever name the app has now.
fn is_own(cause: Cause, body: &Value, said: &Value, settings: &Settings) -> bool {
    let app = said
        .at("performed_via_github_app")
        .at("id")
        .as_u64()
        .map(|id| id.to_string());
    let made = cause == Cause::Said && app.is_some() && app == settings.app_id;
    made || settings.is_bot(text(body.at("sender").at("login")))
}

fn mentioned(
    cause: Cause,
    body: &Value,
    said: &Value,
    settings: &Settings,
    triggers: &Triggers,
) -> Result<&'static str, &'static str> {
    if !triggers.mentions {
        return Err("mentions_off");
    }
    let slug = settings.app_slug.as_deref().ok_or("no_mention")?;
    if cause == Cause::Edited {
        let before = body
            .at("changes")
            .at("body")
            .at("from")
            .as_str()
            .ok_or("edit_of_nothing_said")?;
        if mentions(before, slug) {
            return Err("edit_mentions_again");
        }
    }
    mentions(text(said.at("body")), slug)
        .then_some("mentioned")
        .ok_or("no_mention")
}

/// Whether who caused it may. What somebody is to the repository is told of who said something alone; who
/// changes what somebody else made needs to have rights there. Labels and reviewers that come with what a
/// stranger opens are the stranger's.
fn may(cause: Cause, body: &Value, said: &Value, triggers: &Triggers) -> Result<(), &'static str> {
    let sender = text(body.at("sender").at("login"));
    match &triggers.people {
        Some(people) if has(people, sender) => return Ok(()),
        Some(_) if triggers.teams.is_none() => return Err("person_not_listed"),
        _ => {}
    }
    if text(body.at("sender").at("type")) != "User" {
        return Err("sender_is_bot");
    }
    // Who is in a team is not told here: the organization is asked before anything is said to the agent.
    if triggers.teams.is_some() {
        return Ok(());
    }
    let listed = |one: &Association| triggers.associations.contains(one);
    let author = text(said.at("user").at("login")).eq_ignore_ascii_case(sender);
    if cause != Cause::Said && !author {
        // Which of the two it is, is not said.
        let both = listed(&Association::Member) && listed(&Association::Collaborator);
        return both.then_some(()).ok_or("association_unknown");
    }
    let association = serde_json::from_value(said.at("author_association").clone());
    let allowed = author && association.is_ok_and(|one| listed(&one));
    allowed.then_some(()).ok_or("association_not_listed")
}
