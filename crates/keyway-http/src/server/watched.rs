use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

use super::ConnectionState;
use crate::settings::ConnectionLimits;

/// How long, and how much, is read and thrown away after a refusal.
const LINGER_TIME: Duration = Duration::from_secs(2);
const LINGER_BYTES: usize = 32 * 1024 * 1024;

/// A socket that gives up on a peer that is too slow: to send a request's head, to send the next
/// request, or to take what is sent to it.
///
/// The timers are touched once in a while, not once a request: a deadline that moved back is
/// noticed when the old one fires.
pub(super) struct Watched<S> {
    socket: S,
    state: Arc<ConnectionState>,
    limits: ConnectionLimits,
    phase: Phase,
    since: Instant,
    begun: u64,
    busy: bool,
    reading: Pin<Box<Sleep>>,
    stalled: Option<Pin<Box<Sleep>>>,
    lingering: Option<Lingering>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Nothing of the next request has arrived.
    Idle,
    /// A part of its head has arrived.
    Head,
}

struct Lingering {
    until: Pin<Box<Sleep>>,
    bytes: usize,
}

impl<S> Watched<S> {
    pub(super) fn new(socket: S, state: Arc<ConnectionState>, limits: ConnectionLimits) -> Self {
        let now = Instant::now();
        Self {
            socket,
            state,
            limits,
            phase: Phase::Idle,
            since: now,
            begun: 0,
            busy: false,
            // The first head gets no idle time: whoever connects has something to ask.
            reading: Box::pin(sleep_until(now + limits.head_time)),
            stalled: None,
            lingering: None,
        }
    }

    /// Takes note of requests that began since the last look.
    fn settle(&mut self) {
        let begun = self.state.begun();
        if begun != self.begun {
            self.begun = begun;
            self.phase = Phase::Idle;
            self.since = Instant::now();
        }
    }

    /// When the patience with what is awaited now ends.
    fn deadline(&self) -> Instant {
        self.since
            + match self.phase {
                Phase::Head => self.limits.head_time,
                Phase::Idle if self.begun == 0 => self.limits.head_time,
                Phase::Idle => self.limits.idle_time,
            }
    }

    /// Pending while the peer may still take its time.
    fn poll_patience(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        self.settle();
        if self.phase == Phase::Head && self.deadline() < self.reading.deadline() {
            let deadline = self.deadline();
            self.reading.as_mut().reset(deadline);
        }
        let busy = self.state.busy();
        if self.busy && !busy {
            self.since = Instant::now();
        }
        self.busy = busy;
        loop {
            ready!(self.reading.as_mut().poll(cx));
            let now = Instant::now();
            if busy {
                self.since = now;
            }
            let deadline = self.deadline();
            if deadline <= now {
                return Poll::Ready(io::Error::new(
                    io::ErrorKind::TimedOut,
                    "no request arrived in time",
                ));
            }
            self.reading.as_mut().reset(deadline);
        }
    }

    /// Pending while the peer may still leave what is sent to it.
    fn poll_stalled(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        let limit = self.limits.stall_time;
        let stalled = self
            .stalled
            .get_or_insert_with(|| Box::pin(sleep_until(Instant::now() + limit)));
        ready!(stalled.as_mut().poll(cx));
        Poll::Ready(io::Error::new(
            io::ErrorKind::TimedOut,
            "the peer reads nothing of what is sent to it",
        ))
    }

    fn progress<T>(
        &mut self,
        cx: &mut Context<'_>,
        polled: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        match polled {
            Poll::Ready(done) => {
                self.stalled = None;
                Poll::Ready(done)
            }
            Poll::Pending => self.poll_stalled(cx).map(Err),
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        match Pin::new(&mut this.socket).poll_read(cx, buffer) {
            Poll::Ready(done) => {
                this.settle();
                if this.phase == Phase::Idle && !this.state.busy() {
                    this.phase = Phase::Head;
                    this.since = Instant::now();
                }
                Poll::Ready(done)
            }
            Poll::Pending => this.poll_patience(cx).map(Err),
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.socket).poll_write(cx, bytes);
        self.progress(cx, polled)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.socket).poll_write_vectored(cx, slices);
        self.progress(cx, polled)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.lingering.is_none() {
            ready!(Pin::new(&mut this.socket).poll_shutdown(cx))?;
            if !this.state.lingers() {
                return Poll::Ready(Ok(()));
            }
        }
        let lingering = this.lingering.get_or_insert_with(|| Lingering {
            until: Box::pin(sleep_until(Instant::now() + LINGER_TIME)),
            bytes: 0,
        });
        let mut waste = [0; 8 * 1024];
        while lingering.bytes < LINGER_BYTES && lingering.until.as_mut().poll(cx).is_pending() {
            let mut buffer = ReadBuf::new(&mut waste);
            match Pin::new(&mut this.socket).poll_read(cx, &mut buffer) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => {
                    lingering.bytes += buffer.filled().len();
                }
                Poll::Ready(_) => break,
            }
        }
        Poll::Ready(Ok(()))
    }
}
