use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::server::conn::auto;
use tokio::net::TcpStream;
use tokio_util::task::TaskTracker;

use super::ConnectionState;
use super::watched::Watched;
use crate::front::Front;

/// Runs what HTTP/2 wants to run beside a connection.
#[derive(Clone)]
pub(super) struct Spawn(pub(super) TaskTracker);

impl<F> hyper::rt::Executor<F> for Spawn
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    fn execute(&self, task: F) {
        self.0.spawn(task);
    }
}

/// Answers the requests of one connection until it ends, is asked to end, or is cut.
pub(super) async fn run(
    socket: TcpStream,
    peer: SocketAddr,
    front: Arc<Front>,
    state: Arc<ConnectionState>,
    spawn: Spawn,
) {
    let limits = front.connection_limits();
    let socket = TokioIo::new(Watched::new(socket, Arc::clone(&state), limits));
    let mut builder = auto::Builder::new(spawn);
    builder
        .http1()
        // Slow heads are the socket's business, see `Watched`.
        .header_read_timeout(None)
        .max_headers(limits.max_headers);
    builder.http2().max_concurrent_streams(250);
    let service = service_fn(|request| {
        let front = Arc::clone(&front);
        let in_flight = state.begin();
        let state = Arc::clone(&state);
        async move {
            Ok::<_, std::convert::Infallible>(front.answer(request, peer, &state, in_flight).await)
        }
    });
    let mut connection = pin!(builder.serve_connection_with_upgrades(socket, service));
    let mut asked = false;
    let ended = poll_fn(|cx| {
        state.register(cx.waker());
        if state.is_cut() {
            return Poll::Ready(Ok(()));
        }
        if state.ending() && !asked {
            asked = true;
            connection.as_mut().graceful_shutdown();
        }
        connection.as_mut().poll(cx)
    })
    .await;
    if let Err(error) = ended {
        tracing::debug!(%peer, error = error.as_ref(), "a connection broke");
    }
}
