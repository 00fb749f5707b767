use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use keyway_app::limits::Limit;
use keyway_app::oauth::DeviceDecision;
use keyway_app::people::WebVisitor;
use keyway_core::{Error, Kind};
use keyway_pages::{Device, Html, Success, Who, alert, csrf_field, hidden_fields};
use url::form_urlencoded;

use super::asked::AskedServer;
use super::authorize::{chosen, no_decision};
use super::consent::{self, Question};
use super::posted::count;
use crate::page::PageReply;
use crate::pages::{Visit, Visitor, VisitorForm};
use crate::refusal::Refusal;
use crate::shared::Shared;

/// Where the code is typed, and what comes after.
const HERE: &str = "/device";
/// The name of the code's field, and of the parameter of links that bring it along.
const CODE: &str = "user_code";

/// `GET /device` (RFC 8628 section 3.3): asks for the code that the terminal shows. A link may bring
/// it along; it is shown all the same, to be compared.
pub(crate) async fn show(
    State(shared): State<Arc<Shared>>,
    _asked: AskedServer,
    visitor: Visitor,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    let query = query.unwrap_or_default();
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    let code = pairs.find(|(name, _)| name == CODE);
    let code = code.map(|(_, value)| value.chars().take(64).collect::<String>());
    let Visitor { visit, web } = visitor;
    let page = page(&visit, &web, code.as_deref(), Html::none());
    Ok(visit.show(&shared, &page)?.into_response())
}

/// `POST /device`: the code, and then whether the terminal is let in.
pub(crate) async fn submit(
    State(shared): State<Arc<Shared>>,
    asked: AskedServer,
    visitor: Visitor,
    form: VisitorForm,
) -> Result<Response, Refusal> {
    count(&shared, &asked, Limit::SignIn)?;
    let VisitorForm(form) = form;
    let Visitor { visit, web } = visitor;
    let code = form.get(CODE);
    let done = match form.get("decision") {
        "" => look(&shared, &visit, &web, code).await,
        "allow" => {
            let organization = chosen(form.get("organization"), &web)?;
            decide(
                &shared,
                &visit,
                &web,
                code,
                DeviceDecision::Allow(organization),
            )
            .await
        }
        "cancel" => decide(&shared, &visit, &web, code, DeviceDecision::Cancel).await,
        _ => return Err(no_decision()),
    };
    match done {
        Ok(reply) => Ok(reply.into_response()),
        Err(Trouble::Shown(error)) => {
            let page = page(
                &visit,
                &web,
                Some(code),
                alert(error.message(), error.hint()),
            );
            let status = StatusCode::from_u16(error.kind().status());
            let reply = visit.show(&shared, &page)?;
            Ok(reply
                .status(status.unwrap_or(StatusCode::BAD_REQUEST))
                .into_response())
        }
        Err(Trouble::Refused(refusal)) => Err(refusal),
    }
}

/// What did not work: something the person can do about at once, or not.
enum Trouble {
    Shown(Error),
    Refused(Refusal),
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        match error.kind() {
            Kind::NotFound | Kind::RateLimited | Kind::Forbidden | Kind::Malformed => {
                Self::Shown(error)
            }
            _ => Self::Refused(error.into()),
        }
    }
}

async fn look(
    shared: &Shared,
    visit: &Visit,
    visitor: &WebVisitor,
    code: &str,
) -> Result<PageReply, Trouble> {
    let asking = shared.app.oauth().look_at_device(visitor, code).await?;
    let question = Question {
        form_action: HERE,
        hidden_fields: hidden_fields(&visit.csrf(), &[(CODE, &asking.user_code)]),
        client: asking.client,
        scopes: &asking.scopes,
        organizations: &asking.organizations,
    };
    let page = consent::page(shared, visitor, question);
    Ok(visit.show(shared, &page)?)
}

async fn decide(
    shared: &Shared,
    visit: &Visit,
    visitor: &WebVisitor,
    code: &str,
    decision: DeviceDecision,
) -> Result<PageReply, Trouble> {
    let oauth = shared.app.oauth();
    let client_name = oauth.decide_device(visitor, code, &decision).await?;
    let page = Success {
        client_name,
        allowed: decision != DeviceDecision::Cancel,
    };
    Ok(visit.show(shared, &page)?)
}

fn page(visit: &Visit, visitor: &WebVisitor, code: Option<&str>, error_html: Html) -> Device {
    Device {
        form_action: HERE.into(),
        csrf_field: csrf_field(&visit.csrf()),
        error_html,
        fields: vec![Device::code_field(code)],
        who: Who {
            name: visitor.user.name.clone(),
            email: visitor.user.email.clone(),
        },
    }
}
