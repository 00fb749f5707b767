use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use keyway_app::Part;
use keyway_app::trust::{NewTools, Pinning, ServerPatch, ServerView, ToolView};
use keyway_pages::console_context::{Filled, ServerToolLine, ServerTools};

use super::{path, tool_path};
use crate::console::form;
use crate::console::member::Admin;
use crate::console::rows::{sent_revision, shown_revision};
use crate::console::show::done;
use crate::console::visible::visible;
use crate::pages::{PageForm, VisitorForm};
use crate::refusal::Refusal;
use crate::shared::Shared;

const FIELDS: [&str; 4] = ["definitions", "new_tools", "only_allowed", "needs_approval"];

/// `GET /console/servers/{key}?q=…&cursor=…`
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Path(key): Path<String>,
) -> Result<Response, Refusal> {
    let view = shared.app.mcp_servers().get(admin.who(), &key).await?;
    let form = stored(&view);
    page(&shared, &admin, view, form, StatusCode::OK).await
}

/// `POST /console/servers/{key}/settings`
pub(super) async fn save(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Path(key): Path<String>,
    VisitorForm(form): VisitorForm,
) -> Result<Response, Refusal> {
    let servers = shared.app.mcp_servers();
    let patch = ServerPatch {
        disabled: None,
        definitions: Some(Some(match form.get("definitions") {
            "follow" => Pinning::Follow,
            _ => Pinning::Pin,
        })),
        new_tools: Some(Some(match form.get("new_tools") {
            "on" => NewTools::On,
            _ => NewTools::Off,
        })),
        only_allowed: Some(form.get("only_allowed") == "on"),
        needs_approval: Some(form.get("needs_approval") == "on"),
    };
    let changed = servers.change(admin.who(), &key, revision(&form), &patch);
    let Err(error) = changed.await else {
        return Ok(done(&path(&key), "server-saved"));
    };
    let now = servers.get(admin.who(), &key).await?;
    if error.code() == "settings_changed" {
        let filled = too_old(&form, &stored(&now));
        return page(&shared, &admin, now, filled, StatusCode::CONFLICT).await;
    }
    let (status, filled) = form::refused(error, form::sent(&form, &FIELDS))?;
    page(&shared, &admin, now, filled, status).await
}

/// `POST /console/servers/{key}/enable`
pub(super) async fn enable(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Path(key): Path<String>,
    VisitorForm(_form): VisitorForm,
) -> Result<Response, Refusal> {
    switch(&shared, &admin, &key, false).await?;
    Ok(done(&path(&key), "server-enabled"))
}

/// `POST /console/servers/{key}/disable`
pub(super) async fn disable(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Path(key): Path<String>,
    VisitorForm(_form): VisitorForm,
) -> Result<Response, Refusal> {
    switch(&shared, &admin, &key, true).await?;
    Ok(done(&path(&key), "server-disabled"))
}

/// Shows or hides a server, whatever else was changed meanwhile.
async fn switch(shared: &Shared, admin: &Admin, key: &str, disabled: bool) -> Result<(), Refusal> {
    let servers = shared.app.mcp_servers();
    let revision = servers.get(admin.who(), key).await?.revision;
    let patch = ServerPatch {
        disabled: Some(disabled),
        ..ServerPatch::default()
    };
    servers.change(admin.who(), key, revision, &patch).await?;
    Ok(())
}

async fn page(
    shared: &Shared,
    admin: &Admin,
    view: ServerView,
    form: Filled,
    status: StatusCode,
) -> Result<Response, Refusal> {
    let search = admin.params.some("q").unwrap_or_default().to_owned();
    let part = Part {
        search: Some(&search),
        cursor: admin.params.some("cursor"),
        limit: None,
    };
    let servers = shared.app.mcp_servers();
    let tools = servers.tools(admin.who(), &view.key, part).await?;
    let pager = admin.pager(&["q"], tools.next_cursor.as_deref());
    let lines = tools.rows.iter().map(|tool| line(&view.key, tool));
    let page = ServerTools {
        path: path(&view.key),
        back: if view.is_connector {
            format!("/console/connectors/{}", view.key)
        } else {
            "/console/integrations".to_owned()
        },
        listed: view.listed,
        shown: view.shown,
        held: view.held,
        disabled: view.disabled,
        tools: lines.collect(),
        key: view.key,
        form,
        search,
        pager,
    };
    admin.show_as(shared, &page, status).await
}

/// A tool as pages show it.
pub(super) fn line(key: &str, tool: &ToolView) -> ServerToolLine {
    ServerToolLine {
        name: visible(&tool.tool),
        href: tool_path(key, &tool.tool),
        shown_as: tool.shown_as.clone(),
        state: tool.state.as_str(),
        approval: tool.needs_approval,
        odd: !tool.odd.is_empty(),
        description: visible(&tool.description),
    }
}

/// The revision a form was made of; one that nothing has where it says none.
pub(super) fn revision(form: &PageForm) -> i64 {
    sent_revision(form).unwrap_or(-1)
}

fn stored(view: &ServerView) -> Filled {
    let on = |said: bool| if said { "on" } else { "" };
    Filled::new()
        .with("definitions", view.definitions)
        .with("new_tools", view.new_tools)
        .with("only_allowed", on(view.only_allowed))
        .with("needs_approval", on(view.needs_approval))
        .of_revision(shown_revision(view.revision))
}

fn too_old(form: &PageForm, now: &Filled) -> Filled {
    let labels = [
        "server-definitions",
        "server-new-tools",
        "server-only-allowed",
        "server-needs-approval",
    ];
    let fields = FIELDS.into_iter().zip(labels);
    let sent = form::sent(form, &FIELDS);
    form::stale_as_stored(sent, fields, now, |label, value| match (label, value) {
        ("server-definitions", "pin") => Some("server-definitions-pin"),
        ("server-definitions", "follow") => Some("server-definitions-follow"),
        ("server-new-tools", "on") => Some("server-new-tools-on"),
        ("server-new-tools", "off") => Some("server-new-tools-off"),
        ("server-only-allowed" | "server-needs-approval", _) => Some(form::ticked(value)),
        _ => None,
    })
}
