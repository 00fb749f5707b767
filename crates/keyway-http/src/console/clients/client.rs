use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use keyway_app::Seen;
use keyway_app::oauth::{ClientChange, ClientView, GrantsWanted, RevokeGrants};
use keyway_core::ClientId;
use keyway_pages::console_context::{ClientPage, Confirm, Filled};
use url::form_urlencoded::Serializer;

use super::list::line;
use super::new::lines;
use crate::console::form::{Now, refused, sent, stale};
use crate::console::member::Admin;
use crate::console::rows::{
    actor_href, ask, client_href, grant_line, is_stale, sent_revision, shown_revision,
};
use crate::console::show::done;
use crate::pages::VisitorForm;
use crate::refusal::Refusal;
use crate::routes::Id;
use crate::shared::Shared;

const FIELDS: [&str; 3] = ["name", "redirectUris", "scope"];

/// How many grants its page shows.
const GRANTS: u32 = 10;

/// `GET /console/clients/{id}`
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<ClientId>,
) -> Result<Response, Refusal> {
    let client = shared.app.oauth().client_of(admin.who(), &id).await?;
    let form = filled(&client);
    let page = page(&shared, &admin, client, form).await?;
    admin.show(&shared, &page).await
}

/// `POST /console/clients/{id}`: another name, other addresses, another bound.
pub(super) async fn change(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<ClientId>,
    VisitorForm(form): VisitorForm,
) -> Result<Response, Refusal> {
    let to = ClientChange {
        name: Some(form.get("name").to_owned()),
        redirect_uris: Some(lines(form.get("redirectUris"))),
        scope: Some(form.get("scope").trim().to_owned()),
    };
    let (oauth, seen) = (shared.app.oauth(), Seen::at(&id, sent_revision(&form)));
    let Err(error) = oauth.change_client(admin.who(), seen, &to).await else {
        return Ok(done(&client_href(id.as_str()), "client-changed"));
    };
    let client = oauth.client_of(admin.who(), &id).await?;
    let sent = sent(&form, &FIELDS);
    let (status, sent) = if is_stale(&error) {
        let now = |name, label, value: String| Now { name, label, value };
        let now = vec![
            now("name", "client-name", client.name.clone()),
            now(
                "redirectUris",
                "client-redirects",
                client.redirect_uris.join("\n"),
            ),
            now(
                "scope",
                "client-scope",
                client.scope.clone().unwrap_or_default(),
            ),
        ];
        let sent = stale(unixed(sent), now, shown_revision(client.revision));
        if sent.changed.is_empty() {
            // Somebody else wanted the same.
            return Ok(done(&client_href(id.as_str()), "client-changed"));
        }
        (StatusCode::CONFLICT, sent)
    } else {
        refused(error, sent)?
    };
    let page = page(&shared, &admin, client, Some(sent)).await?;
    admin.show_as(&shared, &page, status).await
}

/// `GET /console/clients/{id}/disable`
pub(super) async fn ask_disable(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<ClientId>,
) -> Result<Response, Refusal> {
    let page = question(&shared, &admin, &id, "client-disable", "disable").await?;
    admin.show(&shared, &page).await
}

/// `POST /console/clients/{id}/disable`
pub(super) async fn disable(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<ClientId>,
    _: VisitorForm,
) -> Result<Response, Refusal> {
    shared.app.oauth().disable_client(admin.who(), &id).await?;
    Ok(done(&client_href(id.as_str()), "client-disabled"))
}

/// `POST /console/clients/{id}/enable`
pub(super) async fn enable(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<ClientId>,
    _: VisitorForm,
) -> Result<Response, Refusal> {
    shared.app.oauth().enable_client(admin.who(), &id).await?;
    Ok(done(&client_href(id.as_str()), "client-enabled"))
}

/// `GET /console/clients/{id}/revoke`
pub(super) async fn ask_revoke(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<ClientId>,
) -> Result<Response, Refusal> {
    let page = question(&shared, &admin, &id, "client-revoke", "revoke").await?;
    admin.show(&shared, &page).await
}

/// `POST /console/clients/{id}/revoke`: ends everything it was let do.
pub(super) async fn revoke(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<ClientId>,
    _: VisitorForm,
) -> Result<Response, Refusal> {
    let (oauth, href) = (shared.app.oauth(), client_href(id.as_str()));
    oauth.client_of(admin.who(), &id).await?;
    let which = RevokeGrants::Client(id);
    oauth.revoke_grants(admin.who(), &which).await?;
    Ok(done(&href, "client-revoked"))
}

/// `GET /console/clients/{id}/delete`
pub(super) async fn ask_delete(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<ClientId>,
) -> Result<Response, Refusal> {
    let page = question(&shared, &admin, &id, "client-delete", "delete").await?;
    admin.show(&shared, &page).await
}

/// `POST /console/clients/{id}/delete`
pub(super) async fn delete(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<ClientId>,
    _: VisitorForm,
) -> Result<Response, Refusal> {
    shared.app.oauth().delete_client(admin.who(), &id).await?;
    Ok(done("/console/clients", "client-deleted"))
}

async fn question(
    shared: &Shared,
    admin: &Admin,
    id: &ClientId,
    key: &'static str,
    act: &str,
) -> Result<Confirm, Refusal> {
    let client = shared.app.oauth().client_of(admin.who(), id).await?;
    Ok(ask(key, &client.name, &client_href(id.as_str()), act))
}

/// The form of a client that can be changed: one that an administrator made.
fn filled(client: &ClientView) -> Option<Filled> {
    (client.kind == "configured").then(|| {
        Filled::new()
            .with("name", client.name.as_str())
            .with("redirectUris", client.redirect_uris.join("\n"))
            .with("scope", client.scope.clone().unwrap_or_default())
            .of_revision(shown_revision(client.revision))
    })
}

/// Browsers end the lines of a field with two characters.
fn unixed(mut filled: Filled) -> Filled {
    for value in filled.values.values_mut() {
        *value = lines(value).join("\n");
    }
    filled
}

async fn page(
    shared: &Shared,
    admin: &Admin,
    client: ClientView,
    form: Option<Filled>,
) -> Result<ClientPage, Refusal> {
    let wanted = GrantsWanted {
        client: Some(client.id.clone()),
        limit: Some(GRANTS),
        ..GrantsWanted::default()
    };
    let grants = shared
        .app
        .oauth()
        .grants(admin.who(), &wanted)
        .await?
        .grants;
    let query = Serializer::new(String::new())
        .append_pair("client", client.id.as_str())
        .append_pair("state", "any")
        .finish();
    // Of one that cannot be changed the form has no place, and what was refused has.
    let changeable = client.kind == "configured";
    let (form, trouble) = match form {
        Some(form) if !changeable => (None, form),
        form => (form, Filled::new()),
    };
    Ok(ClientPage {
        client: line(shared, &client),
        id: client.id.to_string(),
        auth: match client.auth_method {
            "none" => "public".to_owned(),
            auth => auth.to_owned(),
        },
        grant_types: client.grant_types.iter().map(ToString::to_string).collect(),
        redirect_uris: client.redirect_uris,
        scope: client.scope,
        account: client.service_account.map(|id| actor_href(id.as_str())),
        form,
        grants: grants
            .into_iter()
            .map(|grant| grant_line(shared, grant))
            .collect(),
        all_grants: format!("/console/clients/grants?{query}"),
        trouble,
    })
}
