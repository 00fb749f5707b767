//! Connecting, and nothing but what the guard admits.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use keyway_core::ports::HttpError;
use tokio::net::{TcpStream, UnixStream};
use tokio::time::timeout;

use crate::guard::{Guard, Reach};
use crate::lane::Wire;
use crate::resolve::Resolve;
use crate::target::{NamedHost, Target};

/// Makes connections for plain HTTP.
pub(crate) struct Dialer {
    pub(crate) resolver: Arc<dyn Resolve>,
    pub(crate) guard: Arc<Guard>,
}

impl Dialer {
    /// A connection to the target, made within `limit`.
    pub(crate) async fn dial(
        &self,
        target: &Target,
        reach: Reach,
        limit: Duration,
    ) -> Result<Box<dyn Wire>, HttpError> {
        timeout(limit, self.connect(target, reach, limit))
            .await
            .unwrap_or_else(|_| Err(HttpError::Connect("no connection in time".to_owned())))
    }

    /// Refuses a target all of whose addresses may not be reached.
    pub(crate) async fn permits(&self, target: &Target, reach: Reach) -> Result<(), HttpError> {
        match self.addresses(target, reach).await {
            Err(HttpError::Refused(label)) => Err(HttpError::Refused(label)),
            _ => Ok(()),
        }
    }

    async fn connect(
        &self,
        target: &Target,
        reach: Reach,
        limit: Duration,
    ) -> Result<Box<dyn Wire>, HttpError> {
        if let Some(socket) = &target.socket {
            let stream = UnixStream::connect(socket)
                .await
                .map_err(|error| refused(&error))?;
            return Ok(Box::new(stream));
        }
        let addresses = self.addresses(target, reach).await?;
        // An address that does not answer must not use up the time of those after it.
        let share = limit / u32::try_from(addresses.len()).unwrap_or(1).max(1);
        let mut failure = HttpError::Connect("the name has no address".to_owned());
        for ip in addresses {
            let attempt = TcpStream::connect(SocketAddr::new(ip, target.port()));
            match timeout(share, attempt).await {
                Ok(Ok(stream)) => {
                    // Without it small requests wait for acknowledgements.
                    stream.set_nodelay(true).map_err(|error| refused(&error))?;
                    return Ok(Box::new(stream));
                }
                Ok(Err(error)) => failure = refused(&error),
                Err(_) => failure = HttpError::Connect("no connection in time".to_owned()),
            }
        }
        Err(failure)
    }

    /// The addresses the target may be reached at. What is checked here is what is connected to:
    /// there is no second lookup in between.
    async fn addresses(&self, target: &Target, reach: Reach) -> Result<Vec<IpAddr>, HttpError> {
        let mut found = match target.host() {
            None => Vec::new(),
            Some(NamedHost::Address(ip)) => vec![ip.to_canonical()],
            Some(NamedHost::Name(name)) => {
                let found = self.resolver.resolve(name).await;
                found.map_err(|error| refused(&error))?
            }
        };
        let any = !found.is_empty();
        found.retain(|ip| self.guard.admits(reach, *ip));
        if any && found.is_empty() {
            return Err(HttpError::Refused(target.label()));
        }
        Ok(found)
    }
}

fn refused(error: &io::Error) -> HttpError {
    HttpError::Connect(crate::error::shown(error))
}
