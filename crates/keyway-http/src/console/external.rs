//! Who members are at third parties: said by themselves, and ended.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use keyway_app::external::{ClaimLook, LinkedView};
use keyway_core::{Error, Kind, PersonLinkId};
use keyway_pages::console_context::{Confirm, ExternalClaim, ExternalLine, Filled};

use super::form::refused;
use super::member::Member;
use super::show::{done, moment};
use crate::pages::VisitorForm;
use crate::refusal::Refusal;
use crate::routes::Id;
use crate::shared::Shared;

/// Where one's own are listed.
const OWN: &str = "/console/me/access";

/// Lines of links between people.
pub(super) fn lines(shared: &Shared, all: Vec<LinkedView>) -> Vec<ExternalLine> {
    let line = |one: LinkedView| ExternalLine {
        provider: one.provider_name,
        workspace_name: one.workspace_name,
        workspace: one.workspace,
        name: one.name,
        person: one.person,
        since: moment(shared, one.created_at),
        end: format!("{OWN}/people/{}/end", one.id),
    };
    all.into_iter().map(line).collect()
}

/// `GET /console/me/access/link/{token}`: who asks to decide as whoever looks. It uses nothing up.
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    member: Member,
    Path(token): Path<String>,
) -> Result<Response, Refusal> {
    let people = shared.app.external_people();
    match people.look(member.who(), &token).await {
        Ok(look) => member.show(&shared, &page(&token, look)).await,
        Err(error) => gone(error),
    }
}

/// `POST /console/me/access/link/{token}`
pub(super) async fn confirm(
    State(shared): State<Arc<Shared>>,
    member: Member,
    Path(token): Path<String>,
    _: VisitorForm,
) -> Result<Response, Refusal> {
    let people = shared.app.external_people();
    let look = match people.look(member.who(), &token).await {
        Ok(look) => look,
        Err(error) => return gone(error),
    };
    match people.confirm(member.who(), &token).await {
        Ok(_) => Ok(done(OWN, "external-linked")),
        Err(error) if error.kind() == Kind::NotFound => gone(error),
        Err(error) => {
            let (status, told) = refused(error, Filled::new())?;
            let mut page = page(&token, look);
            page.refused = told.message.map(|message| (message, told.hint));
            member.show_as(&shared, &page, status).await
        }
    }
}

/// `GET /console/me/access/people/{id}/end`
pub(super) async fn ask_end(
    State(shared): State<Arc<Shared>>,
    member: Member,
    Id(id): Id<PersonLinkId>,
) -> Result<Response, Refusal> {
    let linked = shared.app.external_people().show(member.who(), &id).await?;
    let action = format!("{OWN}/people/{id}/end");
    let page = Confirm::danger(
        "external-unlink",
        &linked.name,
        &action,
        &back(&member, &linked),
    );
    member.show(&shared, &page).await
}

/// `POST /console/me/access/people/{id}/end`
pub(super) async fn end(
    State(shared): State<Arc<Shared>>,
    member: Member,
    Id(id): Id<PersonLinkId>,
    _: VisitorForm,
) -> Result<Response, Refusal> {
    let people = shared.app.external_people();
    let linked = people.show(member.who(), &id).await?;
    people.remove(member.who(), &id).await?;
    Ok(done(&back(&member, &linked), "external-unlinked"))
}

/// The way on from a link that does not work any more.
fn gone(error: Error) -> Result<Response, Refusal> {
    match error.kind() {
        Kind::NotFound => Ok(done(OWN, "external-gone")),
        _ => Err(error.into()),
    }
}

/// Where a link is listed for whoever looks: with their own, or on the page of whose it is.
fn back(member: &Member, linked: &LinkedView) -> String {
    if linked.user == member.web.user.id {
        OWN.to_owned()
    } else {
        format!("/console/people/{}", linked.user)
    }
}

fn page(token: &str, look: ClaimLook) -> ExternalClaim {
    ExternalClaim {
        provider: look.provider_name,
        workspace_name: look.workspace_name,
        workspace: look.workspace,
        name: look.name,
        person: look.person,
        action: format!("{OWN}/link/{token}"),
        back: OWN,
        refused: None,
    }
}
