use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use keyway_app::inbox::{DeliveryView, ListDeliveries};
use keyway_pages::console_context::{Filled, Webhooks};

use super::lines;
use crate::console::member::Admin;
use crate::console::show::ROWS;
use crate::refusal::Refusal;
use crate::shared::Shared;

/// What can be looked for.
const FIELDS: [&str; 2] = ["publication", "state"];

/// How many publications can be chosen.
const CHOICES: u32 = 200;

/// `GET /console/webhooks`
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
) -> Result<Response, Refusal> {
    let params = &admin.params;
    let list = ListDeliveries {
        publication: params.some("publication"),
        state: params.some("state"),
        cursor: params.some("cursor"),
        limit: Some(ROWS),
    };
    let found = shared.app.deliveries().list(admin.who(), &list).await?;
    let all = shared.app.publications();
    let all = all.list(admin.who(), None, Some(CHOICES)).await?;
    let named = all.publications.into_iter();
    let mut publications: Vec<_> = named.map(|one| (one.id.to_string(), one.name)).collect();
    if let Some(chosen) = list.publication
        && !publications.iter().any(|(id, _)| id == chosen)
    {
        let name = found
            .deliveries
            .first()
            .map(|one| one.publication_name.clone());
        publications.push((chosen.to_owned(), name.unwrap_or_else(|| chosen.to_owned())));
    }
    let page = Webhooks {
        search: FIELDS.iter().fold(Filled::new(), |filled, field| {
            filled.with(field, params.get(field))
        }),
        searching: FIELDS.iter().any(|field| params.some(field).is_some()),
        publications,
        states: DeliveryView::STATES.into(),
        deliveries: lines(&shared, &found.deliveries),
        pager: admin.pager(&FIELDS, found.next_cursor.as_deref()),
    };
    admin.show(&shared, &page).await
}
