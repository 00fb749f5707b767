use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::config::Config;

/// The URL that browsers and clients reach the gateway under, without a slash at its end.
pub(crate) fn base_url(config: &Config, bound: SocketAddr) -> String {
    let public = config.listen.public_url.clone();
    public.unwrap_or_else(|| format!("http://{}", reachable(bound)))
}

/// An address a client on this machine can use: an unspecified one is every address, loopback too.
fn reachable(bound: SocketAddr) -> SocketAddr {
    let ip = match bound.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, bound.port())
}
