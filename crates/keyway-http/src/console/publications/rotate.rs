use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use keyway_core::PublicationId;
use keyway_pages::console_context::{Filled, Issued};

use super::line::path;
use super::{one, typed};
use crate::console::form::refused;
use crate::console::member::Admin;
use crate::pages::VisitorForm;
use crate::refusal::Refusal;
use crate::routes::Id;
use crate::shared::Shared;

/// `POST /console/publications/{id}/rotate`: another signing secret, shown this once.
pub(super) async fn rotate(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<PublicationId>,
    VisitorForm(form): VisitorForm,
) -> Result<Response, Refusal> {
    let view = shared.app.publications().show(admin.who(), &id).await?;
    let installations = shared.app.installations();
    let secret = typed::secret(&form);
    let rotated = installations.rotate(admin.who(), &view.installation, secret);
    match rotated.await {
        Ok((_, secret)) => {
            let page = Issued {
                key: "publication-rotated",
                name: view.name,
                secret: secret.expose().clone(),
                also: Vec::new(),
                on: path(&id),
            };
            admin.show(&shared, &page).await
        }
        Err(error) => {
            let (status, filled) = refused(error, Filled::new())?;
            let page = one::page(&shared, &admin, view, filled).await?;
            admin.show_as(&shared, &page, status).await
        }
    }
}
