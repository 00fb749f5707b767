use std::net::SocketAddr;

use futures_util::{SinkExt as _, StreamExt as _};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::Role;

use super::client::Ask;
use super::wait::soon;

type Raw = WebSocketStream<TokioIo<Upgraded>>;

/// A WebSocket, as a client has it.
pub(crate) struct Socket(Raw);

impl Socket {
    /// Opens one; the status when the gateway does not.
    pub(crate) async fn open(ask: Ask) -> Result<Self, u16> {
        let ask = ask
            .header("connection", "upgrade")
            .header("upgrade", "websocket")
            .header("sec-websocket-version", "13")
            .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
        let answer = ask.open().await;
        if answer.status() != 101 {
            return Err(answer.status().as_u16());
        }
        let io = soon("the upgrade", hyper::upgrade::on(answer))
            .await
            .unwrap();
        Ok(Self(
            WebSocketStream::from_raw_socket(TokioIo::new(io), Role::Client, None).await,
        ))
    }

    /// The next message.
    pub(crate) async fn next(&mut self) -> Value {
        loop {
            let frame = soon("a frame", self.0.next()).await.unwrap().unwrap();
            match frame {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("no message: {other:?}"),
            }
        }
    }

    /// Sends a message.
    pub(crate) async fn say(&mut self, message: &Value) {
        self.send(Message::text(message.to_string())).await;
    }

    /// Sends a frame.
    pub(crate) async fn send(&mut self, frame: Message) {
        soon("a frame to go", self.0.send(frame)).await.unwrap();
    }

    /// Sends a message and reads on until the answer with its id.
    pub(crate) async fn ask(&mut self, message: &Value) -> Value {
        self.say(message).await;
        loop {
            let answer = self.next().await;
            if answer["id"] == message["id"] {
                return answer;
            }
        }
    }

    /// Both directions, each on its own.
    pub(crate) fn into_inner(self) -> Raw {
        self.0
    }

    /// Reads on until it is closed; the status and the reason.
    pub(crate) async fn closed(&mut self) -> (u16, String) {
        loop {
            let frame = soon("the close", self.0.next()).await.unwrap().unwrap();
            if let Message::Close(frame) = frame {
                let frame = frame.unwrap();
                return (frame.code.into(), frame.reason.to_string());
            }
        }
    }
}

/// An event stream, read piece by piece.
pub(crate) struct Events {
    body: Incoming,
    text: String,
}

impl Events {
    pub(crate) async fn open(ask: Ask) -> Self {
        let answer = ask.open().await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        Self {
            body: answer.into_body(),
            text: String::new(),
        }
    }

    /// The next event that is more than a comment: its lines.
    pub(crate) async fn next(&mut self) -> Vec<String> {
        loop {
            while let Some((event, _)) = self.text.split_once("\n\n") {
                let lines: Vec<_> = event.lines().map(str::to_owned).collect();
                self.text.drain(..event.len() + 2);
                if lines.iter().any(|line| !line.starts_with(':')) {
                    return lines;
                }
            }
            let frame = soon("an event", self.body.frame()).await;
            let frame = frame.expect("the stream goes on").unwrap();
            let bytes = frame.into_data().unwrap();
            self.text.push_str(std::str::from_utf8(&bytes).unwrap());
        }
    }

    /// The JSON of the next event.
    pub(crate) async fn json(&mut self) -> Value {
        loop {
            let lines = self.next().await;
            let data = lines.iter().find_map(|line| line.strip_prefix("data: "));
            // An event without data says where to begin, and nothing else.
            if let Some(data) = data.filter(|data| !data.is_empty()) {
                return serde_json::from_str(data).unwrap();
            }
        }
    }
}

/// A request of a page of this gateway.
pub(crate) fn own_origin(address: SocketAddr) -> String {
    format!("http://{address}")
}
