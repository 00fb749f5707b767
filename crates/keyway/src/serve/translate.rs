use std::net::SocketAddr;

use keyway_core::json::Bounds;
use keyway_http::settings::{
    Access, Authentication, CONNECTOR_ORIGINS, ConnectionLimits, McpSettings, RequestLimits,
    Settings,
};
use url::Url;

use crate::config::Config;

/// The HTTP side's settings out of the configuration.
pub(crate) fn http(config: &Config, bound: SocketAddr) -> Settings {
    Settings {
        mcp: McpSettings {
            enabled: config.mcp.enabled,
            route: config.mcp.route.clone(),
        },
        access: access(config, bound),
        limits: RequestLimits {
            body_bytes: config.limits.body_bytes,
            body_time: config.limits.request_timeout,
        },
        json: bounds(config),
        connection: ConnectionLimits::default(),
        authentication: if config.auth.required {
            Authentication::ApiKey
        } else {
            Authentication::Off
        },
    }
}

/// Bounds of JSON that comes from outside.
pub(super) fn bounds(config: &Config) -> Bounds {
    Bounds {
        bytes: config.limits.body_bytes,
        depth: config.limits.json_depth,
        nodes: config.limits.json_nodes,
    }
}

fn access(config: &Config, bound: SocketAddr) -> Access {
    let public = config
        .listen
        .public_url
        .as_deref()
        .and_then(|url| Url::parse(url).ok());
    let connectors = CONNECTOR_ORIGINS.iter().map(ToString::to_string);
    Access {
        port: Some(bound.port()),
        loopback_only: bound.ip().to_canonical().is_loopback(),
        public_host: public
            .as_ref()
            .and_then(|url| url.host_str())
            .map(str::to_owned),
        public_origin: public
            .as_ref()
            .map(|url| url.origin().ascii_serialization()),
        allowed_hosts: config.listen.allowed_hosts.clone(),
        trusted_hops: config.listen.trusted_hops,
        allowed_origins: connectors
            .chain(config.listen.allowed_origins.iter().cloned())
            .collect(),
    }
}
