use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use keyway_core::Error;
use keyway_pages::console_context::{ActivityLog, Filled};

use crate::console::member::{Admin, Member};
use crate::console::show::moment;
use crate::refusal::Refusal;
use crate::shared::Shared;

/// `GET /console/activity/log`
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
) -> Result<Response, Refusal> {
    let page = page(&shared, &admin, Filled::new()).await?;
    admin.show(&shared, &page).await
}

/// The page with what was sent to export.
pub(super) async fn page(
    shared: &Shared,
    member: &Member,
    form: Filled,
) -> Result<ActivityLog, Error> {
    let standing = shared.app.audit_standing(member.who()).await?;
    Ok(ActivityLog {
        events: standing.events,
        signed: standing.signed.map(|(seq, _)| seq),
        signed_at: standing.signed.map(|(_, at)| moment(shared, at)),
        looked_at: standing.looked_at,
        broken: standing.broken,
        form,
    })
}
