use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderMap, Request};
use keyway_app::credentials::CredentialChoice;
use keyway_app::{Invocation, Surface};
use keyway_core::action::Reply;
use keyway_core::json as bounds;
use keyway_core::ports::NoCaller;
use keyway_core::rpc::RawJson;
use keyway_core::{Error, Kind};
use tokio_util::sync::CancellationToken;

use super::{Asker, json};
use crate::refusal::Refusal;
use crate::shared::Shared;
use crate::{body, media};

/// `POST /v1/actions/{slug}`: runs an action on the JSON input in the body; no body is `{}`.
pub(crate) async fn handle(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Path(slug): Path<String>,
    request: Request<axum::body::Body>,
) -> Result<Response, Refusal> {
    let credentials = choice(request.headers())?;
    let input = read_input(&shared, request).await?;
    // A client that goes away drops this future, and with it the guard.
    let cancel = CancellationToken::new();
    let _gone = cancel.clone().drop_guard();
    let reply = shared
        .app
        .invoke(Invocation {
            who: &asker.who,
            slug: &slug,
            input,
            surface: Surface::Http,
            caller: Arc::new(NoCaller),
            cancel: &cancel,
            request: &asker.request,
            credentials,
        })
        .await?;
    let output = match reply {
        Reply::Data(data) => data,
        Reply::Content(content) => RawJson::of(&content).map_err(Error::internal)?,
    };
    Ok(json(output.bytes().clone()))
}

/// `Keyway-Project: web` and `Keyway-Credential: acme=sandbox`, the latter as often as needed.
fn choice(headers: &HeaderMap) -> Result<CredentialChoice, Refusal> {
    let bad = || {
        let expected = "`Keyway-Project: <slug>` and `Keyway-Credential: <key>=<name or id>`";
        let error = Error::new(Kind::Malformed, "bad_header", "a header cannot be read");
        Refusal::from(error.with_hint(format!("expected {expected}")))
    };
    let mut choice = CredentialChoice::default();
    if let Some(project) = headers.get("keyway-project") {
        choice.project = Some(project.to_str().map_err(|_| bad())?.trim().to_owned());
    }
    for chosen in headers.get_all("keyway-credential") {
        let text = chosen.to_str().map_err(|_| bad())?;
        let (key, instance) = text.split_once('=').ok_or_else(bad)?;
        let pair = (key.trim().to_owned(), instance.trim().to_owned());
        choice.instances.push(pair);
    }
    Ok(choice)
}

async fn read_input(
    shared: &Shared,
    request: Request<axum::body::Body>,
) -> Result<RawJson, Refusal> {
    let (head, body) = request.into_parts();
    let empty = http_body::Body::is_end_stream(&body);
    if !empty {
        media::is_json(&head.headers)?;
    }
    let text = body::read(body, &shared.settings.limits).await?;
    if text.is_empty() {
        return Ok(RawJson::empty_object());
    }
    bounds::check(&text, shared.settings.json).map_err(|found| {
        let error = Error::new(Kind::TooLarge, "json_too_large", found.to_string());
        Refusal::from(error)
    })?;
    RawJson::parse(text).map_err(|_| {
        let error = Error::new(
            Kind::Malformed,
            "malformed_json",
            "the body is not valid JSON",
        );
        Refusal::from(error)
    })
}
