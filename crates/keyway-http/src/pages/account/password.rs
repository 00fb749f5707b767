use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use keyway_pages::Field;

use super::page;
use crate::pages::trouble::Trouble;
use crate::pages::{Visitor, VisitorForm, forms, signed_in};
use crate::refusal::Refusal;
use crate::shared::Shared;

/// `POST /account/password`: changes the password, and signs out everywhere else.
pub(in crate::pages) async fn change(
    State(shared): State<Arc<Shared>>,
    visitor: Visitor,
    VisitorForm(form): VisitorForm,
) -> Result<Response, Refusal> {
    let people = shared.app.people();
    let changing = people.change_password(
        &visitor.web,
        form.secret("current_password"),
        form.secret("password"),
        visitor.visit.browser(),
    );
    match changing.await {
        Ok(signed_in) => {
            let to = "/account?done=password";
            Ok(signed_in::go_on(&shared, &visitor.visit, &signed_in, to)
                .await
                .into_response())
        }
        Err(error) => {
            let trouble = Trouble::of(error, fields(&shared, &visitor), form.pairs())?;
            let mut page = page::page(&shared, &visitor).await?;
            page.password_fields = trouble.fields;
            page.error_html = trouble.html;
            let reply = visitor.visit.show(&shared, &page)?.status(trouble.status);
            Ok(reply.into_response())
        }
    }
}

/// The fields; none for someone who has no password here.
pub(super) fn fields(shared: &Shared, visitor: &Visitor) -> Vec<Field> {
    if !visitor.web.user.has_password {
        return Vec::new();
    }
    let least = shared.app.people().password_min_length();
    vec![
        forms::password("current_password", "Current password"),
        forms::new_password("New password", least),
    ]
}
