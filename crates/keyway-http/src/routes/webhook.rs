//! `/webhook/{provider}/{publication}`, what people press there, and `/webhook/{provider}`

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use http::Request;
use http::header::CONTENT_TYPE;
use keyway_app::inbox::{AppKnock, Knock};

use super::json;
use crate::body;
use crate::refusal::Refusal;
use crate::shared::Shared;

/// `POST /webhook/{provider}/{publication}`: takes in what a third party signed. It is good once it is
/// recorded, and who cannot prove themselves learns nothing of what is there.
pub(crate) async fn handle(
    State(shared): State<Arc<Shared>>,
    Path((provider, publication)): Path<(String, String)>,
    request: Request<axum::body::Body>,
) -> Result<Response, Refusal> {
    let (head, body) = request.into_parts();
    let body = body::read(body, &shared.settings.limits).await?;
    let knock = Knock {
        provider: &provider,
        publication: &publication,
        headers: &head.headers,
        body: &body,
    };
    Ok(answer(shared.app.accept_webhook(knock).await?))
}

/// `POST /webhook/{provider}`: the same for the one address of an app that many installed.
pub(crate) async fn app_wide(
    State(shared): State<Arc<Shared>>,
    Path(provider): Path<String>,
    request: Request<axum::body::Body>,
) -> Result<Response, Refusal> {
    let (head, body) = request.into_parts();
    let body = body::read(body, &shared.settings.limits).await?;
    let knock = AppKnock {
        provider: &provider,
        headers: &head.headers,
        body: &body,
    };
    Ok(answer(shared.app.accept_app_webhook(knock).await?))
}

fn answer(text: Option<String>) -> Response {
    match text {
        None => json(r#"{"ok":true}"#),
        Some(text) => ([(CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response(),
    }
}

/// `POST /webhook/{provider}/{publication}/interactive`: takes in that somebody pressed a button. It is good
/// once it counted, or once it was found to count for nothing.
pub(crate) async fn interactive(
    State(shared): State<Arc<Shared>>,
    Path((provider, publication)): Path<(String, String)>,
    request: Request<axum::body::Body>,
) -> Result<Response, Refusal> {
    let (head, body) = request.into_parts();
    let body = body::read(body, &shared.settings.limits).await?;
    let knock = Knock {
        provider: &provider,
        publication: &publication,
        headers: &head.headers,
        body: &body,
    };
    shared.app.accept_press(knock).await?;
    // Slack shows what it is answered; a button needs nothing shown.
    Ok(http::StatusCode::OK.into_response())
}
