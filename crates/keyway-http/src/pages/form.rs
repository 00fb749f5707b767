use std::sync::Arc;

use axum::extract::FromRequest;
use axum::response::{IntoResponse as _, Response};
use http::header::{CONTENT_TYPE, ORIGIN};
use http::{HeaderMap, Request, StatusCode};
use keyway_core::Secret;
use keyway_pages::CSRF_FIELD;

use super::visit::{asked, transport};
use crate::cookies::Cookie;
use crate::refusal::Refusal;
use crate::settings::RequestLimits;
use crate::shared::Shared;
use crate::{body, csrf, media};

/// The most bytes a form may have.
const MAX_BYTES: usize = 64 * 1024;
/// The most fields a form may have.
const MAX_FIELDS: usize = 200;

/// What a form sent that was on a page of ours, made for this browser. For forms that anyone may
/// send.
pub(crate) struct PageForm {
    pairs: Vec<(String, String)>,
}

/// The same for forms of those who are signed in: the page was made in this very web session.
pub(crate) struct VisitorForm(pub(crate) PageForm);

impl PageForm {
    /// Reads a body; `None` for one with too many fields.
    pub(crate) fn parse(body: &[u8]) -> Option<Self> {
        let pairs: Vec<_> = url::form_urlencoded::parse(body)
            .take(MAX_FIELDS + 1)
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        (pairs.len() <= MAX_FIELDS).then_some(Self { pairs })
    }

    /// What a field holds; of a name that came twice the last one. Empty when it did not come.
    pub(crate) fn get(&self, name: &str) -> &str {
        let mut pairs = self.pairs.iter().rev();
        let found = pairs.find(|(given, _)| given == name);
        found.map_or("", |(_, value)| value)
    }

    /// What a secret field holds.
    pub(crate) fn secret(&self, name: &str) -> Secret<String> {
        Secret::new(self.get(name).to_owned())
    }

    /// Everything that came.
    pub(crate) fn pairs(&self) -> &[(String, String)] {
        &self.pairs
    }
}

impl FromRequest<Arc<Shared>> for PageForm {
    type Rejection = Response;

    async fn from_request(
        request: Request<axum::body::Body>,
        shared: &Arc<Shared>,
    ) -> Result<Self, Response> {
        let form = read(request, shared, &[Cookie::Session, Cookie::Visit]).await;
        form.map_err(Refusal::into_response)
    }
}

impl FromRequest<Arc<Shared>> for VisitorForm {
    type Rejection = Response;

    async fn from_request(
        request: Request<axum::body::Body>,
        shared: &Arc<Shared>,
    ) -> Result<Self, Response> {
        let form = read(request, shared, &[Cookie::Session]).await;
        form.map(Self).map_err(Refusal::into_response)
    }
}

/// Reads a form, and holds it against where it says it comes from and the cookies it could have
/// been made for.
async fn read(
    request: Request<axum::body::Body>,
    shared: &Shared,
    cookies: &[Cookie],
) -> Result<PageForm, Refusal> {
    let (head, body) = request.into_parts();
    let address = asked(&head)?.address;
    let transport = transport(&address)?;
    is_ours(&head.headers, &address.origin)?;
    is_form(&head.headers)?;
    let limits = RequestLimits {
        body_bytes: shared.settings.limits.body_bytes.min(MAX_BYTES),
        ..shared.settings.limits
    };
    let text = body::read(body, &limits).await?;
    let form = PageForm::parse(&text).ok_or_else(|| {
        Refusal::new(
            StatusCode::BAD_REQUEST,
            "form_too_large",
            format!("the form has more than {MAX_FIELDS} fields"),
        )
    })?;
    let sent = form.get(CSRF_FIELD);
    if sent.is_empty() {
        return Err(stale(StatusCode::BAD_REQUEST, "csrf_missing"));
    }
    let known = cookies.iter().any(|cookie| {
        let cookie = cookie.read(&head.headers, transport);
        csrf::matches(cookie.as_ref(), sent)
    });
    if !known {
        return Err(stale(StatusCode::FORBIDDEN, "csrf_wrong"));
    }
    Ok(form)
}

/// Refuses what a browser says was sent by another site's page.
fn is_ours(headers: &HeaderMap, origin: &str) -> Result<(), Refusal> {
    let site = headers.get("sec-fetch-site");
    let site_is_ours = site.is_none_or(|site| site == "same-origin" || site == "none");
    let mut origins = headers.get_all(ORIGIN).iter();
    let origin_is_ours =
        origins.all(|given| given.as_bytes().eq_ignore_ascii_case(origin.as_bytes()));
    if site_is_ours && origin_is_ours {
        return Ok(());
    }
    Err(Refusal::hinting(
        StatusCode::FORBIDDEN,
        "foreign_form",
        "this form was sent from another site",
        "open the page at this gateway's own address, and send the form there",
    )
    .unread())
}

fn is_form(headers: &HeaderMap) -> Result<(), Refusal> {
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    let essence = kind.and_then(|kind| kind.split(';').next()).map(str::trim);
    let form = "application/x-www-form-urlencoded";
    if !essence.is_some_and(|essence| essence.eq_ignore_ascii_case(form)) {
        return Err(Refusal::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "not_a_form",
            "this takes a form as browsers send it",
        )
        .unread());
    }
    media::is_plain(headers)
}

fn stale(status: StatusCode, code: &'static str) -> Refusal {
    Refusal::hinting(
        status,
        code,
        "this form was made for another visit, or is too old",
        "go back, load the page again, and send it once more; cookies must be allowed",
    )
}
