use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use keyway_app::oauth::{ClientState, ClientView};
use keyway_pages::console_context::{ClientLine, Clients};

use crate::console::member::Admin;
use crate::console::rows::client_href;
use crate::console::show::moment;
use crate::refusal::Refusal;
use crate::shared::Shared;

/// `GET /console/clients`
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
) -> Result<Response, Refusal> {
    let part = admin.part();
    let listed = shared.app.oauth().list_clients(admin.who(), &part).await?;
    let page = Clients {
        query: admin.params.get("q").to_owned(),
        pager: admin.pager(&["q"], listed.next_cursor.as_deref()),
        clients: listed.rows.iter().map(|row| line(&shared, row)).collect(),
    };
    admin.show(&shared, &page).await
}

pub(super) fn line(shared: &Shared, client: &ClientView) -> ClientLine {
    ClientLine {
        href: client_href(client.id.as_str()),
        name: client.name.clone(),
        kind: client.kind,
        disabled: client.state == ClientState::Disabled,
        made: moment(shared, client.created_at),
        used: moment(shared, client.last_used_at),
    }
}
