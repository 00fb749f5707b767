use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use keyway_app::Seen;
use keyway_app::people::MemberView;
use keyway_core::{Error, Role, UserId};
use keyway_pages::console_context::{Filled, MemberPage};

use super::members::line;
use crate::console::external::lines;
use crate::console::form::{Now, in_words, refused, sent, stale};
use crate::console::member::Admin;
use crate::console::rows::{ask, is_stale, role_text, sent_revision, shown_revision};
use crate::console::show::done;
use crate::pages::VisitorForm;
use crate::refusal::Refusal;
use crate::routes::{Id, role};
use crate::shared::Shared;

/// `GET /console/people/{id}`
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<UserId>,
) -> Result<Response, Refusal> {
    let member = shared.app.people().member(admin.who(), &id).await?;
    let form = filled(&member);
    let page = page(&shared, &admin, member, form, Filled::new()).await?;
    admin.show(&shared, &page).await
}

/// `POST /console/people/{id}`: another role.
pub(super) async fn change(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<UserId>,
    VisitorForm(form): VisitorForm,
) -> Result<Response, Refusal> {
    let people = shared.app.people();
    let changed = match role(form.get("role")) {
        Ok(role) => {
            let seen = Seen::at(&id, sent_revision(&form));
            people.set_role(admin.who(), seen, role).await
        }
        Err(error) => Err(error),
    };
    let Err(error) = changed else {
        return Ok(done(&format!("/console/people/{id}"), "role-changed"));
    };
    let member = people.member(admin.who(), &id).await?;
    let sent = sent(&form, &["role"]);
    let (status, sent) = if is_stale(&error) {
        let now = Now {
            name: "role",
            label: "people-role",
            value: member.role.to_string(),
        };
        let sent = stale(sent, vec![now], shown_revision(member.revision));
        let sent = in_words(sent, |_, role| role_text(role));
        if sent.changed.is_empty() {
            // Somebody else wanted the same.
            return Ok(done(&format!("/console/people/{id}"), "role-changed"));
        }
        (StatusCode::CONFLICT, sent)
    } else {
        refused(error, sent)?
    };
    let page = page(&shared, &admin, member, sent, Filled::new()).await?;
    admin.show_as(&shared, &page, status).await
}

/// `GET /console/people/{id}/disable`
pub(super) async fn ask_disable(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<UserId>,
) -> Result<Response, Refusal> {
    let member = shared.app.people().member(admin.who(), &id).await?;
    let href = format!("/console/people/{id}");
    let page = ask("person-disable", &member.name, &href, "disable");
    admin.show(&shared, &page).await
}

/// `POST /console/people/{id}/disable`
pub(super) async fn disable(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<UserId>,
    _: VisitorForm,
) -> Result<Response, Refusal> {
    match shared.app.people().disable_user(admin.who(), &id).await {
        Ok(_) => Ok(done(&format!("/console/people/{id}"), "person-disabled")),
        Err(error) => troubled(&shared, &admin, &id, error).await,
    }
}

/// `POST /console/people/{id}/enable`
pub(super) async fn enable(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<UserId>,
    _: VisitorForm,
) -> Result<Response, Refusal> {
    match shared.app.people().enable_user(admin.who(), &id).await {
        Ok(_) => Ok(done(&format!("/console/people/{id}"), "person-enabled")),
        Err(error) => troubled(&shared, &admin, &id, error).await,
    }
}

/// `GET /console/people/{id}/remove`
pub(super) async fn ask_remove(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<UserId>,
) -> Result<Response, Refusal> {
    let member = shared.app.people().member(admin.who(), &id).await?;
    let href = format!("/console/people/{id}");
    let page = ask("person-remove", &member.name, &href, "remove");
    admin.show(&shared, &page).await
}

/// `POST /console/people/{id}/remove`
pub(super) async fn remove(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<UserId>,
    _: VisitorForm,
) -> Result<Response, Refusal> {
    match shared.app.people().remove_member(admin.who(), &id).await {
        Ok(()) => Ok(done("/console/people", "person-removed")),
        Err(error) => troubled(&shared, &admin, &id, error).await,
    }
}

/// The page again, with what was refused.
async fn troubled(
    shared: &Shared,
    admin: &Admin,
    id: &UserId,
    error: Error,
) -> Result<Response, Refusal> {
    let (status, trouble) = refused(error, Filled::new())?;
    let member = shared.app.people().member(admin.who(), id).await?;
    let form = filled(&member);
    let page = page(shared, admin, member, form, trouble).await?;
    admin.show_as(shared, &page, status).await
}

fn filled(member: &MemberView) -> Filled {
    Filled::new()
        .with("role", member.role.as_str())
        .of_revision(shown_revision(member.revision))
}

async fn page(
    shared: &Shared,
    admin: &Admin,
    member: MemberView,
    form: Filled,
    trouble: Filled,
) -> Result<MemberPage, Error> {
    let external = shared.app.external_people();
    let external = external.of(admin.who(), &member.id).await?;
    let owner = admin.owns();
    let changeable = owner || member.role != Role::Owner;
    // Where the form is not shown, what was refused of it is.
    let trouble = if changeable || trouble.message.is_some() {
        trouble
    } else {
        form.clone()
    };
    Ok(MemberPage {
        id: member.id.to_string(),
        changeable,
        owner,
        member: line(shared, admin, member),
        form,
        trouble,
        external: lines(shared, external),
    })
}
