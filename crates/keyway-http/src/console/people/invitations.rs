use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use keyway_app::people::{InvitationState, InvitationView, IssuedInvitation};
use keyway_core::{Error, InvitationId};
use keyway_pages::console_context::{Filled, InvitationLine, Invitations, Invite, Issued};

use crate::console::form::{refused, sent};
use crate::console::member::Admin;
use crate::console::rows::ask;
use crate::console::show::{done, moment};
use crate::pages::{PageForm, VisitorForm};
use crate::refusal::Refusal;
use crate::routes::{Id, role};
use crate::shared::Shared;

const HERE: &str = "/console/people/invitations";

/// `GET /console/people/invitations`
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
) -> Result<Response, Refusal> {
    let (people, part) = (shared.app.people(), admin.part());
    let listed = people.list_invitations(admin.who(), &part).await?;
    let page = Invitations {
        query: admin.params.get("q").to_owned(),
        pager: admin.pager(&["q"], listed.next_cursor.as_deref()),
        invitations: listed
            .rows
            .into_iter()
            .map(|row| line(&shared, row))
            .collect(),
    };
    admin.show(&shared, &page).await
}

/// `GET /console/people/invitations/new`
pub(super) async fn new(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
) -> Result<Response, Refusal> {
    let page = Invite {
        form: Filled::new().with("role", "member"),
        owner: admin.owns(),
    };
    admin.show(&shared, &page).await
}

/// `POST /console/people/invitations/new`: shows the link, this once.
pub(super) async fn make(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    VisitorForm(form): VisitorForm,
) -> Result<Response, Refusal> {
    match invite(&shared, &admin, &form).await {
        Ok(made) => {
            let origin = &admin.visit.address.origin;
            let page = Issued {
                key: "invited",
                secret: format!("{origin}{}", made.path().expose()),
                name: made.view.email,
                also: Vec::new(),
                on: HERE.to_owned(),
            };
            admin.show(&shared, &page).await
        }
        Err(error) => {
            let (status, form) = refused(error, sent(&form, &["email", "role"]))?;
            let page = Invite {
                form,
                owner: admin.owns(),
            };
            admin.show_as(&shared, &page, status).await
        }
    }
}

async fn invite(
    shared: &Shared,
    admin: &Admin,
    form: &PageForm,
) -> Result<IssuedInvitation, Error> {
    let role = role(form.get("role"))?;
    let people = shared.app.people();
    people.invite(admin.who(), form.get("email"), role).await
}

/// `GET /console/people/invitations/{id}/revoke`
pub(super) async fn ask_revoke(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<InvitationId>,
) -> Result<Response, Refusal> {
    let found = shared.app.people().invitation(admin.who(), &id).await?;
    let mut page = ask(
        "invitation-revoke",
        &found.email,
        &format!("{HERE}/{id}"),
        "revoke",
    );
    HERE.clone_into(&mut page.back);
    admin.show(&shared, &page).await
}

/// `POST /console/people/invitations/{id}/revoke`
pub(super) async fn revoke(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<InvitationId>,
    _: VisitorForm,
) -> Result<Response, Refusal> {
    let people = shared.app.people();
    people.revoke_invitation(admin.who(), &id).await?;
    Ok(done(HERE, "invitation-revoked"))
}

fn line(shared: &Shared, invitation: InvitationView) -> InvitationLine {
    let state = match invitation.state {
        InvitationState::Open => "open",
        InvitationState::Accepted => "accepted",
        InvitationState::Revoked => "revoked",
        InvitationState::Expired => "expired",
    };
    InvitationLine {
        revoke: (state == "open").then(|| format!("{HERE}/{}/revoke", invitation.id)),
        email: invitation.email,
        role: invitation.role.as_str(),
        state,
        made: moment(shared, invitation.created_at),
        until: moment(shared, invitation.expires_at),
    }
}
