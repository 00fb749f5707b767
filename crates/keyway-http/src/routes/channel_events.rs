use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures_util::stream::unfold;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use keyway_app::channels::{Heard, Lost, Subscription};
use keyway_core::{Error, Kind};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::Listener;
use super::input::bad_query;
use crate::refusal::Refusal;
use crate::shared::Shared;

/// How often a silent stream says that it is still there.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Where to go on.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Place {
    pub(super) after: Option<i64>,
}

/// `GET /v1/channels/{name}/events`: what is published, as server-sent events. Each has the number
/// of its message as its id, so that a browser that comes back (`Last-Event-ID`) misses nothing.
pub(crate) async fn handle(
    State(shared): State<Arc<Shared>>,
    listener: Listener,
    Path(name): Path<String>,
    query: Result<Query<Place>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let Query(place) = query.map_err(|_| bad_query())?;
    let after = last_event(&headers)?.or(place.after);
    let subscription = shared.app.listen(&listener.who, &name, after).await?;
    let listening = Listening {
        subscription,
        stopping: shared.stopping.clone(),
        greeted: false,
    };
    let events = unfold(listening, async |mut listening| {
        let event = listening.next().await?;
        Some((Ok::<_, Infallible>(event), listening))
    });
    let stream = [(CONTENT_TYPE, "text/event-stream")];
    Ok((stream, Body::from_stream(events)).into_response())
}

fn last_event(headers: &HeaderMap) -> Result<Option<i64>, Error> {
    let Some(id) = headers.get("last-event-id") else {
        return Ok(None);
    };
    let number = id.to_str().ok().and_then(|id| id.trim().parse().ok());
    number.map(Some).ok_or_else(|| {
        Error::new(
            Kind::Malformed,
            "bad_last_event_id",
            "`Last-Event-ID` is not the id of an event of this stream",
        )
    })
}

struct Listening {
    subscription: Subscription,
    stopping: CancellationToken,
    greeted: bool,
}

impl Listening {
    async fn next(&mut self) -> Option<Bytes> {
        // The head goes out at once, so that the client sees that the stream is open.
        if !std::mem::replace(&mut self.greeted, true) {
            return Some(Bytes::from_static(b": listening\n\n"));
        }
        tokio::select! {
            biased;
            heard = self.subscription.next() => Some(Bytes::from(event(heard?))),
            () = self.stopping.cancelled() => None,
            () = tokio::time::sleep(KEEP_ALIVE) => Some(Bytes::from_static(b": here\n\n")),
        }
    }
}

fn event(heard: Heard) -> String {
    match heard {
        Heard::Message(message) => {
            format!("id: {}\ndata: {}\n\n", message.id, line(&message.to_json()))
        }
        Heard::Missed => "event: missed\ndata: {}\n\n".to_owned(),
        Heard::Lost(lost) => format!("event: closed\ndata: {}\n\n", reason(lost)),
    }
}

fn reason(lost: Lost) -> serde_json::Value {
    json!({ "code": lost.code(), "message": lost.describe() })
}

/// JSON on one line: an event's data ends at a line break, and JSON has them only between its parts.
fn line(json: &str) -> String {
    json.replace(['\r', '\n'], " ")
}
