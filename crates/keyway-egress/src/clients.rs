//! The clients for encrypted connections, one for each way a connection is made, so that
//! connections are shared only by requests that may use them.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use keyway_core::ports::HttpError;
use parking_lot::RwLock;

use crate::guard::{Guard, Reach};
use crate::lanes::{IDLE_CONNECTION, IDLE_CONNECTIONS};
use crate::resolve::{GuardedResolver, Resolve};

/// How many clients are kept. There are as many as there are different connect limits in the
/// configuration, times three.
const MOST_CLIENTS: usize = 64;

/// What sets the connections of one client apart.
type Kind = (Reach, Duration);

/// All clients, made when first needed: reading the certificates of the system takes time, and a
/// machine without any can still use plain HTTP.
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

    /// The client for connections of this reach that are made within `connect`.
    pub(crate) fn get(
        &self,
        reach: Reach,
        connect: Duration,
    ) -> Result<reqwest::Client, HttpError> {
        let kind = (reach, connect);
        if let Some(client) = self.made.read().get(&kind) {
            return Ok(client.clone());
        }
        let client = self.make(reach, connect)?;
        let mut made = self.made.write();
        if made.len() >= MOST_CLIENTS {
            made.clear();
        }
        Ok(made.entry(kind).or_insert(client).clone())
    }

    fn make(&self, reach: Reach, connect: Duration) -> Result<reqwest::Client, HttpError> {
        build(self.builder(reach, connect).https_only(true))
    }

    /// A client for a library that sends by itself, encrypted or not.
    pub(crate) fn library(
        &self,
        reach: Reach,
        connect: Duration,
    ) -> Result<reqwest::Client, HttpError> {
        build(self.builder(reach, connect))
    }

    fn builder(&self, reach: Reach, connect: Duration) -> reqwest::ClientBuilder {
        #[expect(
            clippy::disallowed_methods,
            reason = "this is where all network leaves"
        )]
        let builder = reqwest::Client::builder();
        builder
            .no_proxy()
            .no_gzip()
            .no_brotli()
            .no_deflate()
            .no_zstd()
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .tcp_nodelay(true)
            .connect_timeout(connect)
            .pool_idle_timeout(IDLE_CONNECTION)
            .pool_max_idle_per_host(IDLE_CONNECTIONS)
            .dns_resolver(Arc::new(GuardedResolver {
                resolver: Arc::clone(&self.resolver),
                guard: Arc::clone(&self.guard),
                reach,
            }))
    }
}

fn build(builder: reqwest::ClientBuilder) -> Result<reqwest::Client, HttpError> {
    builder.build().map_err(|_| {
        HttpError::Connect("this machine has no certificate authorities to check TLS with".into())
    })
}
