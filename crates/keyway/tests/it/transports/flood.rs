use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::{SinkExt as _, StreamExt as _};
use keyway::{Action, Expose};
use serde_json::{Value, json};
use tokio::sync::{Notify, Semaphore};
use tokio_tungstenite::tungstenite::Message;

use super::socket::waits;
use crate::support::app::TestApp;
use crate::support::socket::Socket;
use crate::support::wait::{PATIENCE, soon, until};

/// How many calls of one socket run at once.
const CALLS: usize = 32;
const MANY: usize = 10_000;

#[tokio::test]
async fn attack_ten_thousand_calls_at_once_run_as_many_as_may() {
    let gate = Arc::new(Semaphore::new(0));
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let shared = (Arc::clone(&gate), Arc::clone(&now), Arc::clone(&most));
    let hold = Action::new("hold", move |_, (): ()| {
        let (gate, now, most) = shared.clone();
        async move {
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            let _open = gate.acquire().await;
            now.fetch_sub(1, Ordering::SeqCst);
            Ok(1)
        }
    })
    .read_only()
    .expose(Expose::WS);
    let app = TestApp::builder()
        .actions([hold])
        .config(|config| {
            config.rate_limits.principal.limit = 0;
        })
        .start()
        .await;
    let socket = Socket::open(app.get("/v1/ws")).await.ok().unwrap();
    let (mut sink, mut stream) = socket.into_inner().split();
    let calls = async {
        for id in 0..MANY {
            let call = json!({ "id": id, "type": "call", "action": "hold" });
            sink.send(Message::text(call.to_string())).await.unwrap();
        }
    };
    let answers = async {
        let (mut refused, mut answered) = (0, 0);
        while refused + answered < MANY {
            let Message::Text(text) = stream.next().await.unwrap().unwrap() else {
                continue;
            };
            let answer: Value = serde_json::from_str(&text).unwrap();
            match answer["error"]["code"].as_str() {
                Some(code) => {
                    assert_eq!(code, "too_many_calls");
                    refused += 1;
                }
                None => answered += 1,
            }
            if refused == MANY - CALLS {
                gate.add_permits(MANY);
            }
        }
        answered
    };
    let ((), answered) = soon("all answers", async { tokio::join!(calls, answers) }).await;
    assert_eq!((answered, most.load(Ordering::SeqCst)), (CALLS, CALLS));
}

#[tokio::test]
async fn attack_messages_that_are_too_long_or_no_text_close_the_socket() {
    let app = TestApp::with([]).await;
    let open = || async { Socket::open(app.get("/v1/ws")).await.ok().unwrap() };
    for length in [64 * 1024 + 1, 100 * 1024] {
        let mut socket = open().await;
        socket.send(Message::text("x".repeat(length))).await;
        assert_eq!(socket.closed().await, (1009, "message_too_long".to_owned()));
    }
    let mut socket = open().await;
    socket.send(Message::binary(vec![1, 2, 3])).await;
    assert_eq!(socket.closed().await, (1003, "text_only".to_owned()));
    // The longest that is taken is taken.
    let mut socket = open().await;
    socket.send(Message::text("x".repeat(64 * 1024))).await;
    assert_eq!(socket.next().await["error"]["code"], "malformed_message");
}

#[tokio::test]
async fn a_reader_that_takes_nothing_is_let_go_with_its_calls() {
    let (begun, dropped) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let large = Action::new("large", |_, (): ()| async { Ok("x".repeat(900_000)) });
    let app = TestApp::with([
        waits(&begun, &dropped),
        large.read_only().expose(Expose::WS),
    ])
    .await;
    let mut socket = Socket::open(app.get("/v1/ws")).await.ok().unwrap();
    let call = |id: usize, action: &str| json!({ "id": id, "type": "call", "action": action });
    socket.say(&call(0, "wait")).await;
    soon("the call that waits", begun.notified()).await;
    for id in 1..CALLS {
        socket.say(&call(id, "large")).await;
    }
    // More than any buffer between the two takes is on its way, and nobody reads.
    tokio::time::timeout(PATIENCE * 3, dropped.notified())
        .await
        .unwrap();
}

#[tokio::test]
async fn attack_nobody_runs_more_by_opening_more_sockets() {
    let app = TestApp::with([]).await;
    let made = app.post("/v1/api-keys").json(&json!({ "name": "second" }));
    let made = made.send().await.json();
    let second = made["key"].as_str().unwrap();
    let mut open = Vec::new();
    for number in 0..16 {
        let key = if number % 2 == 0 { &*app.key } else { second };
        let ask = app.ask(http::Method::GET, "/v1/ws").bearer(key);
        open.push(Socket::open(ask).await.ok().unwrap());
    }
    for key in [&*app.key, second] {
        let ask = app.ask(http::Method::GET, "/v1/ws").bearer(key);
        assert_eq!(Socket::open(ask).await.err(), Some(429));
    }
    // One that is closed makes room.
    drop(open.pop());
    until("there is room", async || {
        Socket::open(app.get("/v1/ws")).await.is_ok()
    })
    .await;
}
