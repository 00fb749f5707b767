use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use http::HeaderMap;
use keyway_app::App;
use keyway_core::ports::Clock;
use keyway_core::{Arrival, Principal, RequestId, TraceId};
use keyway_mcp::endpoint::Endpoint;
use tokio_util::sync::CancellationToken;

use crate::bearer;
use crate::metrics::Requests;
use crate::refusal::Refusal;
use crate::settings::{Authentication, Settings};

/// What every endpoint needs.
pub(crate) struct Shared {
    pub(crate) app: App,
    pub(crate) endpoint: Endpoint,
    pub(crate) settings: Settings,
    pub(crate) about: About,
    pub(crate) requests: Requests,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) started: jiff::Timestamp,
    /// Cancelled once the process was told to stop.
    pub(crate) stopping: CancellationToken,
    /// Set once every upstream had its first chance to connect.
    pub(crate) tried: AtomicBool,
}

/// How the gateway introduces itself in its OpenAPI document and metrics.
#[derive(Debug, Clone, Default)]
pub struct About {
    /// The name, for people.
    pub title: String,
    /// What it is for.
    pub description: Option<String>,
    /// The version.
    pub version: String,
    /// The URL clients reach it under, if one is configured.
    pub public_url: Option<String>,
}

/// What is known of a request besides its parts; travels in its extensions.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) request: RequestId,
    pub(crate) peer: SocketAddr,
}

impl Shared {
    /// Who is asking, by the request's API key, and how the request arrived.
    pub(crate) async fn authenticate(
        &self,
        headers: &HeaderMap,
        peer: SocketAddr,
    ) -> Result<Principal, Refusal> {
        let who = self.authenticated(headers).await?;
        Ok(who.arriving(arrival(headers, peer)))
    }

    async fn authenticated(&self, headers: &HeaderMap) -> Result<Principal, Refusal> {
        match self.settings.authentication {
            Authentication::Off => Ok(self.app.anonymous()),
            Authentication::ApiKey => {
                let token = bearer::token(headers)?;
                Ok(self.app.authenticate(token).await?)
            }
        }
    }
}

/// How a request arrived: from which address, and of which trace (W3C Trace Context).
pub(crate) fn arrival(headers: &HeaderMap, peer: SocketAddr) -> Arrival {
    let trace = headers.get("traceparent");
    Arrival {
        address: Some(peer.ip().to_canonical()),
        trace: trace
            .and_then(|value| value.to_str().ok())
            .and_then(TraceId::of_traceparent),
    }
}
