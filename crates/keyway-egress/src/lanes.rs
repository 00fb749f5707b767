//! Idle connections of one origin.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_util::Stream;
use http_body::{Body as _, Frame};
use hyper::body::Incoming;
use keyway_core::ports::HttpError;
use parking_lot::Mutex;
use tokio::runtime;
use tokio::time::Instant;

use crate::error;
use crate::lane::Lane;

/// How long an unused connection is kept.
pub(crate) const IDLE_CONNECTION: Duration = Duration::from_mins(1);
/// How many unused connections to one origin are kept.
pub(crate) const IDLE_CONNECTIONS: usize = 256;

/// The idle connections of one origin, the one used last on top. Each is used only by the runtime
/// it was made in: the readiness of a socket is seen by the thread that waits there, and waking
/// another thread costs more than a request.
#[derive(Default)]
pub(crate) struct Lanes(Mutex<Vec<Lane>>);

impl Lanes {
    /// A connection that is still good.
    pub(crate) async fn take(&self) -> Option<Lane> {
        loop {
            let mut lane = self.pop()?;
            if lane.idle_since.elapsed() < IDLE_CONNECTION && lane.is_ready().await {
                return Some(lane);
            }
        }
    }

    fn pop(&self) -> Option<Lane> {
        let here = runtime::Handle::current().id();
        let mut idle = self.0.lock();
        let at = idle.iter().rposition(|lane| lane.runtime == here)?;
        Some(idle.remove(at))
    }

    fn put(&self, mut lane: Lane) {
        lane.idle_since = Instant::now();
        let mut idle = self.0.lock();
        if idle.len() < IDLE_CONNECTIONS {
            idle.push(lane);
        }
    }

    /// Closes what has been idle too long.
    pub(crate) fn sweep(&self) {
        self.0
            .lock()
            .retain(|lane| lane.idle_since.elapsed() < IDLE_CONNECTION);
    }
}

/// The body of an answer, and the connection it comes over. Read to its end, the connection can be
/// used again; dropped earlier, it is closed.
pub(crate) struct LaneBody {
    incoming: Incoming,
    lane: Option<Lane>,
    lanes: Arc<Lanes>,
}

impl LaneBody {
    pub(crate) fn new(incoming: Incoming, lane: Lane, lanes: Arc<Lanes>) -> Self {
        let mut body = Self {
            incoming,
            lane: Some(lane),
            lanes,
        };
        body.give_back_at_the_end();
        body
    }

    fn give_back_at_the_end(&mut self) {
        if self.incoming.is_end_stream()
            && let Some(lane) = self.lane.take()
        {
            self.lanes.put(lane);
        }
    }

    fn poll_frame(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let Some(lane) = &mut self.lane else {
            return Poll::Ready(None);
        };
        // What was read together with the head is here once the connection knows it is wanted.
        let frame = Pin::new(&mut self.incoming).poll_frame(cx);
        if frame.is_ready() {
            return frame;
        }
        lane.drive(cx);
        Pin::new(&mut self.incoming).poll_frame(cx)
    }
}

impl Stream for LaneBody {
    type Item = Result<Bytes, HttpError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match std::task::ready!(self.poll_frame(cx)) {
                None => {
                    if let Some(lane) = self.lane.take() {
                        self.lanes.put(lane);
                    }
                    return Poll::Ready(None);
                }
                Some(Err(broken)) => {
                    self.lane = None;
                    return Poll::Ready(Some(Err(error::of_body(&broken))));
                }
                Some(Ok(frame)) => {
                    self.give_back_at_the_end();
                    // Trailers are not part of what callers read.
                    if let Ok(chunk) = frame.into_data() {
                        return Poll::Ready(Some(Ok(chunk)));
                    }
                }
            }
        }
    }
}
