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
    let element = item(headers, &FORWARDED, hops, List::Quoted);
    element.and_then(element_told).unwrap_or_default()
}

/// What an element says. Nothing, where a part of it is there twice or is not whole.
fn element_told(element: &str) -> Option<Told> {
    let mut told = Told::default();
    let mut known = Vec::new();
    for pair in List::Quoted.split(element.as_bytes(), b';') {
        let pair = std::str::from_utf8(pair).ok()?;
        let Some((name, value)) = pair.split_once('=') else {
            continue;
        };
        let (name, value) = (name.trim().to_ascii_lowercase(), unquoted(value.trim())?);
        match name.as_str() {
            "for" => told.client = address(value),
            "host" => told.host = host(value),
            "proto" => told.proto = Some(value.to_ascii_lowercase()),
            _ => continue,
        }
        if known.contains(&name) {
            return None;
        }
        known.push(name);
    }
    Some(told)
}

fn x_forwarded(headers: &HeaderMap, hops: usize) -> Told {
    let last = |name| item(headers, name, hops, List::Plain);
    Told {
        client: last(&X_FORWARDED_FOR).and_then(address),
        host: last(&X_FORWARDED_HOST).and_then(host),
        proto: last(&X_FORWARDED_PROTO).map(str::to_ascii_lowercase),
    }
}

/// The item that the outermost trusted proxy wrote: the list's so-manieth from the right. A shorter
/// list was begun by a proxy of ours.
fn item<'a>(headers: &'a HeaderMap, name: &HeaderName, hops: usize, list: List) -> Option<&'a str> {
    let lines = headers.get_all(name).iter().rev();
    let items = lines.flat_map(|line| list.split(line.as_bytes(), b','));
    let item = items.take(hops).last()?;
    let plain = item.iter().all(|byte| matches!(byte, b'\t' | b' '..=b'~'));
    let text = std::str::from_utf8(item).ok().filter(|_| plain)?;
    Some(text.trim())
}

/// How a list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum List {
    /// With quoted strings, between whose quotes nothing separates.
    Quoted,
    /// Without.
    Plain,
}

impl List {
    /// The parts of a text, the last one first. It is read from the right, for what a client wrote
    /// stands on the left: a quote of theirs must not swallow what a proxy of ours wrote after it.
    fn split(self, text: &[u8], separator: u8) -> Vec<&[u8]> {
        let (mut parts, mut quoted, mut end) = (Vec::new(), false, text.len());
        for (at, byte) in text.iter().enumerate().rev() {
            if self == Self::Quoted && *byte == b'"' {
                let before = text.get(..at).unwrap_or_default();
                let slashes = before.iter().rev().take_while(|byte| **byte == b'\\');
                quoted ^= slashes.count() % 2 == 0;
            } else if *byte == separator && !quoted {
                parts.push(text.get(at + 1..end).unwrap_or_default());
                end = at;
            }
        }
        parts.push(text.get(..end).unwrap_or_default());
        parts
    }
}

/// A token, or what stands in a quoted string; nothing of what needs an escape is believed.
fn unquoted(value: &str) -> Option<&str> {
    let inner = match value.strip_prefix('"') {
        Some(rest) => rest.strip_suffix('"')?,
        None => value,
    };
    (!inner.contains(['"', '\\'])).then_some(inner)
}

/// `192.0.2.1`, `192.0.2.1:4711`, `[2001:db8::1]`, `[2001:db8::1]:4711`, `2001:db8::1`.
fn address(text: &str) -> Option<IpAddr> {
    let bracketed = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let address = match bracketed {
        Some(inner) => IpAddr::V6(inner.parse().ok()?),
        None => text
            .parse::<IpAddr>()
            .or_else(|_| text.parse::<SocketAddr>().map(|address| address.ip()))
            .ok()?,
    };
    Some(address.to_canonical())
}

/// A host with or without a port as browsers write it, made of nothing that could mean more.
fn host(text: &str) -> Option<String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte);
    if text.len() > MAX_HOST || !text.bytes().all(plain) {
        return None;
    }
    let name = crate::guard::without_port(text);
    let port = text.strip_prefix(name)?;
    let name = url::Host::parse(name).ok()?;
    match port.strip_prefix(':') {
        None | Some("") => Some(name.to_string()),
        Some(port) => Some(format!("{name}:{}", port.parse::<u16>().ok()?)),
    }
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
