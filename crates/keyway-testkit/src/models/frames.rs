//! Answers on their way: what is sent, at which pace, and where it goes wrong.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use futures_util::stream;

use super::script::{Trouble, Turn};

/// A part of an event stream.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    pub(super) bytes: String,
    /// True for a piece of the answer, false for what stands around pieces.
    pub(super) piece: bool,
}

/// What a stream does after its frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    End,
    Break,
    Hang,
}

/// Counts a stream that its reader left before the end.
struct Leaving {
    left: Arc<AtomicUsize>,
    done: bool,
}

impl Drop for Leaving {
    fn drop(&mut self) {
        if !self.done {
            self.left.fetch_add(1, Ordering::SeqCst);
        }
    }
}

/// The event stream of an answer. `overloaded` is what the vendor says in the middle of one.
pub(super) fn stream_of(
    turn: &Turn,
    mut frames: Vec<Frame>,
    overloaded: &str,
    left: Arc<AtomicUsize>,
) -> Response {
    let mut shorten = |pieces: usize| {
        let mut places = frames.iter().enumerate().filter(|(_, frame)| frame.piece);
        let end = match pieces.checked_sub(1) {
            None => places.next().map(|(at, _)| at),
            Some(last) => places.nth(last).map(|(at, _)| at + 1),
        };
        frames.truncate(end.unwrap_or(frames.len()));
    };
    let then = match turn.trouble {
        Some(Trouble::CutAfter(pieces)) => {
            shorten(pieces);
            Then::Break
        }
        Some(Trouble::HangAfter(pieces)) => {
            shorten(pieces);
            Then::Hang
        }
        Some(Trouble::EndAfter(pieces)) => {
            shorten(pieces);
            Then::End
        }
        Some(Trouble::GarbageAfter(pieces)) => {
            shorten(pieces);
            frames.push(around(
                "event: content_block_delta\ndata: {\"type\": \n\n".to_owned(),
            ));
            Then::End
        }
        Some(Trouble::OverloadedAfter(pieces)) => {
            shorten(pieces);
            frames.push(around(overloaded.to_owned()));
            Then::End
        }
        _ => Then::End,
    };
    let pause = Duration::from_millis(turn.pause);
    let leaving = Leaving { left, done: false };
    let state = (frames.into_iter(), leaving);
    let body = stream::unfold(Some(state), move |state| async move {
        let (mut frames, mut leaving) = state?;
        let Some(frame) = frames.next() else {
            return match then {
                Then::End => {
                    leaving.done = true;
                    None
                }
                Then::Hang => std::future::pending().await,
                Then::Break => {
                    leaving.done = true;
                    // What was written before is on its way first.
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    Some((Err(io::Error::other("as scripted")), None))
                }
            };
        };
        if frame.piece && !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
        Some((Ok(frame.bytes), Some((frames, leaving))))
    });
    let mut response = Response::new(Body::from_stream(body));
    let kind = HeaderValue::from_static("text/event-stream; charset=utf-8");
    response.headers_mut().insert("content-type", kind);
    response
}

/// A frame that is a piece of the answer.
pub(super) fn piece(bytes: String) -> Frame {
    Frame { bytes, piece: true }
}

/// A frame around pieces.
pub(super) fn around(bytes: String) -> Frame {
    Frame {
        bytes,
        piece: false,
    }
}

/// A JSON answer.
pub(super) fn json(status: u16, retry_after: Option<&str>, body: String) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).expect("a status");
    let headers = response.headers_mut();
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    if let Some(wait) = retry_after {
        headers.insert("retry-after", wait.parse().expect("a header"));
    }
    response
}

/// A text in pieces, as arguments are streamed.
pub(super) fn pieces_of(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    let length = (letters.len() / 3).max(1);
    letters
        .chunks(length)
        .map(|chunk| chunk.iter().collect())
        .collect()
}
