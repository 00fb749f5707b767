use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures_util::stream::unfold;
use http::HeaderMap;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use keyway_app::agents::{EventView, Listening, News};
use keyway_core::{Error, Kind, SessionId};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::caller::AskerOfAny;
use super::input::bad_query;
use super::prompt_agent::wants_events;
use super::{Id, answer};
use crate::media;
use crate::refusal::Refusal;
use crate::shared::Shared;

/// How often a silent stream says that it is still there.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Where to go on.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Place {
    after: Option<u64>,
}

/// `GET /v1/sessions/{id}/events`: what happened in a session, oldest first. With `Accept: text/event-stream` what
/// happens is told as well; each event has its place as its id, so that who comes back with `Last-Event-ID` misses
/// nothing and hears nothing twice.
pub(crate) async fn handle(
    State(shared): State<Arc<Shared>>,
    AskerOfAny(asker): AskerOfAny,
    Id(id): Id<SessionId>,
    query: Result<Query<Place>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let Query(place) = query.map_err(|_| bad_query())?;
    if !wants_events(&headers) {
        media::accepts_json(&headers)?;
        let sessions = shared.app.sessions();
        let after = place.after.unwrap_or(0);
        let events = sessions.events(&asker.who, &id, after).await?;
        let events: Vec<_> = events.iter().map(EventView::value).collect();
        return answer::ok(&json!({ "events": events }));
    }
    let after = last_event(&headers)?.or(place.after).unwrap_or(0);
    let following = Following {
        listening: shared.app.follow_session(&asker.who, &id, after).await?,
        stopping: shared.stopping.clone(),
        greeted: false,
    };
    let events = unfold(following, async |mut following| {
        let event = following.next().await?;
        Some((Ok::<_, Infallible>(event), following))
    });
    let fields = [
        (CONTENT_TYPE, "text/event-stream"),
        (CACHE_CONTROL, "no-store"),
    ];
    Ok((fields, Body::from_stream(events)).into_response())
}

fn last_event(headers: &HeaderMap) -> Result<Option<u64>, Error> {
    let mut all = headers.get_all("last-event-id").iter();
    let Some(id) = all.next() else {
        return Ok(None);
    };
    let number = id.to_str().ok().and_then(|id| id.trim().parse().ok());
    let number = number.filter(|_| all.next().is_none());
    number.map(Some).ok_or_else(|| {
        Error::new(
            Kind::Malformed,
            "bad_last_event_id",
            "`Last-Event-ID` is not the id of an event of this stream",
        )
    })
}

struct Following {
    listening: Listening,
    stopping: CancellationToken,
    greeted: bool,
}

impl Following {
    async fn next(&mut self) -> Option<Bytes> {
        // The head goes out at once, so that the client sees that the stream is open.
        if !std::mem::replace(&mut self.greeted, true) {
            return Some(Bytes::from_static(b": following\n\n"));
        }
        tokio::select! {
            biased;
            () = self.stopping.cancelled() => None,
            news = self.listening.next() => Some(written(&news?)),
            () = tokio::time::sleep(KEEP_ALIVE) => Some(Bytes::from_static(b": here\n\n")),
        }
    }
}

fn written(news: &News) -> Bytes {
    match news {
        News::Event(event) => format!("id: {}\ndata: {}\n\n", event.seq(), event.value()).into(),
        News::State(state) => named("state", &json!(state)),
        News::Gone(gone) => {
            let told = json!({ "code": gone.code(), "message": gone.describe() });
            named("closed", &told)
        }
    }
}

/// JSON on one line: serde writes no line breaks.
fn named(name: &str, data: &Value) -> Bytes {
    format!("event: {name}\ndata: {data}\n\n").into()
}
