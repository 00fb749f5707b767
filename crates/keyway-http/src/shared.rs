use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use http::HeaderMap;
use keyway_app::App;
use keyway_core::ports::{Clock, Random};
use keyway_core::{Principal, RequestId};
use keyway_mcp::endpoint::Endpoint;
use keyway_pages::Pages;
use tokio_util::sync::CancellationToken;

use crate::address::Address;
use crate::bearer;
use crate::metrics::Requests;
use crate::pages::Forms;
use crate::refusal::Refusal;
use crate::settings::{Authentication, Settings};

/// What every endpoint needs.
pub(crate) struct Shared {
    pub(crate) app: App,
    pub(crate) endpoint: Endpoint,
    pub(crate) settings: Settings,
    pub(crate) about: About,
    pub(crate) requests: Requests,
    pub(crate) pages: Arc<Pages>,
    /// How people sign in with an application's own actions.
    pub(crate) forms: Forms,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) started: jiff::Timestamp,
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
}

impl Shared {
    /// Who is asking, by the request's API key.
    pub(crate) async fn authenticate(&self, headers: &HeaderMap) -> Result<Principal, Refusal> {
        match self.settings.authentication {
            Authentication::Off => Ok(self.app.anonymous()),
            Authentication::ApiKey => {
                let token = bearer::token(headers)?;
                Ok(self.app.authenticate(token).await?)
            }
        }
    }
}
