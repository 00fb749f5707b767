use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use keyway_app::credentials::ListCredentials;
use keyway_core::credential::CredentialScope;
use keyway_pages::console_context::{Apps, Filled};

use super::lines;
use crate::console::member::Member;
use crate::console::show::ROWS;
use crate::refusal::Refusal;
use crate::shared::Shared;

/// What can be looked for.
const FIELDS: [&str; 3] = ["q", "key", "scope"];

/// `GET /console/apps`: every instance one may see, and what is defined.
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    member: Member,
) -> Result<Response, Refusal> {
    let params = &member.params;
    let list = ListCredentials {
        key: params.some("key"),
        scope: scope(params.get("scope")),
        words: params.some("q"),
        cursor: params.some("cursor"),
        limit: ROWS,
    };
    let found = shared.app.credentials_page(member.who(), &list).await?;
    let definitions = shared.app.credentials().definitions(member.who()).await?;
    let search = FIELDS.iter().fold(Filled::new(), |filled, field| {
        filled.with(field, params.get(field))
    });
    let page = Apps {
        search,
        searching: FIELDS.iter().any(|field| params.some(field).is_some()),
        instances: found
            .credentials
            .iter()
            .map(|view| lines::instance(&shared, view, &found.names))
            .collect(),
        pager: member.pager(&FIELDS, found.next.as_deref()),
        definitions: definitions.iter().map(lines::definition).collect(),
    };
    member.show(&shared, &page).await
}

fn scope(text: &str) -> Option<CredentialScope> {
    let all = [
        CredentialScope::Organization,
        CredentialScope::Project,
        CredentialScope::User,
    ];
    all.into_iter().find(|scope| scope.as_str() == text)
}
