use std::io;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::ConnectionState;
use super::connection::{self, Spawn};
use super::workers::Workers;
use crate::front::Front;

/// How long accepting pauses when the system has no descriptors left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How a server ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drained {
    /// Every request in flight was answered.
    Whole,
    /// This many connections were cut when the time was up.
    Cut(usize),
}

/// Accepts connections until `stop` and has `workers` answer them, then lets the requests in flight finish for up to `grace`.
pub async fn serve(
    listener: TcpListener,
    front: Arc<Front>,
    stop: CancellationToken,
    grace: Duration,
    workers: Workers,
) -> Drained {
    let connections = Connections {
        tasks: TaskTracker::new(),
        open: Mutex::default(),
        workers,
    };
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            accepted = listener.accept() => match accepted {
                Ok((socket, peer)) => {
                    if let Err(error) = socket.set_nodelay(true) {
                        tracing::debug!(%peer, %error, "a socket could not be set up");
                    }
                    // Without its runtime: the socket belongs to the thread that serves it.
                    match socket.into_std() {
                        Ok(socket) => connections.open(socket, peer, &front),
                        Err(error) => {
                            tracing::debug!(%peer, %error, "a socket could not be set up");
                        }
                    }
                }
                Err(error) => pause_after(&error).await,
            },
        }
    }
    drop(listener);
    connections.drain(grace).await
}

/// The connections that are open.
struct Connections {
    tasks: TaskTracker,
    open: Mutex<Vec<Weak<ConnectionState>>>,
    workers: Workers,
}

impl Connections {
    fn open(&self, socket: std::net::TcpStream, peer: std::net::SocketAddr, front: &Arc<Front>) {
        let state = Arc::new(ConnectionState::default());
        self.remember(Arc::downgrade(&state));
        let spawn = Spawn(self.tasks.clone());
        let front = Arc::clone(front);
        self.workers.spawn(&self.tasks, async move {
            match TcpStream::from_std(socket) {
                Ok(socket) => connection::run(socket, peer, front, state, spawn).await,
                Err(error) => tracing::debug!(%peer, %error, "a socket could not be set up"),
            }
        });
    }

    fn remember(&self, state: Weak<ConnectionState>) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        // Forgets the closed ones each time the list would have to grow.
        if open.len() == open.capacity() {
            open.retain(|state| state.strong_count() > 0);
        }
        open.push(state);
    }

    fn each(&self, tell: impl Fn(&ConnectionState)) -> usize {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let alive = open.iter().filter_map(Weak::upgrade);
        alive.map(|state| tell(&state)).count()
    }

    async fn drain(self, grace: Duration) -> Drained {
        self.tasks.close();
        let open = self.each(ConnectionState::end);
        tracing::info!(
            connections = open,
            "no longer accepting; finishing what is in flight"
        );
        if tokio::time::timeout(grace, self.tasks.wait()).await.is_ok() {
            return Drained::Whole;
        }
        let cut = self.each(ConnectionState::cut);
        tracing::warn!(
            connections = cut,
            "the time to finish is up; connections are cut"
        );
        // Bounded by itself: a cut connection only drops what it holds.
        let _ = tokio::time::timeout(Duration::from_secs(1), self.tasks.wait()).await;
        Drained::Cut(cut)
    }
}

async fn pause_after(error: &io::Error) {
    match error.kind() {
        // The peer was gone before it was accepted: nothing of ours.
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset => {}
        _ => {
            tracing::warn!(%error, "a connection could not be accepted");
            tokio::time::sleep(ACCEPT_PAUSE).await;
        }
    }
}
