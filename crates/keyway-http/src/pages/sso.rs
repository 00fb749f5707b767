use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use http::HeaderMap;
use keyway_app::people::Callback;
use keyway_core::Secret;
use url::form_urlencoded;

use super::{Visit, local_path, signed_in};
use crate::cookies::{Cookie, Keep};
use crate::page::PageReply;
use crate::refusal::Refusal;
use crate::shared::Shared;

/// How long a provider may take to send the browser back.
const PATIENCE: Keep = Keep::Seconds(10 * 60);

/// `GET /sso/{provider}`: begins signing in at a provider.
pub(super) async fn begin(
    State(shared): State<Arc<Shared>>,
    visit: Visit,
    Path(provider): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    visit.try_to_sign_in(&shared)?;
    let next = value(query.as_deref(), "next");
    let next = next.as_deref().and_then(local_path).unwrap_or("/console");
    let callback = callback_uri(&visit, &provider);
    let begun = shared.app.sso().begin(&provider, &callback, next).await?;
    let cookie = Cookie::Sso.set(&begun.cookie, visit.transport, PATIENCE);
    Ok(PageReply::see_other(&begun.url)
        .cookie(cookie)
        .into_response())
}

/// `GET /sso/{provider}/callback`: the browser comes back from a provider.
pub(super) async fn complete(
    State(shared): State<Arc<Shared>>,
    visit: Visit,
    Path(provider): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let value = |name| value(query.as_deref(), name);
    let callback = Callback {
        code: value("code"),
        state: value("state"),
        error: value("error"),
        iss: value("iss"),
    };
    let cookie = Cookie::Sso.read(&headers, visit.transport);
    let cookie = cookie.unwrap_or_else(|| Secret::new(String::new()));
    let (sso, uri) = (shared.app.sso(), callback_uri(&visit, &provider));
    let completed = sso
        .complete(&provider, &uri, callback, cookie.expose(), visit.browser())
        .await?;
    let next = local_path(&completed.next).unwrap_or("/console");
    let reply = signed_in::go_on(&shared, &visit, &completed.signed_in, next).await;
    Ok(reply
        .cookie(Cookie::Sso.forget(visit.transport))
        .into_response())
}

fn callback_uri(visit: &Visit, provider: &str) -> String {
    format!("{}/sso/{provider}/callback", visit.address.origin)
}

/// A value of a query that names it once.
fn value(query: Option<&str>, wanted: &str) -> Option<String> {
    let mut pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes())
        .filter(|(name, _)| name == wanted);
    let (_, value) = pairs.next()?;
    pairs.next().is_none().then(|| value.into_owned())
}
