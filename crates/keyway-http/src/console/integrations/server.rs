use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;

use crate::console::member::Admin;
use crate::console::show::done;
use crate::pages::VisitorForm;
use crate::refusal::Refusal;
use crate::shared::Shared;

/// `POST /console/servers/{key}/refresh`: has a server of the configuration connected to anew.
pub(super) async fn refresh(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Path(key): Path<String>,
    VisitorForm(_form): VisitorForm,
) -> Result<Response, Refusal> {
    shared.app.reconnect_server(admin.who(), &key).await?;
    Ok(done("/console/integrations", "connector-refreshed"))
}
