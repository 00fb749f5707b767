use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use keyway_app::limits::Limit;
use keyway_app::oauth::{Asking, Authorizing, Decision, Failure};
use keyway_app::people::WebVisitor;
use keyway_pages::hidden_fields;
use url::Url;

use super::asked::AskedServer;
use super::consent::{self, Question};
use super::posted::count;
use crate::page::PageReply;
use crate::pages::{AGAIN, Visit, Visitor, VisitorForm, local_path};
use crate::refusal::Refusal;
use crate::shared::Shared;

/// Where the question is shown and its answer posted.
const HERE: &str = "/oauth/authorize";

/// `GET /oauth/authorize` (RFC 6749 section 3.1): asks, or answers at once.
pub(crate) async fn show(
    State(shared): State<Arc<Shared>>,
    asked: AskedServer,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    count(&shared, &asked, Limit::SignIn)?;
    let query = query.unwrap_or_default();
    let visitor = visit.visitor.as_ref();
    let done = shared
        .app
        .oauth()
        .authorize(&asked.site, &query, visitor)
        .await;
    let reply = match done.map_err(on_page)? {
        Authorizing::Redirect(to) => PageReply::see_other(to.expose()),
        Authorizing::SignIn => sign_in(&query, false)?,
        // Any site can lead a browser here, so nobody is signed out by it.
        Authorizing::SignInAgain => sign_in(&query, true)?,
        Authorizing::Ask(asking) => match visitor {
            Some(visitor) => ask(&shared, &visit, visitor, &asking)?,
            None => sign_in(&query, false)?,
        },
    };
    Ok(reply.into_response())
}

/// `POST /oauth/authorize`: what the person said. The form carries the request, which is checked
/// anew.
pub(crate) async fn submit(
    State(shared): State<Arc<Shared>>,
    asked: AskedServer,
    visitor: Visitor,
    form: VisitorForm,
) -> Result<Response, Refusal> {
    count(&shared, &asked, Limit::SignIn)?;
    let VisitorForm(form) = form;
    let decision = match form.get("decision") {
        "allow" => Decision::Allow(chosen(form.get("organization"), &visitor.web)?),
        "cancel" => Decision::Cancel,
        _ => return Err(no_decision()),
    };
    let query = form.get("request");
    let done = shared
        .app
        .oauth()
        .decide(&asked.site, query, &visitor.web, &decision)
        .await;
    let to = done.map_err(on_page)?;
    Ok(PageReply::see_other(to.expose()).into_response())
}

/// The organization that was chosen; where there was no choice, the one at hand.
pub(super) fn chosen(sent: &str, visitor: &WebVisitor) -> Result<keyway_core::OrgId, Refusal> {
    if sent.is_empty() {
        return Ok(visitor.principal.organization().clone());
    }
    sent.parse().map_err(|_| no_decision())
}

pub(super) fn no_decision() -> Refusal {
    Refusal::hinting(
        StatusCode::BAD_REQUEST,
        "no_decision",
        "the form says neither yes nor no",
        "go back and press one of the two buttons",
    )
}

fn ask(
    shared: &Shared,
    visit: &Visit,
    visitor: &WebVisitor,
    asking: &Asking,
) -> Result<PageReply, Refusal> {
    let question = Question {
        form_action: HERE,
        hidden_fields: hidden_fields(&visit.csrf(), &[("request", &asking.query)]),
        client: asking.client.clone(),
        scopes: &asking.scopes,
        organizations: &asking.organizations,
    };
    let page = consent::page(shared, visitor, question);
    let reply = visit.show(shared, &page)?;
    Ok(match Url::parse(&asking.redirect_uri) {
        Ok(target) => reply.form_target(&target),
        Err(_) => reply,
    })
}

/// Leads to the sign-in page and back; `again` shows its form to someone who is signed in, too.
fn sign_in(query: &str, again: bool) -> Result<PageReply, Refusal> {
    let back = format!("{HERE}?{query}");
    let back = local_path(&back).ok_or_else(|| {
        Refusal::new(
            StatusCode::URI_TOO_LONG,
            "request_too_long",
            "the application's request is too long",
        )
    })?;
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("next", back);
    if again {
        query.append_pair(AGAIN, "1");
    }
    Ok(PageReply::see_other(&format!(
        "/sign-in?{}",
        query.finish()
    )))
}

/// Nobody knows yet where a redirect would lead: the person is told.
fn on_page(failure: Failure) -> Refusal {
    match failure {
        Failure::Failed(error) => error.into(),
        Failure::Refused(refusal) => Refusal::hinting(
            StatusCode::BAD_REQUEST,
            refusal.code().as_str(),
            refusal.description(),
            "go back to the application and start again; if this stays, its maker has to know",
        ),
    }
}
