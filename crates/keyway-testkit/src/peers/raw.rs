use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// A server that answers whatever it is sent with the same bytes, for lies no HTTP library tells.
pub struct RawPeer {
    address: SocketAddr,
    requests: Arc<AtomicUsize>,
    _server: JoinSet<()>,
}

impl RawPeer {
    /// Starts a server. It closes the connection after `answer`, unless `endless` is given: then
    /// that is sent over and over.
    pub async fn start(answer: &'static [u8], endless: Option<&'static [u8]>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0))
            .await
            .expect("a free port");
        let address = listener.local_addr().expect("an address");
        let mut server = JoinSet::new();
        let requests = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&requests);
        server.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((mut socket, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                connections.spawn(async move {
                    let mut request = vec![0; 64 << 10];
                    let _ = socket.read(&mut request).await;
                    let _ = socket.write_all(answer).await;
                    while let Some(more) = endless {
                        if socket.write_all(more).await.is_err() {
                            return;
                        }
                    }
                    let _ = socket.shutdown().await;
                });
            }
        });
        Self {
            address,
            requests,
            _server: server,
        }
    }

    /// Starts a server that takes connections and never says anything.
    pub async fn silent() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0))
            .await
            .expect("a free port");
        let address = listener.local_addr().expect("an address");
        let requests = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&requests);
        let mut server = JoinSet::new();
        server.spawn(async move {
            let mut held = Vec::new();
            while let Ok((socket, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                held.push(socket);
            }
        });
        Self {
            address,
            requests,
            _server: server,
        }
    }

    /// How many connections it was asked for.
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    /// Where it is.
    pub fn url(&self) -> String {
        format!("http://{}/mcp", self.address)
    }
}

impl std::fmt::Debug for RawPeer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RawPeer({})", self.address)
    }
}
