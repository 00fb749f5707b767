use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use keyway_app::Part;
use keyway_app::oauth::{IssuedClient, NewOauthClient};
use keyway_core::{Error, ServiceAccountId};
use keyway_pages::console_context::{Filled, Issued, NewClient};

use crate::console::form::{refused, sent};
use crate::console::member::Admin;
use crate::console::rows::{client_href, renamed};
use crate::console::show::done;
use crate::pages::{PageForm, VisitorForm};
use crate::refusal::Refusal;
use crate::shared::Shared;

const FIELDS: [&str; 6] = ["name", "redirectUris", "auth", "jwks", "account", "scope"];

/// `GET /console/clients/new`
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
) -> Result<Response, Refusal> {
    let form = Filled::new().with("auth", "client_secret_basic");
    let page = page(&shared, &admin, form).await?;
    admin.show(&shared, &page).await
}

/// `POST /console/clients/new`: shows the secret, this once, where there is one.
pub(super) async fn make(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    VisitorForm(form): VisitorForm,
) -> Result<Response, Refusal> {
    let made = match create(&shared, &admin, &form).await {
        Ok(made) => made,
        Err(error) => {
            let (status, filled) = refused(error, sent(&form, &FIELDS))?;
            let filled = renamed(filled, &[("serviceAccount", "account")]);
            let page = page(&shared, &admin, filled).await?;
            return admin.show_as(&shared, &page, status).await;
        }
    };
    let on = client_href(made.view.id.as_str());
    let Some(secret) = made.secret else {
        return Ok(done(&on, "client-made").into_response());
    };
    let page = Issued {
        key: "client-made",
        name: made.view.name,
        secret: secret.expose().clone(),
        also: vec![("client-id", made.view.id.to_string())],
        on,
    };
    admin.show(&shared, &page).await
}

async fn create(shared: &Shared, admin: &Admin, form: &PageForm) -> Result<IssuedClient, Error> {
    let some = |field: &str| Some(form.get(field).trim()).filter(|text| !text.is_empty());
    let account = some("account").map(str::parse::<ServiceAccountId>);
    let jwks = some("jwks").map(serde_json::from_str);
    let auth = match form.get("auth") {
        "public" => "none",
        auth => auth,
    };
    let new = NewOauthClient {
        name: form.get("name").to_owned(),
        redirect_uris: lines(form.get("redirectUris")),
        auth_method: Some(auth.to_owned()),
        grant_types: Vec::new(),
        scope: some("scope").map(str::to_owned),
        service_account: account
            .transpose()
            .map_err(|_| Error::invalid_at("/account", "a service account of the list"))?,
        jwks: jwks
            .transpose()
            .map_err(|_| Error::invalid_at("/jwks", "a JWK set in JSON"))?,
    };
    shared.app.oauth().create_client(admin.who(), &new).await
}

/// What stands on the lines of a field.
pub(super) fn lines(text: &str) -> Vec<String> {
    let lines = text.lines().map(str::trim);
    lines
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect()
}

async fn page(shared: &Shared, admin: &Admin, form: Filled) -> Result<NewClient, Refusal> {
    let people = shared.app.people();
    let part = Part::default();
    let accounts = people.list_service_accounts(admin.who(), &part).await?;
    let accounts = accounts.rows.into_iter();
    Ok(NewClient {
        form,
        accounts: accounts
            .map(|account| (account.id.to_string(), account.name))
            .collect(),
    })
}
