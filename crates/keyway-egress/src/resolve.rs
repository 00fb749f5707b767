use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use keyway_core::ports::BoxFuture;

use crate::guard::{Guard, Reach};

/// Turns a host name into addresses.
pub trait Resolve: Send + Sync {
    /// The addresses of the name, best first.
    fn resolve<'a>(&'a self, host: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>>;
}

/// The resolver of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve<'a>(&'a self, host: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>> {
        Box::pin(async move {
            let found = tokio::net::lookup_host((host, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// Resolves for one client, and hands out only addresses that its connections may reach. What is
/// checked here is what is connected to: there is no second lookup in between.
pub(crate) struct GuardedResolver {
    pub(crate) resolver: Arc<dyn Resolve>,
    pub(crate) guard: Arc<Guard>,
    pub(crate) reach: Reach,
}

/// Every address of a name was refused.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the address guard refused every address of the name")]
pub(crate) struct AllRefused;

impl reqwest::dns::Resolve for GuardedResolver {
    fn resolve(&self, name: reqwest::dns::Name) -> reqwest::dns::Resolving {
        let resolver = Arc::clone(&self.resolver);
        let guard = Arc::clone(&self.guard);
        let reach = self.reach;
        Box::pin(async move {
            let mut found = resolver.resolve(name.as_str()).await?;
            let any = !found.is_empty();
            found.retain(|ip| guard.admits(reach, *ip));
            if any && found.is_empty() {
                return Err(AllRefused.into());
            }
            let addresses = found.into_iter().map(|ip| SocketAddr::new(ip, 0));
            Ok(Box::new(addresses) as reqwest::dns::Addrs)
        })
    }
}
