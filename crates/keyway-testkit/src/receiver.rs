//! A receiver of webhooks that behaves, and misbehaves, as it is told. It checks signatures by the rules of
//! Standard Webhooks, with code of its own.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::hmac;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use parking_lot::Mutex;
use serde_json::Value;
use tokio::task::JoinSet;

use crate::peers::{listen, run};

/// How far a timestamp may be from now.
const TOLERANCE: i64 = 5 * 60;

/// What is answered to one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// This status, and a few words.
    Status(u16),
    /// 302 to this address.
    Redirect(String),
    /// This status with a body of so many bytes.
    Long(u16, usize),
    /// Nothing.
    Hang,
}

/// A message as it came.
#[derive(Debug, Clone)]
pub struct Received {
    /// `webhook-id`
    pub id: String,
    /// `webhook-timestamp`
    pub timestamp: String,
    /// `webhook-signature`
    pub signature: String,
    /// Every header, for what should not be there.
    pub headers: HeaderMap,
    /// The body, byte by byte.
    pub body: Vec<u8>,
}

#[derive(Debug, Default)]
struct Kept {
    answers: VecDeque<Answer>,
    received: Vec<Received>,
}

/// A receiver on a port of its own, gone when dropped.
#[derive(Debug)]
pub struct Receiver {
    kept: Arc<Mutex<Kept>>,
    address: SocketAddr,
    _server: JoinSet<()>,
}

impl Receiver {
    /// Starts one that answers so, one message after the other, and 204 to all others.
    pub async fn start(answers: impl IntoIterator<Item = Answer>) -> Self {
        let kept = Arc::new(Mutex::new(Kept {
            answers: answers.into_iter().collect(),
            received: Vec::new(),
        }));
        let router = Router::new().fallback(take).with_state(Arc::clone(&kept));
        let (listener, address) = listen(([127, 0, 0, 1], 0).into()).await;
        Self {
            kept,
            address,
            _server: run(listener, router),
        }
    }

    /// Where it is.
    pub fn url(&self) -> String {
        format!("http://{}/hooks", self.address)
    }

    /// What came, in order.
    pub fn received(&self) -> Vec<Received> {
        self.kept.lock().received.clone()
    }

    /// What is answered from here on.
    pub fn answer(&self, answers: impl IntoIterator<Item = Answer>) {
        self.kept.lock().answers = answers.into_iter().collect();
    }
}

impl Received {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("the body is JSON")
    }

    /// Which of the signatures, from 0, is one by this secret; nothing where none is, or where the
    /// timestamp is far from now.
    pub fn signed_with(&self, secret: &str) -> Option<usize> {
        let now = jiff::Timestamp::now().as_second();
        let at: i64 = self.timestamp.parse().ok()?;
        if (now - at).abs() > TOLERANCE {
            return None;
        }
        let key = STANDARD.decode(secret.strip_prefix("whsec_")?).ok()?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
        let mut signed = format!("{}.{}.", self.id, self.timestamp).into_bytes();
        signed.extend_from_slice(&self.body);
        self.signature.split(' ').position(|one| {
            let given = one
                .strip_prefix("v1,")
                .and_then(|text| STANDARD.decode(text).ok());
            given.is_some_and(|given| hmac::verify(&key, &signed, &given).is_ok())
        })
    }

    /// How many signatures it has.
    pub fn signatures(&self) -> usize {
        self.signature.split(' ').count()
    }
}

async fn take(State(kept): State<Arc<Mutex<Kept>>>, headers: HeaderMap, body: Bytes) -> Response {
    let text = |name: &str| {
        let value = headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    let received = Received {
        id: text("webhook-id"),
        timestamp: text("webhook-timestamp"),
        signature: text("webhook-signature"),
        headers: headers.clone(),
        body: body.to_vec(),
    };
    let answer = {
        let mut kept = kept.lock();
        kept.received.push(received);
        kept.answers.pop_front()
    };
    let status = |code: u16| StatusCode::from_u16(code).expect("a status");
    match answer {
        None => StatusCode::NO_CONTENT.into_response(),
        Some(Answer::Status(code)) => (status(code), "words of the receiver").into_response(),
        Some(Answer::Long(code, bytes)) => (status(code), "x".repeat(bytes)).into_response(),
        Some(Answer::Redirect(to)) => {
            let to = HeaderValue::from_str(&to).expect("an address");
            (StatusCode::FOUND, [(header::LOCATION, to)]).into_response()
        }
        Some(Answer::Hang) => {
            tokio::time::sleep(Duration::from_hours(1)).await;
            StatusCode::NO_CONTENT.into_response()
        }
    }
}
