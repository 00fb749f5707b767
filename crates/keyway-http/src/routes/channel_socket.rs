use std::sync::Arc;
use std::time::Duration;

use axum::extract::rejection::QueryRejection;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Extension, Path, Query, State};
use axum::response::Response;
use futures_util::{SinkExt as _, StreamExt as _};
use http::StatusCode;
use keyway_app::channels::{Heard, Lost, Subscription};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::Listener;
use super::channel_events::Place;
use super::input::bad_query;
use crate::refusal::Refusal;
use crate::server::Connection;
use crate::shared::Shared;

/// How long a client may take to take a message in.
const SEND: Duration = Duration::from_secs(10);
/// How often is asked whether the client is still there.
const PING: Duration = Duration::from_secs(30);
/// The largest frame a client may send: it has nothing to say.
const MAX_FRAME: usize = 4 * 1024;

/// `GET /v1/channels/{name}/ws`: what is published, one text frame a message. With `?after=` it goes
/// on behind a message.
pub(crate) async fn handle(
    State(shared): State<Arc<Shared>>,
    listener: Listener,
    Path(name): Path<String>,
    query: Result<Query<Place>, QueryRejection>,
    Extension(connection): Extension<Connection>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Refusal> {
    let Query(place) = query.map_err(|_| bad_query())?;
    let upgrade = upgrade.map_err(|_| not_a_socket())?;
    let subscription = shared.app.listen(&listener.who, &name, place.after).await?;
    let stopping = shared.stopping.clone();
    let running = shared.app.running();
    let upgrade = upgrade
        .max_message_size(MAX_FRAME)
        .max_frame_size(MAX_FRAME)
        .max_write_buffer_size(1024 * 1024);
    Ok(upgrade.on_upgrade(async move |socket| {
        // The connection is in use, and a drain waits for the socket's farewell.
        let (_in_use, _running) = (connection.begin(), running);
        serve(socket, subscription, stopping).await;
    }))
}

async fn serve(socket: WebSocket, mut subscription: Subscription, stopping: CancellationToken) {
    let (mut out, mut incoming) = socket.split();
    let mut heard_of = Instant::now();
    let lost = loop {
        let frame = tokio::select! {
            heard = subscription.next() => match heard {
                Some(Heard::Message(message)) => Message::text(message.to_json()),
                Some(Heard::Missed) => Message::text(r#"{"missed":true}"#),
                Some(Heard::Lost(lost)) => break Some(lost),
                None => break None,
            },
            frame = incoming.next() => match frame {
                Some(Ok(Message::Close(_)) | Err(_)) | None => break None,
                Some(Ok(_)) => {
                    heard_of = Instant::now();
                    continue;
                }
            },
            () = stopping.cancelled() => break Some(Lost::Ending),
            () = tokio::time::sleep(PING) => {
                if heard_of.elapsed() > PING * 2 {
                    break None;
                }
                Message::Ping(bytes::Bytes::new())
            }
        };
        let sent = tokio::time::timeout(SEND, out.send(frame)).await;
        match sent {
            Ok(Ok(())) => {}
            Ok(Err(_)) => break None,
            Err(_) => break Some(Lost::Slow),
        }
    };
    let frame = lost.map(farewell);
    let _ = tokio::time::timeout(SEND / 10, out.send(Message::Close(frame))).await;
}

/// Why a socket is closed: a status code (RFC 6455, section 7.4) and the code of the reason.
fn farewell(lost: Lost) -> CloseFrame {
    CloseFrame {
        code: match lost {
            Lost::Ending => 1001,
            Lost::NotAllowed => 1008,
            Lost::Failed => 1011,
            Lost::Slow => 1013,
        },
        reason: lost.code().into(),
    }
}

pub(super) fn not_a_socket() -> Refusal {
    Refusal::hinting(
        StatusCode::UPGRADE_REQUIRED,
        "not_a_websocket",
        "this path speaks WebSocket (version 13, over HTTP/1.1)",
        "for a stream of events ask for `events` in place of `ws`",
    )
}
