use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use keyway_pages::console_context::WebhookEndpoints;

use super::line::line;
use crate::console::member::Admin;
use crate::console::show::ROWS;
use crate::refusal::Refusal;
use crate::shared::Shared;

/// `GET /console/webhooks/endpoints`
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
) -> Result<Response, Refusal> {
    let endpoints = shared.app.webhook_endpoints();
    let cursor = admin.params.some("cursor");
    let found = endpoints.list(admin.who(), cursor, Some(ROWS)).await?;
    let page = WebhookEndpoints {
        pager: admin.pager(&[], found.next_cursor.as_deref()),
        endpoints: found
            .webhook_endpoints
            .iter()
            .map(|one| line(&shared, one))
            .collect(),
    };
    admin.show(&shared, &page).await
}
