use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use keyway_app::inbox::{ReplyView, Why};
use keyway_core::{DeliveryId, Kind};
use keyway_pages::console_context::{Confirm, Filled, ReplyShown, WebhookPage};

use super::line::{line, path};
use crate::console::form::refused;
use crate::console::member::Admin;
use crate::console::publications::web_address;
use crate::console::show::{done, moment};
use crate::console::visible::visible;
use crate::pages::VisitorForm;
use crate::refusal::Refusal;
use crate::routes::Id;
use crate::shared::Shared;

/// `GET /console/webhooks/{id}`
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<DeliveryId>,
) -> Result<Response, Refusal> {
    let why = shared.app.deliveries().why(admin.who(), &id).await?;
    let page = page(&shared, why, Filled::new());
    admin.show(&shared, &page).await
}

/// `GET /console/webhooks/{id}/replay`: asks first.
pub(super) async fn ask(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<DeliveryId>,
) -> Result<Response, Refusal> {
    let of = shared.app.deliveries().show(admin.who(), &id).await?;
    let at = path(&id);
    let action = format!("{at}/replay");
    let page = Confirm {
        danger: false,
        ..Confirm::danger("webhook-replay", &of.publication_name, &action, &at)
    };
    admin.show(&shared, &page).await
}

/// `POST /console/webhooks/{id}/replay`: leads to the one that repeats it.
pub(super) async fn replay(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<DeliveryId>,
    VisitorForm(_form): VisitorForm,
) -> Result<Response, Refusal> {
    let deliveries = shared.app.deliveries();
    let error = match deliveries.replay(admin.who(), &id).await {
        Ok(new) => return Ok(done(&path(&new.id), "webhook-replayed")),
        Err(error) => error,
    };
    let why = deliveries.why(admin.who(), &id).await?;
    // What is not there is the publication: the delivery was just read.
    let (status, trouble) = if error.kind() == Kind::NotFound {
        let told = Filled::new().failed(error.message(), error.hint());
        (StatusCode::CONFLICT, told)
    } else {
        refused(error, Filled::new())?
    };
    let page = page(&shared, why, trouble);
    admin.show_as(&shared, &page, status).await
}

fn page(shared: &Shared, why: Why, trouble: Filled) -> WebhookPage {
    let of = why.delivery;
    let reply = |reply: ReplyView| ReplyShown {
        state: reply.state,
        url: reply.url.as_deref().and_then(web_address),
        error: reply.error,
        at: reply.posted_at.map(|at| moment(shared, at)),
    };
    WebhookPage {
        delivery: line(shared, &of),
        id: of.id.to_string(),
        reasons: why.reasons.iter().map(|reason| visible(reason)).collect(),
        conversation: of.conversation.as_deref().map(visible),
        dedupe_key: visible(&of.dedupe_key),
        duplicates: of.duplicates,
        replay_of: of.replay_of.map(|id| id.to_string()),
        bytes: of.bytes,
        again: of.next_attempt_at.map(|at| moment(shared, at)),
        answered: of.answered_at.map(|at| moment(shared, at)),
        reply: of.reply.map(reply),
        trouble,
    }
}
