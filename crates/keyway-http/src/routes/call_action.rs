use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use http::header::LOCATION;
use http::{HeaderMap, HeaderValue, Request, StatusCode};
use keyway_app::credentials::CredentialChoice;
use keyway_app::jobs::Queueing;
use keyway_app::{Invocation, Surface};
use keyway_core::action::Reply;
use keyway_core::json as bounds;
use keyway_core::ports::NoCaller;
use keyway_core::rpc::RawJson;
use keyway_core::{Error, Kind};
use tokio_util::sync::CancellationToken;

use super::input::bad_query;
use super::{Asker, answer, json};
use crate::refusal::Refusal;
use crate::shared::Shared;
use crate::{body, media};

/// How to run it. What else is in the query is nothing to an action.
#[derive(serde::Deserialize)]
pub(crate) struct Manner {
    background: Option<String>,
}

/// `?background`, `?background=true`; not said, `?background=false`.
pub(super) fn is_background(said: Option<&str>) -> Result<bool, Error> {
    match said {
        Some("" | "true" | "1") => Ok(true),
        None | Some("false" | "0") => Ok(false),
        Some(_) => Err(Error::invalid_at("/background", "true or false")),
    }
}

/// A call of an action as it was asked for.
pub(super) struct Wanted {
    pub(super) slug: String,
    pub(super) input: RawJson,
    pub(super) background: bool,
    pub(super) credentials: CredentialChoice,
    pub(super) key: Option<HeaderValue>,
}

/// `POST /v1/actions/{slug}`: runs an action on the JSON input in the body; no body is `{}`. With
/// `?background` it is queued, and the answer is the job.
pub(crate) async fn handle(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Path(slug): Path<String>,
    manner: Result<Query<Manner>, QueryRejection>,
    request: Request<axum::body::Body>,
) -> Result<Response, Refusal> {
    let credentials = choice(request.headers())?;
    let Query(manner) = manner.map_err(|_| bad_query())?;
    let background = is_background(manner.background.as_deref())?;
    let key = request.headers().get("idempotency-key").cloned();
    let input = read_input(&shared, request).await?;
    let wanted = Wanted {
        slug,
        input: input.unwrap_or_else(RawJson::empty_object),
        background,
        credentials,
        key,
    };
    run(&shared, &asker, wanted).await
}

/// Runs an action, or queues it.
pub(super) async fn run(
    shared: &Shared,
    asker: &Asker,
    wanted: Wanted,
) -> Result<Response, Refusal> {
    let Wanted {
        slug,
        input,
        credentials,
        ..
    } = wanted;
    // A client that goes away drops this future, and with it the guard.
    let cancel = CancellationToken::new();
    let _gone = cancel.clone().drop_guard();
    if wanted.background {
        if credentials != CredentialChoice::default() {
            return Err(no_choice().into());
        }
        let key = wanted.key.as_ref();
        let key = key.map(|key| key.to_str().unwrap_or_default());
        let queueing = Queueing {
            who: &asker.who,
            slug: &slug,
            input,
            surface: Surface::Http,
            idempotency_key: key,
            caller: Arc::new(NoCaller),
            cancel: &cancel,
            request: &asker.request,
        };
        let job = shared.app.queue(queueing).await?;
        let location = [(LOCATION, format!("/v1/jobs/{}", job.id))];
        return Ok((StatusCode::ACCEPTED, location, answer::ok(&job)?).into_response());
    }
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
    Ok(json(written(reply)?.bytes().clone()))
}

/// What an action answered, as JSON.
pub(super) fn written(reply: Reply) -> Result<RawJson, Error> {
    match reply {
        Reply::Data(data) => Ok(data),
        Reply::Content(content) => RawJson::of(&content).map_err(Error::internal),
    }
}

/// A job that forgot the choice could act on what was not meant.
fn no_choice() -> Error {
    let message = "a call in the background cannot choose its credentials or its project";
    Error::new(Kind::Malformed, "no_choice_in_background", message)
        .with_hint("leave the headers out, or call it without `background`")
}

/// `Keyway-Project: web` and `Keyway-Credential: acme=sandbox`, the latter as often as needed.
pub(super) fn choice(headers: &HeaderMap) -> Result<CredentialChoice, Refusal> {
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

/// The JSON in the body; nothing where there is no body.
pub(super) async fn read_input(
    shared: &Shared,
    request: Request<axum::body::Body>,
) -> Result<Option<RawJson>, Refusal> {
    let (head, body) = request.into_parts();
    let empty = http_body::Body::is_end_stream(&body);
    if !empty {
        media::is_json(&head.headers)?;
    }
    let text = body::read(body, &shared.settings.limits).await?;
    if text.is_empty() {
        return Ok(None);
    }
    bounds::check(&text, shared.settings.json).map_err(|found| {
        let error = Error::new(Kind::TooLarge, "json_too_large", found.to_string());
        Refusal::from(error)
    })?;
    RawJson::parse(text).map(Some).map_err(|_| {
        let error = Error::new(
            Kind::Malformed,
            "malformed_json",
            "the body is not valid JSON",
        );
        Refusal::from(error)
    })
}
