use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use keyway_app::{ApiKeyState, ApiKeyView, Seen};
use keyway_core::{ApiKeyId, Error};
use keyway_pages::console_context::{Filled, KeyPage};

use super::new::issued;
use crate::console::form::{Now, refused, sent, stale};
use crate::console::member::Admin;
use crate::console::rows::{ask, is_stale, key_line, sent_revision, shown_revision};
use crate::console::show::done;
use crate::pages::VisitorForm;
use crate::refusal::Refusal;
use crate::routes::Id;
use crate::shared::Shared;

const HERE: &str = "/console/api-keys";

/// How long a replaced key works where nothing is chosen: a day.
const OVERLAP: &str = "86400";

/// `GET /console/api-keys/{id}`
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<ApiKeyId>,
) -> Result<Response, Refusal> {
    let key = shared.app.api_keys().get(admin.who(), &id).await?;
    let page = page(&shared, &admin, key, None, None);
    admin.show(&shared, &page).await
}

/// `POST /console/api-keys/{id}`: another name.
pub(super) async fn rename(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<ApiKeyId>,
    VisitorForm(form): VisitorForm,
) -> Result<Response, Refusal> {
    let (keys, seen) = (shared.app.api_keys(), Seen::at(&id, sent_revision(&form)));
    let name = form.get("name").trim();
    let Err(error) = keys.rename(admin.who(), seen, name).await else {
        return Ok(done(&format!("{HERE}/{id}"), "key-renamed"));
    };
    let key = keys.get(admin.who(), &id).await?;
    let sent = sent(&form, &["name"]);
    let (status, sent) = if is_stale(&error) {
        let now = Now {
            name: "name",
            label: "key-name",
            value: key.name.clone(),
        };
        let sent = stale(sent, vec![now], shown_revision(key.revision));
        if sent.changed.is_empty() {
            // Somebody else wanted the same.
            return Ok(done(&format!("{HERE}/{id}"), "key-renamed"));
        }
        (StatusCode::CONFLICT, sent)
    } else {
        refused(error, sent)?
    };
    let page = page(&shared, &admin, key, Some(sent), None);
    admin.show_as(&shared, &page, status).await
}

/// `POST /console/api-keys/{id}/rotate`: shows the new key, this once.
pub(super) async fn rotate(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<ApiKeyId>,
    VisitorForm(form): VisitorForm,
) -> Result<Response, Refusal> {
    let keys = shared.app.api_keys();
    let rotated = match form.get("overlap").parse().map(Duration::from_secs) {
        Ok(overlap) => keys.rotate(admin.who(), &id, overlap).await,
        Err(_) => Err(Error::invalid_at("/overlap", "one of the list")),
    };
    match rotated {
        Ok(made) => admin.show(&shared, &issued("key-rotated", made)).await,
        Err(error) => {
            let (status, rotation) = refused(error, sent(&form, &["overlap"]))?;
            let key = keys.get(admin.who(), &id).await?;
            let page = page(&shared, &admin, key, None, Some(rotation));
            admin.show_as(&shared, &page, status).await
        }
    }
}

/// `GET /console/api-keys/{id}/revoke`
pub(super) async fn ask_revoke(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<ApiKeyId>,
) -> Result<Response, Refusal> {
    let key = shared.app.api_keys().get(admin.who(), &id).await?;
    let page = ask("key-revoke", &key.name, &format!("{HERE}/{id}"), "revoke");
    admin.show(&shared, &page).await
}

/// `POST /console/api-keys/{id}/revoke`
pub(super) async fn revoke(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<ApiKeyId>,
    _: VisitorForm,
) -> Result<Response, Refusal> {
    shared.app.api_keys().revoke(admin.who(), &id).await?;
    Ok(done(&format!("{HERE}/{id}"), "key-revoked"))
}

fn page(
    shared: &Shared,
    admin: &Admin,
    key: ApiKeyView,
    form: Option<Filled>,
    rotation: Option<Filled>,
) -> KeyPage {
    let own = key.owner == admin.web.user.id.as_str();
    let machine = key.owner.starts_with("svc_");
    let replaceable = key.state == ApiKeyState::Active && (own || machine);
    let named = || {
        Filled::new()
            .with("name", key.name.as_str())
            .of_revision(shown_revision(key.revision))
    };
    let rotation = rotation.unwrap_or_else(|| Filled::new().with("overlap", OVERLAP));
    // Where the form of the replacement is not shown, what was refused is.
    let trouble = if replaceable {
        Filled::new()
    } else {
        rotation.clone()
    };
    KeyPage {
        id: key.id.to_string(),
        form: form.unwrap_or_else(named),
        rotation,
        replaceable,
        replaced: key.rotated_from.as_ref().map(|id| format!("{HERE}/{id}")),
        key: key_line(shared, key),
        trouble,
    }
}
