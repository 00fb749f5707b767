use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use keyway_app::people::{Accept, InvitationLook};
use keyway_core::Kind;
use keyway_pages::{Field, Html, Invitation, Who, csrf_field};
use url::form_urlencoded;

use super::{PageForm, Visit, forms, signed_in};
use crate::refusal::Refusal;
use crate::shared::Shared;

/// `GET /invitations/{token}`: what someone is invited to.
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    visit: Visit,
    Path(token): Path<String>,
) -> Result<Response, Refusal> {
    let look = shared.app.people().look_at_invitation(&token).await?;
    let page = page(&shared, &visit, &token, &look);
    Ok(visit.show(&shared, &page)?.into_response())
}

/// `POST /invitations/{token}`: accepts it, as someone new or as someone who is signed in.
pub(super) async fn submit(
    State(shared): State<Arc<Shared>>,
    visit: Visit,
    Path(token): Path<String>,
    form: PageForm,
) -> Result<Response, Refusal> {
    visit.try_to_sign_in(&shared)?;
    let people = shared.app.people();
    let look = people.look_at_invitation(&token).await?;
    let accept = match (&visit.visitor, how(&visit, &look)) {
        (Some(visitor), How::Signed) => Accept::Visitor(visitor, visit.browser()),
        (_, How::New) => Accept::Password {
            name: form.get("name").to_owned(),
            password: form.secret("password"),
            browser: visit.browser(),
        },
        _ => Accept::Account {
            password: form.secret("password"),
            browser: visit.browser(),
        },
    };
    match people.accept_invitation(&token, accept).await {
        Ok(signed_in) => Ok(signed_in::go_on(&shared, &visit, &signed_in, "/console")
            .await
            .into_response()),
        Err(error) if error.kind() == Kind::NotFound => Err(error.into()),
        Err(error) => {
            let page = page(&shared, &visit, &token, &look);
            visit.show_again(&shared, page, error, &form)
        }
    }
}

/// How an invitation is accepted by whoever looks at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    /// As they are signed in.
    Signed,
    /// By making an account.
    New,
    /// By the password of the account that has the address.
    Account,
    /// After signing in at a provider: the account that has the address has no password.
    SignIn,
}

fn how(visit: &Visit, look: &InvitationLook) -> How {
    match &visit.visitor {
        // Nobody has verified that the address is theirs: the password says it is their account.
        Some(visitor)
            if visitor.user.email.as_ref() == Some(&look.email)
                && !visitor.user.email_verified
                && visitor.user.has_password =>
        {
            How::Account
        }
        Some(_) => How::Signed,
        None if look.has_password => How::Account,
        None if look.has_account => How::SignIn,
        None => How::New,
    }
}

fn page(shared: &Shared, visit: &Visit, token: &str, look: &InvitationLook) -> Invitation {
    let least = shared.app.people().password_min_length();
    let address = || forms::email("username").value(&look.email).fixed();
    let fields = match how(visit, look) {
        How::Signed | How::SignIn => Vec::new(),
        How::New => vec![
            address(),
            forms::name(),
            forms::new_password("Password", least),
        ],
        How::Account => vec![address(), forms::password("password", "Password")],
    };
    let form_action = format!("/invitations/{token}");
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("next", &form_action)
        .finish();
    Invitation {
        csrf_field: csrf_field(&visit.csrf()),
        error_html: Html::none(),
        organization: look.organization.clone(),
        role: look.role.to_string(),
        invited_by: look.invited_by.clone(),
        email: look.email.clone(),
        who: visit.visitor.as_ref().map(|visitor| Who {
            name: visitor.user.name.clone(),
            email: visitor.user.email.clone(),
        }),
        has_account: look.has_account,
        fields: Field::focus(fields),
        sign_in_href: visit.visitor.is_none().then(|| format!("/sign-in?{query}")),
        form_action,
    }
}
