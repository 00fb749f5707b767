use keyway_oauth::server::{BadUri, Issuer, Resource, Resources};

/// The path of the administrative interface, which is a resource of its own.
const API: &str = "/v1";

/// The authorization server as clients reach it: who it is, and what its tokens are good at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    issuer: Issuer,
    resources: Resources,
    api: Resource,
}

impl Site {
    /// The server at an origin, with its MCP endpoint, if it has one, at a path. Fails for an origin
    /// that no client should send a secret to: plain http but for loopback.
    pub fn new(origin: &str, mcp_route: Option<&str>) -> Result<Self, BadUri> {
        let issuer = Issuer::parse(origin)?;
        let api = Resource::below(&issuer, API);
        Ok(Self {
            resources: match mcp_route {
                Some(path) => Resources::new(Resource::below(&issuer, path), [api.clone()]),
                None => Resources::new(api.clone(), []),
            },
            issuer,
            api,
        })
    }

    /// Who the server is.
    pub fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    /// What tokens can be good at, the MCP endpoint first.
    pub fn resources(&self) -> &Resources {
        &self.resources
    }

    /// What is meant where nothing is named: the MCP endpoint, if there is one.
    pub fn default_resource(&self) -> &Resource {
        self.resources.default_resource()
    }

    /// The administrative interface.
    pub fn api(&self) -> &Resource {
        &self.api
    }
}
