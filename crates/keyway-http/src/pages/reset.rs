use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use keyway_app::people::{LinkLook, LinkPurpose, UseLink};
use keyway_pages::{Field, Html, Reset, csrf_field};

use super::{PageForm, Visit, forms, links};
use crate::refusal::Refusal;
use crate::shared::Shared;

/// `GET /reset/{token}`: the form that lets a person choose another password.
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    visit: Visit,
    Path(token): Path<String>,
) -> Result<Response, Refusal> {
    let look = links::look(&shared, &token, LinkPurpose::Reset).await?;
    let page = page(&shared, &visit, &token, &look);
    Ok(visit.show(&shared, &page)?.into_response())
}

/// `POST /reset/{token}`: uses the link, and signs in.
pub(super) async fn submit(
    State(shared): State<Arc<Shared>>,
    visit: Visit,
    Path(token): Path<String>,
    form: PageForm,
) -> Result<Response, Refusal> {
    let look = links::look(&shared, &token, LinkPurpose::Reset).await?;
    let using = UseLink {
        token: token.clone(),
        name: None,
        email: None,
        password: form.secret("password"),
        browser: visit.browser(),
    };
    let again = || page(&shared, &visit, &token, &look);
    links::use_it(&shared, &visit, using, &form, again).await
}

fn page(shared: &Shared, visit: &Visit, token: &str, look: &LinkLook) -> Reset {
    let least = shared.app.people().password_min_length();
    // Not sent on; password managers keep the password under it.
    let mut fields = vec![forms::new_password("New password", least)];
    if let Some(email) = &look.email {
        fields.insert(0, forms::email("username").value(email).fixed());
    }
    Reset {
        form_action: format!("/reset/{token}"),
        csrf_field: csrf_field(&visit.csrf()),
        error_html: Html::none(),
        fields: Field::focus(fields),
        who: look.email.clone(),
    }
}
