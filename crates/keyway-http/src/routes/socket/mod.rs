//! `/v1/ws`: calls of actions and channels over one WebSocket.

mod line;
mod said;
mod seats;
mod told;

use std::sync::Arc;

use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{Extension, State};
use axum::response::Response;

use super::Listener;
use super::channel_socket::not_a_socket;
use crate::refusal::Refusal;
use crate::server::Connection;
use crate::shared::Shared;

pub(crate) use seats::Seats;

/// The longest message a client may send, in bytes.
const MAX_MESSAGE: usize = 64 * 1024;
/// What is read at most before a message is found to be too long.
const MAX_READ: usize = 2 * MAX_MESSAGE;
/// The longest message a client is sent, in bytes: what is longer is for HTTP.
const MAX_ANSWER: usize = 1024 * 1024;
/// How many calls of one socket run at once.
const CALLS: usize = 32;
/// To how many channels one socket listens.
const CHANNELS: usize = 64;

/// `GET /v1/ws`
pub(crate) async fn handle(
    State(shared): State<Arc<Shared>>,
    listener: Listener,
    Extension(connection): Extension<Connection>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Refusal> {
    let upgrade = upgrade.map_err(|_| not_a_socket())?;
    let seat = shared.sockets.take(&listener.who)?;
    let running = shared.app.running();
    let upgrade = upgrade
        .max_message_size(MAX_READ)
        .max_frame_size(MAX_READ)
        .max_write_buffer_size(2 * MAX_ANSWER);
    Ok(upgrade.on_upgrade(async move |socket| {
        // The connection is in use, and a drain waits for the socket's farewell.
        let (_in_use, _running, _seat) = (connection.begin(), running, seat);
        line::serve(socket, shared, listener.who).await;
    }))
}
