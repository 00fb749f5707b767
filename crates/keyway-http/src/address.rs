use std::net::{IpAddr, SocketAddr};

use http::header::{FORWARDED, HOST};
use http::request::Parts;
use http::{HeaderMap, HeaderName};

use crate::cookies::Transport;
use crate::guard::is_loopback;
use crate::settings::Access;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const X_FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// The most characters of a host that is believed.
const MAX_HOST: usize = 255;

/// From where a request came, and where its sender thinks it went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    /// The client's address.
    pub(crate) client: IpAddr,
    /// The origin under which the client reaches us, as browsers write it.
    pub(crate) origin: String,
}

impl Address {
    /// Reads it off a request whose `Host` was let in.
    ///
    /// `Forwarded` (RFC 7239) and `X-Forwarded-*` are believed only as far as the configured number
    /// of proxies in front goes, counted from the right: what stands further left came from the
    /// client. Where both kinds are there and name different clients, one of them did, and neither
    /// is believed. `public_url` is the origin whatever a request says.
    pub(crate) fn of(head: &Parts, peer: SocketAddr, access: &Access) -> Self {
        let peer = peer.ip().to_canonical();
        let told = told(&head.headers, access.trusted_hops).unwrap_or_default();
        let scheme = match told.proto.as_deref() {
            Some("https") => "https",
            _ => "http",
        };
        let origin = access.public_origin.clone().unwrap_or_else(|| {
            let host = told.host.filter(|host| access.serves(host));
            let host = host.or_else(|| named(head).map(str::to_owned));
            origin(scheme, host.as_deref().unwrap_or("localhost"))
        });
        Self {
            client: told.client.unwrap_or(peer),
            origin,
        }
    }

    /// Over what a browser reaches us; `None` for plain http over a network, which no secret may
    /// take.
    pub(crate) fn transport(&self) -> Option<Transport> {
        if self.origin.starts_with("https://") {
            return Some(Transport::Https);
        }
        let authority = self.origin.strip_prefix("http://")?;
        let host = crate::guard::without_port(authority);
        is_loopback(host).then_some(Transport::Loopback)
    }
}

/// What the outermost of our proxies says.
#[derive(Debug, Default, PartialEq, Eq)]
struct Told {
    client: Option<IpAddr>,
    host: Option<String>,
    proto: Option<String>,
}

fn told(headers: &HeaderMap, hops: usize) -> Option<Told> {
    if hops == 0 {
        return None;
    }
    let standard = headers
        .contains_key(FORWARDED)
        .then(|| forwarded(headers, hops));
    let custom = [X_FORWARDED_FOR, X_FORWARDED_HOST, X_FORWARDED_PROTO]
        .iter()
        .any(|name| headers.contains_key(name))
        .then(|| x_forwarded(headers, hops));
    match (standard, custom) {
        (Some(standard), Some(custom)) => (standard.client == custom.client).then(|| Told {
            client: standard.client,
            host: standard.host.or(custom.host),
            proto: standard.proto.or(custom.proto),
        }),
        (one, other) => one.or(other),
    }
}

fn forwarded(headers: &HeaderMap, hops: usize) -> Told {
    let mut told = Told::default();
    let Some(element) = item(headers, &FORWARDED, hops) else {
        return told;
    };
    for (name, value) in element.split(';').filter_map(|pair| pair.split_once('=')) {
        let value = value.trim().trim_matches('"');
        match name.trim().to_ascii_lowercase().as_str() {
            "for" => told.client = address(value),
            "host" => told.host = host(value),
            "proto" => told.proto = Some(value.to_ascii_lowercase()),
            _ => {}
        }
    }
    told
}

fn x_forwarded(headers: &HeaderMap, hops: usize) -> Told {
    Told {
        client: item(headers, &X_FORWARDED_FOR, hops).and_then(|text| address(&text)),
        host: item(headers, &X_FORWARDED_HOST, hops).and_then(|text| host(&text)),
        proto: item(headers, &X_FORWARDED_PROTO, hops).map(|text| text.to_ascii_lowercase()),
    }
}

/// The item that the outermost trusted proxy wrote: the list's so-manieth from the right. A shorter
/// list was begun by a proxy of ours.
fn item(headers: &HeaderMap, name: &HeaderName, hops: usize) -> Option<String> {
    let mut items = Vec::new();
    for line in headers.get_all(name) {
        items.extend(split(line.to_str().ok()?));
    }
    let at = items.len().saturating_sub(hops);
    items.get(at).map(|item| item.trim().to_owned())
}

/// The items of a list; a comma between quotes separates nothing.
fn split(line: &str) -> Vec<String> {
    let mut items = vec![String::new()];
    let mut quoted = false;
    for letter in line.chars() {
        match letter {
            ',' if !quoted => items.push(String::new()),
            letter => {
                quoted ^= letter == '"';
                if let Some(item) = items.last_mut() {
                    item.push(letter);
                }
            }
        }
    }
    items
}

/// `192.0.2.1`, `192.0.2.1:4711`, `[2001:db8::1]:4711`, `2001:db8::1`.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    let plain = bare.parse::<IpAddr>().ok();
    let address = plain.or_else(|| Some(text.parse::<SocketAddr>().ok()?.ip()))?;
    Some(address.to_canonical())
}

/// A host with or without a port, made of nothing that could mean more.
fn host(text: &str) -> Option<String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte);
    let good = !text.is_empty() && text.len() <= MAX_HOST && text.bytes().all(plain);
    good.then(|| text.to_ascii_lowercase())
}

/// The host the request itself names.
fn named(head: &Parts) -> Option<&str> {
    let target = head.uri.authority().map(http::uri::Authority::as_str);
    target.or_else(|| head.headers.get(HOST)?.to_str().ok())
}

/// An origin, its default port left out. An address that means "every interface" is where one
/// listens and not where one is reached: then it is this machine.
fn origin(scheme: &str, authority: &str) -> String {
    let authority = host(authority).unwrap_or_else(|| "localhost".into());
    let default = if scheme == "https" { ":443" } else { ":80" };
    let authority = authority.strip_suffix(default).unwrap_or(&authority);
    let name = crate::guard::without_port(authority);
    let port = authority.strip_prefix(name).unwrap_or_default();
    let name = match address(name) {
        Some(ip) if ip.is_unspecified() => "localhost",
        _ => name,
    };
    format!("{scheme}://{name}{port}")
}

#[cfg(test)]
#[path = "address_tests.rs"]
mod tests;
