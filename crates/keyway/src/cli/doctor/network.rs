use std::time::Duration;

use bytes::Bytes;
use futures_util::future::join_all;
use http::{HeaderMap, Method};
use keyway_core::ports::{HttpError, HttpRequest, HttpSend, Limits, Redirects};
use keyway_egress::{Egress, EgressConfig};
use keyway_mcp::upstream::{Http, ServerSpec, Transport};

use super::report::Check;
use crate::config::{Config, Loaded};

/// How long a server may take to show itself.
const PATIENCE: Duration = Duration::from_secs(5);

/// Whether the port can be listened on.
pub(super) async fn port(config: &Config) -> Check {
    const NAME: &str = "port";
    let bind = config.listen.bind;
    match tokio::net::TcpListener::bind(bind).await {
        Ok(_) => Check::passed(NAME, format!("{bind} is free")),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            if is_keyway(config).await {
                Check::passed(NAME, format!("a gateway listens on {bind}"))
            } else {
                Check::failed(NAME, format!("another program listens on {bind}"))
                    .with_help("stop it, or set another `bind`")
            }
        }
        Err(error) => Check::failed(NAME, format!("cannot listen on {bind}: {}", error.kind())),
    }
}

async fn is_keyway(config: &Config) -> bool {
    let url = format!("http://{}/healthz", config.listen.bind);
    let answer = Egress::new(EgressConfig::default())
        .send(request(url))
        .await;
    answer.is_ok_and(|answer| answer.status.is_success())
}

/// Whether each HTTP server can be reached by the rules of the way out. Any answer will do: what
/// the server says is told by `keyway mcp status`.
pub(super) async fn servers(loaded: &Loaded) -> Vec<Check> {
    let egress = Egress::new(EgressConfig {
        allow: loaded.config.egress.allow_list(),
        ..EgressConfig::default()
    });
    let specs = loaded.config.mcp_servers.iter();
    let specs = specs.filter_map(|server| server.spec.as_ref().ok());
    let checks = specs.filter(|spec| spec.enabled).filter_map(|spec| {
        let Transport::Http(http) = &spec.transport else {
            return None;
        };
        Some(reach(&egress, spec, http))
    });
    join_all(checks).await
}

async fn reach(egress: &Egress, spec: &ServerSpec, http: &Http) -> Check {
    let name = format!("server {}", spec.key);
    let mut request = request(http.url.clone());
    request.destination = http.destination;
    match egress.send(request).await {
        Ok(answer) => Check::passed(name, format!("it answers ({})", answer.status.as_u16())),
        Err(HttpError::Refused(_)) => {
            Check::failed(name, "its address is not allowed").with_help("name it in `egress.allow`")
        }
        Err(HttpError::Timeout) => Check::failed(name, "no answer in time"),
        Err(HttpError::BadUrl(_)) => Check::failed(name, "its URL cannot be used"),
        Err(_) => Check::failed(name, "it cannot be reached"),
    }
}

fn request(url: String) -> HttpRequest {
    HttpRequest {
        method: Method::GET,
        url,
        headers: HeaderMap::new(),
        body: Bytes::new(),
        destination: keyway_core::ports::Destination::Operator,
        redirects: Redirects::Return,
        hosts: None,
        retries: 0,
        limits: Limits {
            connect: PATIENCE,
            head: Some(PATIENCE),
            body_bytes: Some(1 << 20),
        },
    }
}
