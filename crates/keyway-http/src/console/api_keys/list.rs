use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use keyway_pages::console_context::ApiKeys;

use crate::console::member::Admin;
use crate::console::rows::key_line;
use crate::refusal::Refusal;
use crate::shared::Shared;

/// `GET /console/api-keys`, of one person or service account with `owner`.
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
) -> Result<Response, Refusal> {
    let (keys, part) = (shared.app.api_keys(), admin.part());
    let owner = admin.actor("owner");
    let listed = keys.list_part(admin.who(), owner.as_ref(), &part).await?;
    let page = ApiKeys {
        query: admin.params.get("q").to_owned(),
        pager: admin.pager(&["q", "owner"], listed.next_cursor.as_deref()),
        keys: listed
            .rows
            .into_iter()
            .map(|key| key_line(&shared, key))
            .collect(),
    };
    admin.show(&shared, &page).await
}
