use axum::http::StatusCode;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::reply;
use super::state::State;
use super::visit::Visit;

/// Which client is asking, in the one way it registered for (OAuth 2.1 section 2.4).
#[expect(clippy::result_large_err, reason = "the refusal is the answer")]
pub(super) fn authenticate(state: &State, visit: &Visit) -> Result<String, Response> {
    let refuse = |why: &str| {
        state.violation(visit.endpoint, why);
        reply::error(StatusCode::UNAUTHORIZED, "invalid_client", why)
    };
    let basic = visit.authorization.as_deref().and_then(basic);
    let id = match &basic {
        Some((id, _)) => id.clone(),
        None => visit.param("client_id").to_owned(),
    };
    let Some(client) = state.client(&id) else {
        return Err(refuse("this client is not known"));
    };
    let sent = visit.params.get("client_secret");
    let right = match client.auth_method.as_str() {
        "none" => basic.is_none() && sent.is_none(),
        "client_secret_post" => basic.is_none() && sent == client.secret.as_ref(),
        _ => sent.is_none() && basic.is_some_and(|(_, secret)| Some(secret) == client.secret),
    };
    if right {
        Ok(id)
    } else {
        Err(refuse("the client did not authenticate as it registered"))
    }
}

/// The id and secret of a `Basic` header, form-decoded (OAuth 2.1 section 2.4.1).
fn basic(header: &str) -> Option<(String, String)> {
    let encoded = header.strip_prefix("Basic ")?;
    let decoded = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    let decode = |text: &str| {
        let pair = format!("x={text}");
        let mut pairs = url::form_urlencoded::parse(pair.as_bytes());
        pairs.next().map(|(_, value)| value.into_owned())
    };
    Some((decode(id)?, decode(secret)?))
}
