use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener as StdListener};
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::future::select_all;
use futures_util::stream::FuturesUnordered;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use keyway_oauth::{SignInError, SignInRequest};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};

use super::callback::CallbackUrl;
use super::door::Door;

/// Connections served at once; the rest wait.
const MOST: usize = 256;
/// How long one connection may take for its one request.
const ONE: Duration = Duration::from_secs(5);
/// How often another port is tried where the system may choose.
const TRIES: usize = 16;

/// Why nothing can be listened on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListenError {
    /// Another process, or another sign-in, has the port.
    #[error(
        "port {0}, where the browser is to come back, is in use: another sign-in may be waiting \
         there. Finish that one, or choose another port with \
         KEYWAY_CALLBACK_URL=http://localhost:<port>/auth/mcp/callback"
    )]
    Busy(u16),
    /// The system refuses.
    #[error("cannot listen on port {port} for the browser to come back: {reason}")]
    Refused {
        /// The port.
        port: u16,
        /// What it says.
        reason: String,
    },
}

impl From<ListenError> for SignInError {
    fn from(error: ListenError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

/// The callback's sockets, open and not answered yet.
#[derive(Debug)]
pub struct Listening {
    sockets: Vec<StdListener>,
    callback: CallbackUrl,
}

impl CallbackUrl {
    /// Opens the callback's port. What comes from now on waits for [`Listening::answer`].
    ///
    /// # Errors
    /// When the port is in use on any address that a browser may come back to.
    pub fn listen(&self) -> Result<Listening, ListenError> {
        let tries = if self.port() == 0 { TRIES } else { 1 };
        let mut last = ListenError::Busy(self.port());
        for _ in 0..tries {
            match self.open() {
                Ok(listening) => return Ok(listening),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    fn open(&self) -> Result<Listening, ListenError> {
        let mut port = self.port();
        let mut sockets = Vec::new();
        for address in self.addresses() {
            let bound = StdListener::bind(SocketAddr::new(*address, port)).and_then(|socket| {
                socket.set_nonblocking(true)?;
                port = socket.local_addr()?.port();
                Ok(socket)
            });
            match bound {
                Ok(socket) => sockets.push(socket),
                Err(error) if error.kind() == ErrorKind::AddrInUse => {
                    return Err(ListenError::Busy(port));
                }
                // A machine without IPv6 has no second address.
                Err(error)
                    if address.is_ipv6()
                        && !sockets.is_empty()
                        && error.kind() != ErrorKind::PermissionDenied => {}
                Err(error) => {
                    let reason = error.to_string();
                    return Err(ListenError::Refused { port, reason });
                }
            }
        }
        Ok(Listening {
            sockets,
            callback: self.with_port(port),
        })
    }
}

impl Listening {
    /// Where it listens.
    pub fn callback(&self) -> &CallbackUrl {
        &self.callback
    }

    /// Waits for the one callback that answers this request and gives its URL. Every other request
    /// is refused and changes nothing. Waits for ever.
    ///
    /// # Errors
    /// When the sockets fail.
    pub async fn answer(self, request: SignInRequest<'_>) -> Result<String, SignInError> {
        let sockets = self.sockets.into_iter().map(TcpListener::from_std);
        let sockets: Vec<_> = sockets.collect::<Result<_, _>>().map_err(|error| {
            SignInError::Unavailable(format!("the callback's port cannot be used: {error}"))
        })?;
        let door = Door::new(self.callback, request);
        let mut connections = FuturesUnordered::new();
        loop {
            let free = connections.len() < MOST;
            tokio::select! {
                stream = accept(&sockets), if free => match stream {
                    Ok(stream) => connections.push(serve(stream, &door)),
                    // Out of descriptors, or a connection that was gone already.
                    Err(_) => sleep(Duration::from_millis(50)).await,
                },
                Some(()) = connections.next() => if let Some(answer) = door.answer() {
                    return Ok(answer);
                },
            }
        }
    }
}

async fn accept(sockets: &[TcpListener]) -> std::io::Result<TcpStream> {
    let accepting = sockets.iter().map(|socket| Box::pin(socket.accept()));
    let (accepted, _, _) = select_all(accepting).await;
    accepted.map(|(stream, _)| stream)
}

/// One connection, one request.
async fn serve(stream: TcpStream, door: &Door<'_>) {
    let service =
        service_fn(async |request| Ok::<_, std::convert::Infallible>(door.knock(&request)));
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(ONE)
        .keep_alive(false)
        .max_buf_size(64 * 1024)
        .serve_connection(TokioIo::new(stream), service);
    // Whoever is cut off, or breaks off, has no part in the sign-in.
    let _ = timeout(ONE, serving).await;
}
