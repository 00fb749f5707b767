use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use keyway_app::tools::{ToolFilter, ToolView};
use keyway_pages::console_context::{ToolLine, Tools};

use super::href;
use crate::console::member::Member;
use crate::refusal::Refusal;
use crate::shared::Shared;

/// Stands for the gateway's own actions among servers.
const OWN: &str = "-";

/// The most letters of a summary.
const SUMMARY: usize = 240;

/// `GET /console/tools`: the tools somebody may call, by `q`, `server` and `kind`.
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    member: Member,
) -> Result<Response, Refusal> {
    let params = &member.params;
    let filter = ToolFilter {
        text: params.get("q"),
        server: params
            .some("server")
            .map(|key| if key == OWN { "" } else { key }),
        kind: params.some("kind").and_then(|kind| kind.parse().ok()),
    };
    let found = shared
        .app
        .find_tools(member.who(), &filter, params.some("cursor"))?;
    let page = Tools {
        tools: found.tools.iter().map(line).collect(),
        pager: member.pager(&["q", "server", "kind"], found.next_cursor.as_deref()),
        query: params.get("q").to_owned(),
        server: params.get("server").to_owned(),
        kind: params.get("kind").to_owned(),
        servers: shared.app.servers_of_tools(member.who()),
        filtered: ["q", "server", "kind"]
            .iter()
            .any(|name| params.some(name).is_some()),
    };
    member.show(&shared, &page).await
}

fn line(tool: &ToolView) -> ToolLine {
    ToolLine {
        name: tool.name().to_owned(),
        href: href(tool.name()),
        title: tool.title(),
        summary: summary(&tool.description().unwrap_or_default()),
        server: tool.server().map(str::to_owned),
        kind: tool.kind().as_str(),
    }
}

/// The first line of a text, or what there is room for of it.
fn summary(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty());
    line.unwrap_or_default().chars().take(SUMMARY + 1).collect()
}
