use std::net::SocketAddr;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};

use http::HeaderMap;
use keyway_app::App;
use keyway_app::limits::{Limit, Standing};
use keyway_app::oauth::Site;
use keyway_core::ports::{Clock, Random};
use keyway_core::{Arrival, Principal, RequestId, TraceId};
use keyway_mcp::endpoint::Endpoint;
use keyway_oauth::server::Resource;
use keyway_pages::Pages;
use tokio_util::sync::CancellationToken;

use crate::address::Address;
use crate::bearer;
use crate::metrics::Requests;
use crate::pages::Forms;
use crate::refusal::Refusal;
use crate::routes::socket::Seats;
use crate::settings::{Authentication, Settings};
use crate::sites::Sites;

/// What every endpoint needs.
pub(crate) struct Shared {
    pub(crate) app: App,
    pub(crate) endpoint: Endpoint,
    pub(crate) settings: Settings,
    pub(crate) about: About,
    pub(crate) requests: Requests,
    /// The authorization server, by origin.
    pub(crate) sites: Sites,
    pub(crate) pages: Arc<Pages>,
    /// How people sign in with an application's own actions.
    pub(crate) forms: Forms,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) started: jiff::Timestamp,
    /// How many sockets everybody has open.
    pub(crate) sockets: Arc<Seats>,
    /// Cancelled once the process was told to stop.
    pub(crate) stopping: CancellationToken,
    /// Set once every upstream had its first chance to connect.
    pub(crate) tried: AtomicBool,
    /// Set once someone can sign in.
    pub(crate) set_up: AtomicBool,
}

/// How the gateway introduces itself in its OpenAPI document and metrics.
#[derive(Debug, Clone, Default)]
pub struct About {
    /// The name, for people.
    pub title: String,
    /// What its program is called.
    pub program: String,
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
    pub(crate) address: Address,
    /// How whoever asks stands with its limit, once it is known.
    pub(crate) standing: Arc<OnceLock<Standing>>,
}

/// Where tokens are good at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// The MCP endpoint.
    Mcp,
    /// Everything under `/v1`.
    Api,
}

impl Place {
    /// The place as a resource of the authorization server.
    pub(crate) fn of(self, site: &Site) -> &Resource {
        match self {
            Self::Mcp => site.default_resource(),
            Self::Api => site.api(),
        }
    }
}

impl Asked {
    /// What is known of a request before it is known who asks.
    pub(crate) fn new(request: RequestId, peer: SocketAddr, address: Address) -> Self {
        Self {
            request,
            peer,
            address,
            standing: Arc::default(),
        }
    }

    /// Keeps how whoever asks stands, to be told with the answer. The first one counts.
    pub(crate) fn stands(&self, standing: Option<Standing>) {
        if let Some(standing) = standing {
            let _ = self.standing.set(standing);
        }
    }

    /// How the request arrived.
    pub(crate) fn arrival(&self, headers: &HeaderMap) -> Arrival {
        arrival(&self.address, headers)
    }
}

impl Shared {
    /// Counts a request against the limit of its address.
    pub(crate) fn count(&self, address: &Address) -> Result<(), Refusal> {
        let limits = self.app.limits();
        let counted = limits.from_address(Limit::Address, address.client);
        counted.map(drop).map_err(Refusal::too_often)
    }

    /// Who is asking, by the API key or access token of a request to a place.
    pub(crate) async fn authenticate(
        &self,
        headers: &HeaderMap,
        address: &Address,
        place: Place,
    ) -> Result<Principal, Refusal> {
        let who = match self.settings.authentication {
            Authentication::Off => self.app.anonymous(),
            Authentication::ApiKey => {
                let token = bearer::token(headers)?;
                let site = self.sites.of(&address.origin);
                let resource = site.as_deref().map(|site| place.of(site).as_str());
                self.app.authenticate_at(token, resource).await?
            }
        };
        let who = who.arriving(arrival(address, headers));
        let project = headers.get("keyway-project");
        let project = project.and_then(|value| value.to_str().ok());
        let who = project.map_or_else(|| who.clone(), |slug| who.for_project(slug));
        Ok(match place {
            Place::Mcp => self.app.governed(who),
            Place::Api => self.app.governed_to_administer(who),
        })
    }
}

/// How a request arrived.
fn arrival(address: &Address, headers: &HeaderMap) -> Arrival {
    let trace = headers
        .get("traceparent")
        .and_then(|value| value.to_str().ok());
    Arrival {
        address: Some(address.client),
        trace: trace.and_then(TraceId::of_traceparent),
    }
}
