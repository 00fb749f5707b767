//! The clients underneath, one for each way a connection is made, so that connections are shared
//! only by requests that may use them.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use keyway_core::ports::HttpError;
use parking_lot::RwLock;

use crate::guard::{Guard, Reach};
use crate::resolve::{GuardedResolver, Resolve};

/// How many clients are kept. There are as many as there are different connect limits and sockets
/// in the configuration, times a few.
const MOST_CLIENTS: usize = 64;
/// How long an unused connection is kept.
const IDLE_CONNECTION: Duration = Duration::from_mins(1);
/// How many unused connections to one host are kept.
const IDLE_CONNECTIONS: usize = 256;

/// What sets the connections of one client apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Kind {
    pub(crate) reach: Reach,
    pub(crate) tls: bool,
    pub(crate) connect: Duration,
    pub(crate) socket: Option<Arc<Path>>,
}

/// All clients, made when first needed: the certificates of the system are read by the first
/// request that needs them, and a machine without any can still use plain HTTP.
pub(crate) struct Clients {
    made: RwLock<HashMap<Kind, reqwest::Client>>,
    resolver: Arc<dyn Resolve>,
    guard: Arc<Guard>,
}

impl Clients {
    pub(crate) fn new(resolver: Arc<dyn Resolve>, guard: Arc<Guard>) -> Self {
        Self {
            made: RwLock::default(),
            resolver,
            guard,
        }
    }

    /// The client for connections of this kind.
    pub(crate) fn get(&self, kind: Kind) -> Result<reqwest::Client, HttpError> {
        if let Some(client) = self.made.read().get(&kind) {
            return Ok(client.clone());
        }
        let client = self.make(&kind)?;
        let mut made = self.made.write();
        if made.len() >= MOST_CLIENTS {
            made.clear();
        }
        Ok(made.entry(kind).or_insert(client).clone())
    }

    fn make(&self, kind: &Kind) -> Result<reqwest::Client, HttpError> {
        #[expect(
            clippy::disallowed_methods,
            reason = "this is where all network leaves"
        )]
        let mut builder = reqwest::Client::builder()
            .no_proxy()
            .no_gzip()
            .no_brotli()
            .no_deflate()
            .no_zstd()
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .user_agent(concat!("keyway/", env!("CARGO_PKG_VERSION")))
            .tcp_nodelay(true)
            .connect_timeout(kind.connect)
            .pool_idle_timeout(IDLE_CONNECTION)
            .pool_max_idle_per_host(IDLE_CONNECTIONS)
            .dns_resolver(Arc::new(GuardedResolver {
                resolver: Arc::clone(&self.resolver),
                guard: Arc::clone(&self.guard),
                reach: kind.reach,
            }));
        if !kind.tls {
            builder = builder.tls_certs_only([]);
        }
        if let Some(socket) = &kind.socket {
            builder = builder.unix_socket(&**socket);
        }
        builder.build().map_err(|_| {
            HttpError::Connect(
                "this machine has no certificate authorities to check TLS with".into(),
            )
        })
    }
}
