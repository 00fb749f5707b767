use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::Request;
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
        })
        .await?;
    let output = match reply {
        Reply::Data(data) => data,
        Reply::Content(content) => RawJson::of(&content).map_err(Error::internal)?,
    };
    Ok(json(output.bytes().clone()))
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
