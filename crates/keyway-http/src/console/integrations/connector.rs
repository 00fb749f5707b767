use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use keyway_app::connectors::{ConnectorPatch, ConnectorView};
use keyway_app::stats::{StateChange, StatsOf, Window};
use keyway_pages::console_context::{
    Available, Connector, Filled, Health, Plot, ProbeShown, ServerLine, StateLine,
};

use super::{shown, typed};
use crate::console::form;
use crate::console::member::{Admin, Member};
use crate::console::show::{done, moment};
use crate::pages::VisitorForm;
use crate::refusal::Refusal;
use crate::shared::Shared;

/// How many changes of its state are shown.
const HISTORY: usize = 20;

/// `GET /console/connectors/{name}`
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Path(name): Path<String>,
) -> Result<Response, Refusal> {
    let view = shared.app.connectors().get(admin.who(), &name).await?;
    let page = page(&shared, &admin, view, Filled::new(), None).await?;
    admin.show(&shared, &page).await
}

/// `POST /console/connectors/{name}/test`: tries it out as it is.
pub(super) async fn test(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Path(name): Path<String>,
    VisitorForm(_form): VisitorForm,
) -> Result<Response, Refusal> {
    let connectors = shared.app.connectors();
    let unchanged = ConnectorPatch::default();
    let found = connectors.probe(admin.who(), &name, unchanged).await?;
    let view = connectors.get(admin.who(), &name).await?;
    let probe = Some(shown::probe(found));
    let page = page(&shared, &admin, view, Filled::new(), probe).await?;
    admin.show(&shared, &page).await
}

/// `POST /console/connectors/{name}/rotate`: replaces its access token.
pub(super) async fn rotate(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Path(name): Path<String>,
    VisitorForm(form): VisitorForm,
) -> Result<Response, Refusal> {
    let connectors = shared.app.connectors();
    let header = Some(form.get("header").trim()).filter(|header| !header.is_empty());
    let token = form.secret("token");
    let rotated = connectors.rotate(admin.who(), &name, header, &token).await;
    let (status, filled) = match rotated {
        Ok(view) => return Ok(done(&shown::path(&view.slug), "connector-rotated")),
        Err(error) => {
            let (status, filled) = form::refused(error, form::sent(&form, &["header"]))?;
            let wrong = filled.errors.get("value").cloned();
            let filled = wrong
                .iter()
                .fold(filled, |filled, what| filled.wrong("token", what));
            (status, filled)
        }
    };
    let view = connectors.get(admin.who(), &name).await?;
    let page = page(&shared, &admin, view, filled, None).await?;
    admin.show_as(&shared, &page, status).await
}

async fn page(
    shared: &Shared,
    member: &Member,
    view: ConnectorView,
    form: Filled,
    probe: Option<ProbeShown>,
) -> Result<Connector, Refusal> {
    let health = health(shared, member, &view.slug).await?;
    let (auth, headers, rotates) = shown::auth(&view.auth);
    let status = view.status.as_ref().filter(|_| view.enabled);
    Ok(Connector {
        health,
        path: shown::path(&view.slug),
        scope: shown::scope(&view.scope),
        auth,
        headers,
        rotates,
        enabled: view.enabled,
        standing: shown::standing(view.enabled, view.status.as_ref()),
        since: status.map(|status| moment(shared, status.since)),
        protocol: status.and_then(|status| status.protocol.clone()),
        listed: status
            .and_then(|status| status.listed_at)
            .map(|at| moment(shared, at)),
        warnings: status
            .map(|status| status.warnings.clone())
            .unwrap_or_default(),
        allow: view.allow,
        deny: view.deny,
        connect_timeout: view.connect_timeout_ms.map(typed::seconds),
        call_timeout: view.call_timeout_ms.map(typed::seconds),
        created: moment(shared, view.created_at),
        changed: moment(shared, view.changed_at),
        slug: view.slug,
        name: view.name,
        url: view.url,
        form,
        probe,
    })
}

/// How a server fared in the last seven days.
async fn health(shared: &Shared, member: &Member, key: &str) -> Result<Health, Refusal> {
    let of = StatsOf::Server(key);
    let stats = shared.app.stats(member.who(), Window::Week, of).await?;
    let series: Vec<_> = stats
        .series
        .iter()
        .map(|point| (point.calls.calls, point.calls.errors))
        .collect();
    let part = stats.servers.first().and_then(|one| one.availability);
    let line = |change: &StateChange| StateLine {
        at: moment(shared, change.at),
        state: change.state,
        kind: ServerLine::kind_of(change.state),
        reason: change.reason.clone(),
    };
    let mut changes: Vec<_> = stats.history.iter().collect();
    changes.sort_by_key(|change| std::cmp::Reverse(change.at));
    Ok(Health {
        available: part.map(Available::of),
        calls: stats.totals.calls,
        errors: stats.totals.errors,
        plot: Plot::bars(&series),
        history: changes.into_iter().take(HISTORY).map(line).collect(),
    })
}
