use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

use crate::refusal::Refusal;
use crate::routes::unknown;
use crate::shared::Shared;

/// `GET /assets/{file}`: a file that pages refer to. With the version of its content in the address
/// it may be kept for ever.
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    Path(file): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    let Some(asset) = shared.pages.asset(&file) else {
        return Err(unknown::path().await);
    };
    let current = query.is_some_and(|query| query == format!("v={}", asset.version));
    let keep = if current {
        "public, max-age=31536000, immutable"
    } else {
        "public, max-age=300"
    };
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(asset.media_type)),
        (CACHE_CONTROL, HeaderValue::from_static(keep)),
    ];
    Ok((headers, asset.text.clone()).into_response())
}
