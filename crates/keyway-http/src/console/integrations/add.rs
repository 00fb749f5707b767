use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use keyway_pages::console_context::{ConnectorForm, Filled, ProbeShown};

use super::{shown, typed};
use crate::console::form;
use crate::console::member::{Admin, Member};
use crate::console::show::done;
use crate::pages::VisitorForm;
use crate::refusal::Refusal;
use crate::shared::Shared;

/// `GET /console/integrations/add`
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
) -> Result<Response, Refusal> {
    let page = page(&shared, &admin, Filled::new(), None).await?;
    admin.show(&shared, &page).await
}

/// `POST /console/integrations/add`: tries the server out, or connects it.
pub(super) async fn send(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    VisitorForm(form): VisitorForm,
) -> Result<Response, Refusal> {
    let connectors = shared.app.connectors();
    let draft = match typed::draft(&form, None) {
        Ok(draft) => draft,
        Err(error) => {
            let (status, filled) = form::refused(error, typed::sent(&form))?;
            let page = page(&shared, &admin, filled, None).await?;
            return admin.show_as(&shared, &page, status).await;
        }
    };
    let outcome = if form.get("do") == "test" {
        let probed = connectors.probe_draft(admin.who(), &draft).await;
        probed.map(|found| Some(shown::probe(found)))
    } else {
        connectors.create(admin.who(), &draft).await.map(|_| None)
    };
    let (status, filled, probe) = match outcome {
        Ok(None) => return Ok(done("/console/integrations", "connector-added")),
        Ok(Some(probe)) => (StatusCode::OK, typed::sent(&form), Some(probe)),
        Err(error) => {
            let error = typed::at_fields(error, &draft, &form);
            let (status, filled) = form::refused(error, typed::sent(&form))?;
            (status, filled, None)
        }
    };
    let page = page(&shared, &admin, filled, probe).await?;
    admin.show_as(&shared, &page, status).await
}

async fn page(
    shared: &Shared,
    member: &Member,
    form: Filled,
    probe: Option<ProbeShown>,
) -> Result<ConnectorForm, Refusal> {
    Ok(ConnectorForm {
        open: typed::is_advanced(&form),
        form,
        action: "/console/integrations/add".into(),
        back: "/console/integrations".into(),
        of: None,
        keeps: false,
        projects: projects(shared, member).await?,
        probe,
    })
}

/// The organization's projects: slug and name.
pub(super) async fn projects(
    shared: &Shared,
    member: &Member,
) -> Result<Vec<(String, String)>, Refusal> {
    let all = shared.app.people().projects(member.who()).await?;
    Ok(all.into_iter().map(|one| (one.slug, one.name)).collect())
}
