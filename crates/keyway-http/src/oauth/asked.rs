use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::request::Parts;
use keyway_app::oauth::Site;
use keyway_core::{Arrival, Error};

use crate::refusal::Refusal;
use crate::shared::{Asked, Shared};

/// A request to the authorization server, and as which server it was asked. Every endpoint here
/// takes this first.
pub(crate) struct AskedServer {
    pub(crate) site: Arc<Site>,
    pub(crate) arrival: Arrival,
    pub(crate) asked: Asked,
}

impl FromRequestParts<Arc<Shared>> for AskedServer {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Response> {
        let asked = parts.extensions.get::<Asked>().cloned();
        let asked = asked.ok_or_else(|| {
            let error = Error::internal("the front has not introduced the request");
            Refusal::from(error).into_response()
        })?;
        let site = shared.sites.of(&asked.address.origin);
        let site = site.ok_or_else(|| no_site().into_response())?;
        Ok(Self {
            site,
            arrival: asked.arrival(&parts.headers),
            asked,
        })
    }
}

/// Clients are not told to send secrets in the clear.
fn no_site() -> Refusal {
    Refusal::hinting(
        StatusCode::FORBIDDEN,
        "https_needed",
        "signing in needs https, except on this machine at the port that is listened on",
        "set `public_url` to the address of this gateway as browsers reach it, or `trusted_hops` to \
         the number of proxies in front of it",
    )
}
