use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// A server that answers whatever it is sent with the same bytes, for lies no HTTP library tells.
pub struct RawPeer {
    address: SocketAddr,
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
        server.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((mut socket, _)) = listener.accept().await {
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
            _server: server,
        }
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
