use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use keyway_app::trust::{OddKind, ToolPatch, ToolView};
use keyway_pages::console_context::{Filled, ServerTool};

use super::path;
use super::server::{line, revision};
use crate::console::form;
use crate::console::member::Admin;
use crate::console::rows::shown_revision;
use crate::console::show::done;
use crate::pages::{PageForm, VisitorForm};
use crate::refusal::Refusal;
use crate::shared::Shared;

const FIELDS: [&str; 4] = ["allowed", "approval", "name", "description"];

/// `GET /console/servers/{key}/tool?name=…`
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Path(key): Path<String>,
) -> Result<Response, Refusal> {
    let name = admin.params.some("name").unwrap_or_default();
    let servers = shared.app.mcp_servers();
    let tool = servers.tool(admin.who(), &key, name).await?;
    let page = page(&key, &tool, stored(&tool));
    admin.show(&shared, &page).await
}

/// `POST /console/servers/{key}/tool`
pub(super) async fn save(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Path(key): Path<String>,
    VisitorForm(form): VisitorForm,
) -> Result<Response, Refusal> {
    let servers = shared.app.mcp_servers();
    let name = form.get("tool");
    let text = |field| Some(Some(form.get(field).to_owned()));
    let patch = ToolPatch {
        allowed: Some(match form.get("allowed") {
            "allow" => Some(true),
            "deny" => Some(false),
            _ => None,
        }),
        needs_approval: Some(match form.get("approval") {
            "on" => Some(true),
            "off" => Some(false),
            _ => None,
        }),
        name: text("name"),
        description: text("description"),
    };
    let changed = servers.change_tool(admin.who(), &key, name, revision(&form), &patch);
    let Err(error) = changed.await else {
        return Ok(done(&path(&key), "server-tool-saved"));
    };
    let now = servers.tool(admin.who(), &key, name).await?;
    let (status, filled) = match error.code() {
        "settings_changed" => (StatusCode::CONFLICT, too_old(&form, &stored(&now))),
        "tool_name_taken" => {
            let filled = form::sent(&form, &FIELDS).wrong("name", error.message());
            (StatusCode::CONFLICT, filled)
        }
        _ => form::refused(error, form::sent(&form, &FIELDS))?,
    };
    admin
        .show_as(&shared, &page(&key, &now, filled), status)
        .await
}

fn page(key: &str, tool: &ToolView, form: Filled) -> ServerTool {
    let odd = tool.odd.iter();
    ServerTool {
        tool: line(key, tool),
        own: tool.tool.clone(),
        path: path(key),
        odd: odd
            .map(|odd| (odd.code_point.clone(), odd.position, kind(odd.kind)))
            .collect(),
        form,
    }
}

fn kind(kind: OddKind) -> &'static str {
    match kind {
        OddKind::Bidirectional => "bidirectional",
        OddKind::Invisible => "invisible",
        OddKind::Tag => "tag",
        OddKind::Control => "control",
        OddKind::Lookalike => "lookalike",
    }
}

fn stored(tool: &ToolView) -> Filled {
    let allowed = match tool.allowed {
        Some(true) => "allow",
        Some(false) => "deny",
        None => "",
    };
    let approval = match tool.own_needs_approval {
        Some(true) => "on",
        Some(false) => "off",
        None => "",
    };
    Filled::new()
        .with("allowed", allowed)
        .with("approval", approval)
        .with("name", tool.shown_as.as_deref().unwrap_or_default())
        .with(
            "description",
            tool.shown_description.as_deref().unwrap_or_default(),
        )
        .of_revision(shown_revision(tool.revision))
}

fn too_old(form: &PageForm, now: &Filled) -> Filled {
    let labels = [
        "server-tool-allowed",
        "server-tool-approval",
        "server-tool-name-shown",
        "server-tool-description-shown",
    ];
    let fields = FIELDS.into_iter().zip(labels);
    let sent = form::sent(form, &FIELDS);
    form::stale_as_stored(sent, fields, now, |label, value| match (label, value) {
        ("server-tool-allowed" | "server-tool-approval", "") => Some("server-tool-usual"),
        ("server-tool-allowed", "allow") => Some("server-tool-allow"),
        ("server-tool-allowed", "deny") => Some("server-tool-deny"),
        ("server-tool-approval", "on") => Some("server-tool-approval-on"),
        ("server-tool-approval", "off") => Some("server-tool-approval-off"),
        _ => None,
    })
}
