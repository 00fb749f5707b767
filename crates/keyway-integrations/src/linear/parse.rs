use keyway_core::json::{self, Bounds};
use keyway_core::provider::{
    InstallationChange, ProviderContext, WebhookEvent, WebhookOutcome, WebhookRequest, Workspace,
    sign,
};
use serde_json::Value;

use super::events;
use super::heard::{Heard, id, text};
use super::place::Place;
use super::settings::{Settings, Triggers};
use super::triggers;

/// Every rule there is.
#[cfg(test)]
pub(super) const RULES: &[&str] = &[
    "session_created",
    "session_prompted",
    "stop_signal",
    "assigned",
    "mentioned",
    "commented",
    "label_added",
    "app_revoked",
    "settings_unreadable",
    "body_not_json",
    "not_installed",
    "other_workspace",
    "other_app",
    "own_event",
    "kind_not_wanted",
    "told_by_session",
    "person_not_listed",
    "no_member",
    "another_app",
    "other_team",
    "comment_changed",
    "edited",
    "label_not_listed",
    "not_on_an_issue",
    "no_message",
    "unreadable",
    "no_such_event",
];

/// What a request says once it is read.
pub(super) enum Told {
    /// Something that may wake the agent.
    Event(Heard),
    /// Somebody wants it to stop.
    Stop(Heard),
    /// The organization took the app away.
    Revoked,
    /// Nothing for the agent.
    Nothing(&'static str),
}

/// What a request that was verified means.
pub(super) fn parse(request: &WebhookRequest<'_>, context: &ProviderContext<'_>) -> WebhookOutcome {
    let ignored = |rule: &str| WebhookOutcome::Ignored {
        dedupe_key: of_bytes(request.body),
        rule: rule.to_owned(),
    };
    let read = Settings::read(context.settings).ok();
    let Some((settings, triggers)) = read.zip(Triggers::read(context.triggers).ok()) else {
        return ignored("settings_unreadable");
    };
    let Some(body) = read_body(request.body) else {
        return ignored("body_not_json");
    };
    let Some(workspace) = context.workspace else {
        return ignored("not_installed");
    };
    if !is_from(&body, workspace, &settings) {
        return ignored("other_workspace");
    }
    match events::read(&body, workspace, &triggers) {
        Told::Nothing(rule) => ignored(rule),
        Told::Revoked if settings.client_id.is_none() => ignored("other_app"),
        Told::Revoked => WebhookOutcome::Changed {
            dedupe_key: of_bytes(request.body),
            rule: "app_revoked",
            change: InstallationChange::Revoked,
        },
        Told::Stop(heard) => match triggers::judge_stop(&heard, &triggers, workspace) {
            Ok(()) => WebhookOutcome::Stopped(event(heard)),
            Err(rule) => refused(&heard, rule),
        },
        Told::Event(heard) => match triggers::judge(&heard, &triggers, &settings, workspace) {
            Ok(()) if heard.text.trim().is_empty() => refused(&heard, "no_message"),
            Ok(()) => WebhookOutcome::Accepted(event(heard)),
            Err(rule) => refused(&heard, rule),
        },
    }
}

/// Whether a body is of the organization, the app user and the app that are installed. The app and its
/// user are not in every body.
fn is_from(body: &Value, workspace: &Workspace, settings: &Settings) -> bool {
    let same = |pointer, own: Option<&str>| match (text(body, pointer), own) {
        (Some(told), Some(own)) => told == own,
        _ => true,
    };
    text(body, "/organizationId") == Some(&workspace.id)
        && same("/appUserId", workspace.bot_id.as_deref())
        && same("/oauthClientId", settings.oauth_client_id.as_deref())
        && same("/agentSession/organizationId", Some(&workspace.id))
        && same("/agentSession/appUserId", workspace.bot_id.as_deref())
}

fn event(heard: Heard) -> WebhookEvent {
    let place = Place {
        event: heard.key.clone(),
        session: heard.session.clone(),
        issue: heard.issue.id.clone(),
        team: heard.issue.team.clone(),
        comment: heard.root.clone(),
        user: heard.person.id.clone(),
    };
    let named = heard.person.name.or(heard.person.email);
    WebhookEvent {
        dedupe_key: heard.key,
        rule: heard.rule,
        // A thread begins with a comment; an agent session lives in one.
        thread: heard.root.or(heard.session),
        user: named.or(heard.person.id),
        about: heard.issue.label(),
        text: heard.text,
        place: place.write(),
    }
}

fn refused(heard: &Heard, rule: &str) -> WebhookOutcome {
    WebhookOutcome::Ignored {
        dedupe_key: heard.key.clone(),
        rule: rule.to_owned(),
    }
}

/// JSON within bounds, of an object that says its type.
pub(super) fn read_body(body: &[u8]) -> Option<Value> {
    json::check(body, Bounds::default()).ok()?;
    let body: Value = serde_json::from_slice(body).ok()?;
    id(&body, "/type").map(|_| body)
}

fn of_bytes(body: &[u8]) -> String {
    format!("sha256:{}", sign::digest(body))
}
