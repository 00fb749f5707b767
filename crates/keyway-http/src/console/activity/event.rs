use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use keyway_app::audit::{AuditEntry, AuditStory};
use keyway_core::Error;
use keyway_pages::console_context::{ActivityEvent, EventLine, Fact, Lent};
use serde_json::Value;

use super::about::Abouts;
use super::line::line;
use crate::console::member::Admin;
use crate::console::show::moment;
use crate::console::took::took;
use crate::refusal::Refusal;
use crate::routes::unknown;
use crate::shared::Shared;

/// `GET /console/activity/{seq}`: one event, and all that belongs to it.
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Path(seq): Path<String>,
) -> Result<Response, Refusal> {
    let Ok(seq) = seq.parse() else {
        return Ok(unknown::path().await.into_response());
    };
    let story = shared.app.audit_story(admin.who(), seq).await?;
    let entry = &story.entry;
    let abouts = Abouts::of(&shared, &admin, &story.events).await?;
    // What an outcome does not tell again, its intent told.
    let intent = story
        .events
        .iter()
        .find(|one| entry.intent.as_deref() == Some(one.id.as_str()));
    let said = |name: &str| {
        let own = entry.details.get(name);
        own.or_else(|| intent.and_then(|intent| intent.details.get(name)))
    };
    let text = |name: &str| said(name).and_then(Value::as_str).map(str::to_owned);
    let arguments = entry
        .arguments
        .as_ref()
        .or(intent.and_then(|one| one.arguments.as_ref()));
    let page = ActivityEvent {
        event: line(&shared, &abouts, entry),
        story: timeline(&shared, &abouts, &story),
        whole: took(span(&story).1),
        facts: facts(&abouts, entry),
        effect: entry
            .decision
            .as_ref()
            .map(|decision| decision.effect.clone()),
        policies: entry
            .decision
            .as_ref()
            .map(|of| of.policies.clone())
            .unwrap_or_default(),
        approval: entry.approval.clone(),
        credentials: lent(&shared, &admin, said("instances")).await?,
        session: text("session"),
        arguments: arguments.and_then(|one| one.kept.as_ref()).map(pretty),
        arguments_hash: arguments.map(|arguments| arguments.sha256.clone()),
        details: (!entry.details.is_empty()).then(|| pretty(&Value::from(entry.details.clone()))),
        hash: entry.hashes.0.clone(),
        previous: entry.hashes.1.clone(),
        at: entry.at.to_string(),
        away: moment(&shared, entry.at),
    };
    admin.show(&shared, &page).await
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// When something began, in microseconds since 1970: what tells how long it took was written at its end.
fn began(entry: &AuditEntry) -> i64 {
    let took = i64::try_from(entry.duration_us.unwrap_or(0)).unwrap_or(i64::MAX);
    entry.at.as_microsecond().saturating_sub(took)
}

/// When a story begins, and how long it is, in microseconds.
fn span(story: &AuditStory) -> (i64, u64) {
    let first = story.events.iter().map(began).min().unwrap_or(0);
    let last = story
        .events
        .iter()
        .map(|one| one.at.as_microsecond())
        .max()
        .unwrap_or(0);
    (
        first,
        u64::try_from(last.saturating_sub(first)).unwrap_or(0),
    )
}

fn timeline(shared: &Shared, abouts: &Abouts, story: &AuditStory) -> Vec<EventLine> {
    let (first, whole) = span(story);
    let scaled = |micros: u64| {
        let part = micros.saturating_mul(1_000) / whole.max(1);
        u32::try_from(part.min(1_000)).unwrap_or(1_000)
    };
    let lines = story.events.iter().map(|entry| {
        let after = u64::try_from(began(entry).saturating_sub(first)).unwrap_or(0);
        let start = scaled(after).min(994);
        let width = scaled(entry.duration_us.unwrap_or(0)).clamp(6, 1_000 - start);
        EventLine {
            after: Some(format!("+{}", took(after))),
            bar: (whole > 0).then_some((start, width)),
            ..line(shared, abouts, entry)
        }
    });
    lines.collect()
}

fn facts(abouts: &Abouts, entry: &AuditEntry) -> Vec<Fact> {
    let plain = |label, value: Option<&String>| {
        value.map(|value| Fact {
            label,
            value: value.clone(),
            href: None,
        })
    };
    let found = |label, value: Option<&String>, name: &str| {
        value.map(|value| Fact {
            label,
            value: value.clone(),
            href: Some(href(name, value)),
        })
    };
    let who = Some(Fact {
        label: "activity-who",
        value: match &entry.actor_name {
            Some(name) => format!("{name} ({})", entry.actor.id),
            None => entry.actor.id.clone(),
        },
        href: Some(href("who", &entry.actor.id)),
    });
    let target = entry.target.as_ref().map(|target| Fact {
        label: "activity-target",
        value: match abouts.name(target) {
            Some(name) => format!("{} {name} ({})", target.kind, target.id),
            None => format!("{} {}", target.kind, target.id),
        },
        href: Some(href("target", &target.id)),
    });
    let all = [
        who,
        plain("activity-credential", entry.credential.as_ref()),
        plain("activity-client", entry.client.as_ref()),
        plain("activity-address", entry.address.as_ref()),
        found("activity-tool", entry.tool.as_ref(), "tool"),
        found("activity-server", entry.server.as_ref(), "server"),
        target,
        found("activity-request", entry.request.as_ref(), "request"),
        plain("activity-trace", entry.trace.as_ref()),
    ];
    all.into_iter().flatten().collect()
}

fn href(name: &str, value: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair(name, value);
    format!("/console/activity?{}", query.finish())
}

/// The instances of credentials that a call was given.
async fn lent(
    shared: &Shared,
    admin: &Admin,
    instances: Option<&Value>,
) -> Result<Vec<Lent>, Error> {
    let credentials = shared.app.credentials();
    let ids = instances.and_then(Value::as_array).into_iter().flatten();
    let mut lent = Vec::new();
    for id in ids.filter_map(Value::as_str) {
        let view = match id.parse() {
            Ok(id) => credentials.view(admin.who(), &id).await.ok(),
            Err(_) => None,
        };
        lent.push(Lent {
            id: id.to_owned(),
            name: view.map(|view| format!("{} {}", view.key, view.name)),
        });
    }
    Ok(lent)
}
