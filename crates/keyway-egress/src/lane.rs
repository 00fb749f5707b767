//! One HTTP/1.1 connection without encryption.
//!
//! Nothing runs beside the request: whoever waits for an answer, or reads its body, drives the
//! connection meanwhile. A call therefore never waits for another task to be woken, which is where
//! a client with connections of their own tasks spends most of its time on a loaded machine.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::client::conn::TrySendError;
use hyper::client::conn::http1::{self, Connection, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::runtime;
use tokio::time::Instant;

/// What a connection runs over.
pub(crate) trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

type Running = Connection<TokioIo<Box<dyn Wire>>, Full<Bytes>>;

/// A connection, and the end of it that requests go into.
pub(crate) struct Lane {
    sender: SendRequest<Full<Bytes>>,
    /// Gone once the connection has ended.
    connection: Option<Box<Running>>,
    /// Where the connection was made.
    pub(crate) runtime: runtime::Id,
    /// Since when the connection is idle.
    pub(crate) idle_since: Instant,
}

/// A request that failed; where nothing of it was sent it can be had back.
pub(crate) type Unsent = TrySendError<Request<Full<Bytes>>>;

impl Lane {
    pub(crate) async fn over(wire: Box<dyn Wire>) -> Result<Self, hyper::Error> {
        let (sender, connection) = http1::handshake(TokioIo::new(wire)).await?;
        Ok(Self {
            sender,
            connection: Some(Box::new(connection)),
            runtime: runtime::Handle::current().id(),
            idle_since: Instant::now(),
        })
    }

    /// Sends a request and waits for the head of its answer.
    pub(crate) async fn send(
        &mut self,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Incoming>, Unsent> {
        let mut answer = pin!(self.sender.try_send_request(request));
        poll_fn(|cx| {
            drive(&mut self.connection, cx);
            answer.as_mut().poll(cx)
        })
        .await
    }

    /// Lets the connection read and write what it can.
    pub(crate) fn drive(&mut self, cx: &mut Context<'_>) {
        drive(&mut self.connection, cx);
    }

    /// True when the connection can take another request.
    pub(crate) async fn is_ready(&mut self) -> bool {
        poll_fn(|cx| {
            self.drive(cx);
            Poll::Ready(self.connection.is_some() && self.sender.is_ready())
        })
        .await
    }
}

fn drive(connection: &mut Option<Box<Running>>, cx: &mut Context<'_>) {
    // How it ended is told to whoever waits for the answer or reads its body.
    if let Some(running) = connection
        && Pin::new(running).poll(cx).is_ready()
    {
        *connection = None;
    }
}
