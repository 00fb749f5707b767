use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use keyway_app::people::{ActionSignIn, SignIn, SignUp, SignedIn};
use keyway_core::Error;
use keyway_core::action::SignInAction;
use keyway_pages::{Authorize, Field, Html, SsoProvider, hidden_fields, read_form};
use url::{Url, form_urlencoded};

use super::trouble::Trouble;
use super::{PageForm, Visit, forms, local_path, signed_in};
use crate::page::PageReply;
use crate::refusal::Refusal;
use crate::shared::Shared;

/// Where someone goes on who said nothing about it.
const HOME: &str = "/console";

/// Asks for the form of someone who is signed in, too: they are to sign in once more.
pub(crate) const AGAIN: &str = "again";

/// The value of `mode` of the form that signs up.
const SIGN_UP: &str = "signup";

/// `GET /sign-in`: the form, or onwards for someone who is signed in and need not do it again.
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    let query = query.unwrap_or_default();
    let value = |wanted: &str| {
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        let found = pairs.find(|(name, _)| name == wanted);
        found.map(|(_, value)| value.into_owned())
    };
    let next = value("next").and_then(|next| local_path(&next).map(str::to_owned));
    let next = next.as_deref().unwrap_or(HOME);
    if visit.visitor.is_some() && value(AGAIN).is_none() {
        return Ok(PageReply::see_other(next).into_response());
    }
    let signed_out = value("done").as_deref() == Some("signed-out");
    let page = Authorize {
        notice: signed_out.then(|| "You are signed out.".to_owned()),
        ..page(&shared, &visit, next)
    };
    reply(&shared, &visit, &page, next)
}

/// `POST /sign-in`: signs in or up, and goes on.
pub(super) async fn submit(
    State(shared): State<Arc<Shared>>,
    visit: Visit,
    form: PageForm,
) -> Result<Response, Refusal> {
    visit.try_to_sign_in(&shared)?;
    let next = local_path(form.get("next")).unwrap_or(HOME);
    let signing_up = form.get("mode") == SIGN_UP;
    match attempt(&shared, &visit, &form).await {
        Ok(signed_in) => Ok(signed_in::go_on(&shared, &visit, &signed_in, next)
            .await
            .into_response()),
        Err(error) => {
            let retry = error.retry_after();
            let mut page = page(&shared, &visit, next);
            let fields = if signing_up {
                &mut page.signup_fields
            } else {
                &mut page.signin_fields
            };
            let trouble = Trouble::of(error, std::mem::take(fields), form.pairs())?;
            *fields = trouble.fields;
            page.signup_open = signing_up || !page.has_signin;
            page.error_html = trouble.html;
            let mut response = reply(&shared, &visit, &page, next)?;
            *response.status_mut() = trouble.status;
            if let Some(wait) = retry.filter(|_| trouble.status == StatusCode::TOO_MANY_REQUESTS) {
                let seconds = wait.as_secs().saturating_add(1).into();
                response
                    .headers_mut()
                    .insert(http::header::RETRY_AFTER, seconds);
            }
            Ok(response)
        }
    }
}

/// Signs in or up with what a form sent: by the application's own action where it has one, else as
/// a user of the gateway.
pub(crate) async fn attempt(
    shared: &Shared,
    visit: &Visit,
    form: &PageForm,
) -> Result<SignedIn, Error> {
    let signing_up = form.get("mode") == SIGN_UP;
    let kind = if signing_up {
        SignInAction::Signup
    } else {
        SignInAction::Login
    };
    if let Some(fields) = shared.forms.action(kind) {
        let sign_in = ActionSignIn {
            action: kind,
            input: read_form(fields, form.pairs()),
            browser: visit.browser(),
            request: &visit.request,
        };
        return shared.app.sign_in_by_action(sign_in).await;
    }
    let people = shared.app.people();
    if signing_up {
        let sign_up = SignUp {
            name: form.get("name").to_owned(),
            email: form.get("email").to_owned(),
            password: form.secret("password"),
            browser: visit.browser(),
        };
        return people.sign_up(sign_up).await;
    }
    let sign_in = SignIn {
        email: form.get("email").to_owned(),
        password: form.secret("password"),
        browser: visit.browser(),
    };
    people.sign_in(sign_in).await
}

/// The page with both forms, as this gateway has them. `next` is where signing in leads.
pub(crate) fn page(shared: &Shared, visit: &Visit, next: &str) -> Authorize {
    let (signin, signup) = fields(shared);
    let providers = shared.app.sso().providers();
    let href = |id: &str| {
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("next", next)
            .finish();
        format!("/sso/{id}?{query}")
    };
    let built_in = !shared.forms.sign_in_elsewhere();
    Authorize {
        form_action: "/sign-in".into(),
        has_signin: signin.is_some(),
        has_signup: signup.is_some(),
        signup_open: signin.is_none(),
        signin_fields: Field::focus(signin.unwrap_or_default()),
        signup_fields: Field::focus(signup.unwrap_or_default()),
        error_html: Html::none(),
        notice: None,
        hidden_fields: hidden_fields(&visit.csrf(), &[("next", next)]),
        sso_providers: providers
            .into_iter()
            .map(|provider| SsoProvider {
                href: href(&provider.id),
                name: provider.name,
            })
            .collect(),
        client_name: None,
        forgot_hint: built_in.then(|| {
            "Forgot your password? Whoever runs this gateway can make you a link to choose another.".into()
        }),
    }
}

fn fields(shared: &Shared) -> (Option<Vec<Field>>, Option<Vec<Field>>) {
    let own = |kind| shared.forms.action(kind).map(<[Field]>::to_vec);
    let (login, signup) = (own(SignInAction::Login), own(SignInAction::Signup));
    if login.is_some() {
        return (login, signup);
    }
    let built_in = vec![
        forms::email("username"),
        forms::password("password", "Password"),
    ];
    let open = || {
        let least = shared.app.people().password_min_length();
        shared.app.people().is_open().then(|| {
            vec![
                forms::name(),
                forms::email("email"),
                forms::new_password("Password", least),
            ]
        })
    };
    (Some(built_in), signup.or_else(open))
}

fn reply(
    shared: &Shared,
    visit: &Visit,
    page: &Authorize,
    next: &str,
) -> Result<Response, Refusal> {
    let mut reply = visit.show(shared, page)?;
    // Signing in may lead straight through an application's request for consent that was given
    // before, and back to the application.
    if let Some(target) = redirect_of(next) {
        reply = reply.form_target(&target);
    }
    Ok(reply.into_response())
}

/// Where the authorization request in `next` wants to be answered.
fn redirect_of(next: &str) -> Option<Url> {
    let (path, query) = next.split_once('?')?;
    let mut pairs = form_urlencoded::parse(query.as_bytes()).filter(|_| path == "/oauth/authorize");
    let (_, target) = pairs.find(|(name, _)| name == "redirect_uri")?;
    Url::parse(&target).ok()
}
