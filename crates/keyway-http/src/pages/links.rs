use axum::response::{IntoResponse as _, Response};
use keyway_app::people::{LinkLook, LinkPurpose, UseLink};
use keyway_core::{Error, Kind};

use super::trouble::FormPage;
use super::{PageForm, Visit, signed_in};
use crate::refusal::Refusal;
use crate::shared::Shared;

/// What a link that works once is for. One that is for something else is not valid here.
pub(super) async fn look(
    shared: &Shared,
    token: &str,
    purpose: LinkPurpose,
) -> Result<LinkLook, Error> {
    let look = shared.app.people().look_at_link(token).await?;
    if look.purpose == purpose {
        return Ok(look);
    }
    Err(Error::new(
        Kind::NotFound,
        "link_not_valid",
        "this link is for something else",
    ))
}

/// Uses a link and signs in. A form that is not taken is shown `again`.
pub(super) async fn use_it<P: FormPage>(
    shared: &Shared,
    visit: &Visit,
    using: UseLink,
    form: &PageForm,
    again: impl FnOnce() -> P,
) -> Result<Response, Refusal> {
    match shared.app.people().use_link(using).await {
        Ok(signed_in) => Ok(signed_in::go_on(shared, visit, &signed_in, "/console")
            .await
            .into_response()),
        Err(error) if error.kind() == Kind::NotFound => Err(error.into()),
        Err(error) => visit.show_again(shared, again(), error, form),
    }
}
