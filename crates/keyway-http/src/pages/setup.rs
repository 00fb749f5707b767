use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use keyway_app::people::{LinkLook, LinkPurpose, UseLink};
use keyway_pages::{Field, Html, Setup, csrf_field};

use super::{PageForm, Visit, forms, links};
use crate::refusal::Refusal;
use crate::shared::Shared;

/// `GET /setup/{token}`: the form that gives the first owner a name, an address and a password.
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    visit: Visit,
    Path(token): Path<String>,
) -> Result<Response, Refusal> {
    let look = links::look(&shared, &token, LinkPurpose::Setup).await?;
    let page = page(&shared, &visit, &token, &look);
    Ok(visit.show(&shared, &page)?.into_response())
}

/// `POST /setup/{token}`: uses the link, and signs in.
pub(super) async fn submit(
    State(shared): State<Arc<Shared>>,
    visit: Visit,
    Path(token): Path<String>,
    form: PageForm,
) -> Result<Response, Refusal> {
    let look = links::look(&shared, &token, LinkPurpose::Setup).await?;
    let using = UseLink {
        token: token.clone(),
        name: Some(form.get("name").to_owned()),
        email: Some(form.get("email").to_owned()),
        password: form.secret("password"),
        browser: visit.browser(),
    };
    let again = || page(&shared, &visit, &token, &look);
    links::use_it(&shared, &visit, using, &form, again).await
}

fn page(shared: &Shared, visit: &Visit, token: &str, look: &LinkLook) -> Setup {
    let least = shared.app.people().password_min_length();
    let name = match look.name.as_str() {
        "" => forms::name(),
        name => forms::name().value(name),
    };
    let email = forms::email("username");
    let email = match &look.email {
        Some(known) => email.value(known),
        None => email,
    };
    let fields = vec![name, email, forms::new_password("Password", least)];
    Setup {
        form_action: format!("/setup/{token}"),
        csrf_field: csrf_field(&visit.csrf()),
        error_html: Html::none(),
        fields: Field::focus(fields),
        who: look.email.clone(),
    }
}
