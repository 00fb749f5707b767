use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Uri};
use keyway_app::oauth::{Documents, Registration};
use keyway_oauth::server::metadata::{Document, Offer, Switch};

use super::asked::AskedServer;
use crate::refusal::Refusal;
use crate::routes::unknown;
use crate::settings::Authentication;
use crate::shared::Shared;

/// `GET /.well-known/…`: what the authorization server (RFC 8414) and the resources (RFC 9728) say
/// of themselves. Where nobody needs a token there is none of it: clients then ask for none.
pub(crate) async fn handle(
    State(shared): State<Arc<Shared>>,
    asked: AskedServer,
    uri: Uri,
) -> Result<Response, Refusal> {
    if shared.settings.authentication == Authentication::Off {
        return Err(unknown::path().await);
    }
    let site = &asked.site;
    let Some(document) = Document::at(site.issuer(), site.resources(), uri.path()) else {
        return Err(unknown::path().await);
    };
    let settings = shared.app.oauth().settings();
    let on = |offered| if offered { Switch::On } else { Switch::Off };
    let offer = Offer {
        registration: on(settings.registration == Registration::Open),
        documents: on(settings.documents != Documents::Off),
    };
    let body = document.to_json(site.issuer(), offer).to_string();
    let mut response = Response::new(axum::body::Body::from(body));
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}
