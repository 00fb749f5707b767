use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use keyway_app::connectors::ConfiguredServer;
use keyway_core::ports::UpstreamStatus;
use keyway_pages::console_context::{ConfiguredLine, ConnectorLine, Integrations};

use super::shown;
use crate::console::member::Admin;
use crate::console::publications::{lines, provider_lines};
use crate::console::show::ROWS;
use crate::refusal::Refusal;
use crate::shared::Shared;

/// How many publications are shown beside the list of all.
const PUBLICATIONS: u32 = 20;

/// `GET /console/integrations`
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
) -> Result<Response, Refusal> {
    let connectors = shared.app.connectors();
    let cursor = admin.params.some("cursor");
    let page = connectors.list(admin.who(), cursor, Some(ROWS)).await?;
    let first = cursor.is_none();
    let servers = if first {
        let configured = connectors.configured(admin.who()).await?;
        let line = |(one, status): (ConfiguredServer, Option<UpstreamStatus>)| ConfiguredLine {
            standing: status
                .as_ref()
                .map(|status| shown::standing(true, Some(status))),
            refresh: status.map(|_| format!("/console/servers/{}/refresh", one.key)),
            key: one.key,
            source: one.source,
        };
        configured.into_iter().map(line).collect()
    } else {
        Vec::new()
    };
    let (mut providers, mut publications, mut more) = (Vec::new(), Vec::new(), false);
    if first {
        let all = shared.app.publications();
        let known = all.integrations(admin.who()).await?;
        let made = all.list(admin.who(), None, Some(PUBLICATIONS)).await?;
        more = made.next_cursor.is_some();
        providers = provider_lines(&known, "");
        publications = lines(&shared, &known, made.publications);
    }
    let shown = Integrations {
        providers,
        publications,
        more,
        pager: admin.pager(&[], page.next_cursor.as_deref()),
        connectors: page
            .connectors
            .into_iter()
            .map(|one| ConnectorLine {
                href: shown::path(&one.slug),
                key: format!("mcp__{}", one.slug),
                scope: shown::scope(&one.scope),
                standing: shown::of(&one),
                name: one.name,
                url: one.url,
            })
            .collect(),
        servers,
    };
    admin.show(&shared, &shown).await
}
