use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::header::{AUTHORIZATION, ORIGIN};
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use keyway_core::{Error, Kind, Principal};

use crate::cookies::Cookie;
use crate::refusal::Refusal;
use crate::shared::{Asked, Place, Shared};

/// Someone known who wants to be told what happens: by a key or a token, or, as browsers cannot send
/// those along with a socket or an event stream, by a web session. The cookie alone is not enough:
/// the page that asks has to be one of ours.
pub(crate) struct Listener {
    pub(crate) who: Principal,
}

impl FromRequestParts<Arc<Shared>> for Listener {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Refusal> {
        let asked = parts
            .extensions
            .get::<Asked>()
            .ok_or_else(|| Error::internal("the front has not introduced the request"))?;
        let who = match by_web_session(shared, &parts.headers, asked).await? {
            Some(who) => who,
            None => {
                shared
                    .authenticate(&parts.headers, &asked.address, Place::Api)
                    .await?
            }
        };
        let counted = shared.app.limits().from_principal(&who);
        asked.stands(counted.map_err(Refusal::too_often)?);
        Ok(Self { who })
    }
}

/// Who is signed in with the browser that asks; nobody where it brought something else.
async fn by_web_session(
    shared: &Shared,
    headers: &HeaderMap,
    asked: &Asked,
) -> Result<Option<Principal>, Refusal> {
    let transport = asked.address.transport();
    let Some(transport) = transport.filter(|_| !headers.contains_key(AUTHORIZATION)) else {
        return Ok(None);
    };
    let Some(cookie) = Cookie::Session.read(headers, transport) else {
        return Ok(None);
    };
    if !is_own(headers, &asked.address.origin) {
        return Err(Refusal::hinting(
            StatusCode::FORBIDDEN,
            "foreign_origin",
            "with a web session only pages of this gateway may listen",
            "from elsewhere, send `Authorization: Bearer <API key>`",
        ));
    }
    let visitor = shared.app.people().web_session(cookie.expose()).await?;
    let visitor = visitor.ok_or_else(|| {
        Error::new(
            Kind::Unauthenticated,
            "not_signed_in",
            "the web session has ended: sign in again",
        )
    })?;
    let who = visitor.principal.arriving(asked.arrival(headers));
    Ok(Some(shared.app.governed(who)))
}

/// True when the one `Origin` of a request is the one we are reached under.
fn is_own(headers: &HeaderMap, own: &str) -> bool {
    let mut origins = headers.get_all(ORIGIN).iter();
    let origin = origins.next().and_then(|origin| origin.to_str().ok());
    origins.next().is_none() && origin.is_some_and(|origin| origin.eq_ignore_ascii_case(own))
}
