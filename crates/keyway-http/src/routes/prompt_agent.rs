use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::unfold;
use http::HeaderMap;
use http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE};
use keyway_app::agents::{Follower, Prompted, Prompting, Update, progress};
use keyway_app::credentials::CredentialChoice;
use keyway_core::ports::NoCaller;
use keyway_core::{Error, Principal, RequestId, SessionId};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::caller::AskerOfAny;
use super::{Input, answer, call_action};
use crate::media;
use crate::refusal::Refusal;
use crate::shared::Shared;

/// How much of a turn's progress may wait for a reader; what is more is left out.
const QUEUE: usize = 1024;

/// How often a silent stream says that it is still there.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// What is said to the agent.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Said {
    message: String,
    session_id: Option<String>,
}

/// `POST /v1/agents/{slug}/prompt`: says something to an agent and answers once its turn ended. With
/// `Accept: text/event-stream` the answer is a stream of what goes on, its last event the result.
pub(crate) async fn handle(
    State(shared): State<Arc<Shared>>,
    AskerOfAny(asker): AskerOfAny,
    Path(agent): Path<String>,
    headers: HeaderMap,
    Input(said): Input<Said>,
) -> Result<Response, Refusal> {
    let credentials = call_action::choice(&headers)?;
    // A client that goes away drops this future, or the stream, and with it the guard.
    let cancel = CancellationToken::new();
    let gone = cancel.clone().drop_guard();
    let asking = Asking {
        shared,
        who: asker.who,
        request: asker.request,
        agent,
        said,
        credentials,
        cancel,
    };
    if !wants_events(&headers) {
        media::accepts_json(&headers)?;
        return answer::ok(&asking.done(None).await?);
    }
    let (send, mut heard) = mpsc::channel(QUEUE);
    let mut done: BoxFuture<'static, _> =
        Box::pin(async move { asking.done(Some(Arc::new(Sender(send)))).await });
    // What is refused before anything began is refused like everywhere.
    let first = tokio::select! {
        biased;
        first = heard.recv() => first,
        ended = &mut done => return answer::ok(&ended?),
    };
    let turn = Turn {
        done: Some(done),
        heard,
        next: first,
        _gone: gone,
    };
    let events = unfold(turn, async |mut turn| {
        let event = turn.next().await?;
        Some((Ok::<_, Infallible>(event), turn))
    });
    let fields = [
        (CONTENT_TYPE, "text/event-stream"),
        (CACHE_CONTROL, "no-store"),
    ];
    Ok((fields, Body::from_stream(events)).into_response())
}

pub(super) fn wants_events(headers: &HeaderMap) -> bool {
    let mut accepted = headers.get_all(ACCEPT).iter();
    accepted.any(|value| {
        value
            .to_str()
            .is_ok_and(|text| text.contains("text/event-stream"))
    })
}

struct Asking {
    shared: Arc<Shared>,
    who: Principal,
    request: RequestId,
    agent: String,
    said: Said,
    credentials: CredentialChoice,
    cancel: CancellationToken,
}

impl Asking {
    async fn done(self, follower: Option<Arc<dyn Follower>>) -> Result<Prompted, Error> {
        let prompting = Prompting {
            who: &self.who,
            agent: &self.agent,
            message: &self.said.message,
            session: self.said.session_id.as_deref(),
            caller: Arc::new(NoCaller),
            cancel: &self.cancel,
            request: &self.request,
            credentials: self.credentials,
            follower,
        };
        self.shared.app.prompt(prompting).await
    }
}

/// Hands on what goes on. A reader that is too slow misses progress, and gets the result.
struct Sender(mpsc::Sender<Bytes>);

impl Follower for Sender {
    fn begun(&self, session: &SessionId) {
        let _ = self
            .0
            .try_send(event("session", &json!({ "sessionId": session })));
    }

    fn update(&self, update: &Update) {
        if let Some(told) = progress(update) {
            let _ = self.0.try_send(event("progress", &told));
        }
    }
}

/// A turn as a stream.
struct Turn {
    /// Gone once it ended.
    done: Option<BoxFuture<'static, Result<Prompted, Error>>>,
    heard: mpsc::Receiver<Bytes>,
    next: Option<Bytes>,
    _gone: DropGuard,
}

impl Turn {
    async fn next(&mut self) -> Option<Bytes> {
        if let Some(next) = self.next.take() {
            return Some(next);
        }
        let Some(done) = &mut self.done else {
            // What was told before the end and not read yet comes first; then the result was it.
            return self.heard.try_recv().ok();
        };
        tokio::select! {
            biased;
            Some(event) = self.heard.recv() => Some(event),
            ended = done => {
                self.done = None;
                Some(self.last(ended))
            }
            () = tokio::time::sleep(KEEP_ALIVE) => Some(Bytes::from_static(b": here\n\n")),
        }
    }

    /// The rest of the progress, and the result behind it.
    fn last(&mut self, ended: Result<Prompted, Error>) -> Bytes {
        let result = match ended {
            Ok(prompted) => event("result", &json!(prompted)),
            Err(error) => event("error", &error.to_json()),
        };
        let mut all = Vec::new();
        while let Ok(rest) = self.heard.try_recv() {
            all.extend_from_slice(&rest);
        }
        all.extend_from_slice(&result);
        all.into()
    }
}

/// JSON on one line: serde writes no line breaks.
fn event(name: &str, data: &Value) -> Bytes {
    format!("event: {name}\ndata: {data}\n\n").into()
}
