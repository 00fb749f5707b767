use std::time::Duration;

use bytes::Bytes;
use http::{Method, StatusCode};
use keyway_core::ports::{Destination, HttpRequest, HttpSend as _, Limits, Redirects};
use keyway_core::provider::SignedWebhook;
use keyway_egress::{Egress, EgressConfig};
use keyway_store::announced;
use url::{Host, Url};

use crate::cli::failure::Failure;
use crate::config::Config;

/// The longest answer that is looked at, in bytes.
const LONGEST: usize = 4_096;

/// What a gateway said to a webhook.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) body: String,
}

/// Where the gateway is: as it was said, else where this data directory is served on this machine, not
/// through whatever leads to it from outside.
pub(super) fn gateway(config: &Config, said: Option<&str>) -> String {
    let served = || announced(&config.storage.database_path()).filter(|url| is_here(url));
    let base = said.map(str::to_owned).or_else(served);
    let base = base.unwrap_or_else(|| format!("http://{}", config.listen.bind));
    base.trim_end_matches('/').to_owned()
}

fn is_here(url: &str) -> bool {
    let url = Url::parse(url).ok();
    match url.as_ref().and_then(Url::host) {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// Sends a webhook.
pub(super) async fn post(
    config: &Config,
    url: &str,
    webhook: &SignedWebhook,
) -> Result<Answer, Failure> {
    let egress = Egress::new(EgressConfig {
        allow: config.egress.allow_list(),
        ..EgressConfig::default()
    });
    let sent = egress.send(HttpRequest {
        method: Method::POST,
        url: url.to_owned(),
        headers: webhook.headers.clone(),
        body: Bytes::from(webhook.body.clone()),
        destination: Destination::Operator,
        redirects: Redirects::Return,
        hosts: None,
        retries: 0,
        limits: Limits {
            connect: Duration::from_secs(10),
            head: Some(Duration::from_mins(1)),
            body_bytes: None,
        },
    });
    let response = sent.await.map_err(|error| {
        Failure::new("unreachable", format!("{url}: {error}"))
            .with_hint("is the gateway running? `keyway dev` starts it; --to says where it is")
    })?;
    let body = response.body.collect(LONGEST).await.unwrap_or_default();
    Ok(Answer {
        status: response.status,
        body: String::from_utf8_lossy(&body).into_owned(),
    })
}
