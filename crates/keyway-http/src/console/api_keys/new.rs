use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use keyway_app::{IssuedKey, KeyRequest, Part};
use keyway_core::{Error, Scopes, ServiceAccountId};
use keyway_pages::console_context::{Filled, Issued, NewKey};

use crate::console::form::{refused, sent};
use crate::console::member::{Admin, Member};
use crate::console::rows::renamed;
use crate::pages::{PageForm, VisitorForm};
use crate::refusal::Refusal;
use crate::shared::Shared;

const FIELDS: [&str; 7] = [
    "name",
    "owner",
    "reach",
    "tools",
    "approvals",
    "admin",
    "life",
];

/// `GET /console/api-keys/new`, for a service account with `account`.
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
) -> Result<Response, Refusal> {
    let form = Filled::new()
        .with("owner", admin.params.get("account"))
        .with("reach", "mcp")
        .with("life", "90");
    let page = page(&shared, &admin, form).await?;
    admin.show(&shared, &page).await
}

/// `POST /console/api-keys/new`: shows the key, this once.
pub(super) async fn make(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    VisitorForm(form): VisitorForm,
) -> Result<Response, Refusal> {
    match issue(&shared, &admin, &form).await {
        Ok(made) => admin.show(&shared, &issued("key-made", made)).await,
        Err(error) => {
            let (status, filled) = wrong(error, &form)?;
            let page = page(&shared, &admin, filled).await?;
            admin.show_as(&shared, &page, status).await
        }
    }
}

/// The form of a key that was not made, with what is wrong at its fields.
pub(in crate::console) fn wrong(
    error: Error,
    form: &PageForm,
) -> Result<(StatusCode, Filled), Refusal> {
    let (status, filled) = refused(error, sent(form, &FIELDS))?;
    let fields = [
        ("scopes", "reach"),
        ("serviceAccount", "owner"),
        ("expiresAt", "life"),
    ];
    Ok((status, renamed(filled, &fields)))
}

/// A key that was just made, as it is shown this once.
pub(in crate::console) fn issued(key: &'static str, made: IssuedKey) -> Issued {
    Issued {
        key,
        name: made.view.name,
        secret: made.secret.expose().clone(),
        also: Vec::new(),
        on: format!("/console/api-keys/{}", made.view.id),
    }
}

/// Makes the key that a form asks for.
pub(in crate::console) async fn issue(
    shared: &Shared,
    member: &Member,
    form: &PageForm,
) -> Result<IssuedKey, Error> {
    let owner = Some(form.get("owner")).filter(|owner| !owner.is_empty());
    let account = owner.map(str::parse::<ServiceAccountId>).transpose();
    let request = KeyRequest {
        name: form.get("name").trim().to_owned(),
        expires_at: ends(form.get("life"), shared.clock.now())?,
        scopes: Some(scopes(form)?),
        service_account: account
            .map_err(|_| Error::invalid_at("/owner", "yourself or a service account"))?,
    };
    shared.app.api_keys().issue(member.who(), request).await
}

/// What the key is for.
fn scopes(form: &PageForm) -> Result<Scopes, Error> {
    let mut texts = Vec::new();
    match form.get("reach") {
        "some" => {
            let names = form.get("tools").split_whitespace();
            texts.extend(names.map(|name| format!("tools:{name}")));
            if texts.is_empty() {
                return Err(Error::invalid_at("/tools", "at least one tool"));
            }
        }
        "nothing" => {}
        reach @ ("mcp" | "mcp:tools") => texts.push(reach.to_owned()),
        _ => return Err(Error::invalid_at("/reach", "one of the list")),
    }
    for scope in ["approvals", "admin"] {
        if form.get(scope) == "on" {
            texts.push(scope.to_owned());
        }
    }
    if texts.is_empty() {
        return Err(Error::invalid_at("/reach", "something that the key is for"));
    }
    let expected = "names of tools, or patterns like mcp__wiki__*";
    let scopes = texts.join(" ").parse();
    scopes.map_err(|_| Error::invalid_at("/tools", expected))
}

/// When the key ends.
fn ends(life: &str, now: Timestamp) -> Result<Option<Timestamp>, Error> {
    if life == "never" {
        return Ok(None);
    }
    let days = life.parse::<i64>().ok();
    let days = days.filter(|days| [7, 30, 90, 365].contains(days));
    let days = days.ok_or_else(|| Error::invalid_at("/life", "one of the list"))?;
    Ok(now.checked_add(SignedDuration::from_hours(24 * days)).ok())
}

async fn page(shared: &Shared, admin: &Admin, form: Filled) -> Result<NewKey, Refusal> {
    let people = shared.app.people();
    let part = Part::default();
    let accounts = people.list_service_accounts(admin.who(), &part).await?;
    let mut owners = vec![(String::new(), admin.web.user.name.clone())];
    let named = accounts.rows.into_iter();
    owners.extend(named.map(|account| (account.id.to_string(), account.name)));
    // One that is not among the first of them can be asked for by its page.
    if let Some(chosen) = form.values.get("owner")
        && !owners.iter().any(|(id, _)| id == chosen)
        && let Ok(id) = chosen.parse()
    {
        let account = people.service_account(admin.who(), &id).await?;
        owners.push((account.id.to_string(), account.name));
    }
    Ok(NewKey {
        form,
        owners,
        on: "/console/api-keys",
    })
}
