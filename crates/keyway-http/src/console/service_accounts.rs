use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use keyway_app::people::{ServiceAccountChange, ServiceAccountView};
use keyway_app::{Part, Seen};
use keyway_core::{Actor, Error, ServiceAccountId};
use keyway_pages::console_context::{
    AccountLine, AccountPage, Filled, NewAccount, ServiceAccounts,
};

use super::form::{Now, in_words, refused, sent, stale};
use super::member::Admin;
use super::routes::Route;
use super::rows::{ask, is_stale, key_line, role_text, sent_revision, shown_revision};
use super::show::{done, moment};
use crate::pages::{PageForm, VisitorForm};
use crate::refusal::Refusal;
use crate::routes::{Id, role};
use crate::shared::Shared;

const HERE: &str = "/console/service-accounts";

/// How many keys its page shows.
const KEYS: u32 = 10;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::admin("/console/service-accounts")
            .nav("service-accounts")
            .get(list),
        Route::admin("/console/service-accounts/new")
            .get(new)
            .post(make),
        Route::admin("/console/service-accounts/{id}")
            .get(show)
            .post(change),
        Route::admin("/console/service-accounts/{id}/disable")
            .get(ask_disable)
            .post(disable),
        Route::admin("/console/service-accounts/{id}/enable").post(enable),
        Route::admin("/console/service-accounts/{id}/delete")
            .get(ask_delete)
            .post(delete),
    ]
}

/// `GET /console/service-accounts`
async fn list(State(shared): State<Arc<Shared>>, admin: Admin) -> Result<Response, Refusal> {
    let (people, part) = (shared.app.people(), admin.part());
    let listed = people.list_service_accounts(admin.who(), &part).await?;
    let page = ServiceAccounts {
        query: admin.params.get("q").to_owned(),
        pager: admin.pager(&["q"], listed.next_cursor.as_deref()),
        accounts: listed
            .rows
            .into_iter()
            .map(|row| line(&shared, row))
            .collect(),
    };
    admin.show(&shared, &page).await
}

/// `GET /console/service-accounts/new`
async fn new(State(shared): State<Arc<Shared>>, admin: Admin) -> Result<Response, Refusal> {
    let form = Filled::new().with("role", "member");
    admin.show(&shared, &NewAccount { form }).await
}

/// `POST /console/service-accounts/new`
async fn make(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    VisitorForm(form): VisitorForm,
) -> Result<Response, Refusal> {
    let made = async {
        let (people, role) = (shared.app.people(), role(form.get("role"))?);
        people
            .create_service_account(admin.who(), form.get("name"), role)
            .await
    };
    match made.await {
        Ok(made) => Ok(done(&format!("{HERE}/{}", made.id), "account-made")),
        Err(error) => {
            let (status, form) = refused(error, sent(&form, &["name", "role"]))?;
            admin.show_as(&shared, &NewAccount { form }, status).await
        }
    }
}

/// `GET /console/service-accounts/{id}`
async fn show(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<ServiceAccountId>,
) -> Result<Response, Refusal> {
    let account = read(&shared, &admin, &id).await?;
    let form = filled(&account);
    let page = page(&shared, &admin, account, form, Filled::new()).await?;
    admin.show(&shared, &page).await
}

/// `POST /console/service-accounts/{id}`: another name or role.
async fn change(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<ServiceAccountId>,
    VisitorForm(form): VisitorForm,
) -> Result<Response, Refusal> {
    let Err(error) = changed(&shared, &admin, &id, &form).await else {
        return Ok(done(&format!("{HERE}/{id}"), "account-changed"));
    };
    let account = read(&shared, &admin, &id).await?;
    let sent = sent(&form, &["name", "role"]);
    let (status, sent) = if is_stale(&error) {
        let now = |name, label, value: &str| Now {
            name,
            label,
            value: value.to_owned(),
        };
        let now = vec![
            now("name", "accounts-name", &account.name),
            now("role", "people-role", account.role.as_str()),
        ];
        let sent = stale(sent, now, shown_revision(account.revision));
        let sent = in_words(sent, |label, value| match label {
            "people-role" => role_text(value),
            _ => None,
        });
        if sent.changed.is_empty() {
            // Somebody else wanted the same.
            return Ok(done(&format!("{HERE}/{id}"), "account-changed"));
        }
        (StatusCode::CONFLICT, sent)
    } else {
        refused(error, sent)?
    };
    let page = page(&shared, &admin, account, sent, Filled::new()).await?;
    admin.show_as(&shared, &page, status).await
}

async fn changed(
    shared: &Shared,
    admin: &Admin,
    id: &ServiceAccountId,
    form: &PageForm,
) -> Result<ServiceAccountView, Error> {
    let to = ServiceAccountChange {
        name: Some(form.get("name").to_owned()),
        role: Some(role(form.get("role"))?),
    };
    let (people, seen) = (shared.app.people(), Seen::at(id, sent_revision(form)));
    people.change_service_account(admin.who(), seen, &to).await
}

/// `GET /console/service-accounts/{id}/disable`
async fn ask_disable(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<ServiceAccountId>,
) -> Result<Response, Refusal> {
    let account = read(&shared, &admin, &id).await?;
    let href = format!("{HERE}/{id}");
    let page = ask("account-disable", &account.name, &href, "disable");
    admin.show(&shared, &page).await
}

/// `POST /console/service-accounts/{id}/disable`
async fn disable(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<ServiceAccountId>,
    _: VisitorForm,
) -> Result<Response, Refusal> {
    let people = shared.app.people();
    people.disable_service_account(admin.who(), &id).await?;
    Ok(done(&format!("{HERE}/{id}"), "account-disabled"))
}

/// `POST /console/service-accounts/{id}/enable`
async fn enable(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<ServiceAccountId>,
    _: VisitorForm,
) -> Result<Response, Refusal> {
    let people = shared.app.people();
    people.enable_service_account(admin.who(), &id).await?;
    Ok(done(&format!("{HERE}/{id}"), "account-enabled"))
}

/// `GET /console/service-accounts/{id}/delete`
async fn ask_delete(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<ServiceAccountId>,
) -> Result<Response, Refusal> {
    let account = read(&shared, &admin, &id).await?;
    let href = format!("{HERE}/{id}");
    let page = ask("account-delete", &account.name, &href, "delete");
    admin.show(&shared, &page).await
}

/// `POST /console/service-accounts/{id}/delete`
async fn delete(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<ServiceAccountId>,
    _: VisitorForm,
) -> Result<Response, Refusal> {
    let people = shared.app.people();
    people.delete_service_account(admin.who(), &id).await?;
    Ok(done(HERE, "account-deleted"))
}

async fn read(
    shared: &Shared,
    admin: &Admin,
    id: &ServiceAccountId,
) -> Result<ServiceAccountView, Refusal> {
    let people = shared.app.people();
    Ok(people.service_account(admin.who(), id).await?)
}

fn filled(account: &ServiceAccountView) -> Filled {
    Filled::new()
        .with("name", account.name.as_str())
        .with("role", account.role.as_str())
        .of_revision(shown_revision(account.revision))
}

async fn page(
    shared: &Shared,
    admin: &Admin,
    account: ServiceAccountView,
    form: Filled,
    trouble: Filled,
) -> Result<AccountPage, Refusal> {
    let (keys, owner) = (
        shared.app.api_keys(),
        Actor::ServiceAccount(account.id.clone()),
    );
    let part = Part {
        limit: Some(KEYS),
        ..Part::default()
    };
    let keys = keys.list_part(admin.who(), Some(&owner), &part).await?;
    Ok(AccountPage {
        id: account.id.to_string(),
        account: line(shared, account),
        form,
        more_keys: keys.next_cursor.is_some(),
        keys: keys
            .rows
            .into_iter()
            .map(|key| key_line(shared, key))
            .collect(),
        trouble,
    })
}

fn line(shared: &Shared, account: ServiceAccountView) -> AccountLine {
    AccountLine {
        href: format!("{HERE}/{}", account.id),
        name: account.name,
        role: account.role.as_str(),
        disabled: account.disabled_at.is_some(),
        since: moment(shared, account.created_at),
    }
}
