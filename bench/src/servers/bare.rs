//! The bare minimum: axum, an envelope read by serde, and bytes that somebody else thought of.

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::post;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::Failure;
use crate::message::{TOKEN, token_places, write_token};

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    id: &'a RawValue,
    #[serde(borrow)]
    params: &'a RawValue,
}

#[derive(Deserialize)]
struct Params<'a> {
    name: &'a str,
    #[serde(borrow)]
    arguments: Arguments<'a>,
}

#[derive(Deserialize)]
struct Arguments<'a> {
    message: &'a str,
}

struct Answer {
    bytes: Vec<u8>,
    places: Vec<usize>,
}

pub(super) fn router(answer: &Path) -> Result<Router, Failure> {
    let bytes = std::fs::read(answer)?;
    let places = token_places(&bytes);
    let answer = Arc::new(Answer { bytes, places });
    let handler = move |body: Bytes| {
        let answer = Arc::clone(&answer);
        async move { reply(&answer, &body).ok_or(StatusCode::BAD_REQUEST) }
    };
    Ok(Router::new().route("/mcp", post(handler)))
}

fn reply(answer: &Answer, body: &[u8]) -> Option<impl IntoResponse + use<>> {
    let envelope: Envelope<'_> = serde_json::from_slice(body).ok()?;
    let params: Params<'_> = serde_json::from_str(envelope.params.get()).ok()?;
    let token: [u8; TOKEN] = params.arguments.message.as_bytes().try_into().ok()?;
    if params.name.is_empty() || envelope.id.get().len() != TOKEN + 2 {
        return None;
    }
    let mut bytes = answer.bytes.clone();
    write_token(&mut bytes, &answer.places, token);
    Some(([(CONTENT_TYPE, "application/json")], bytes))
}
