//! Where a request goes, read from its URL.

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use keyway_core::ports::{Destination, Hosts, HttpError};
use url::{Host, Url};

/// A URL taken apart, with who chose it.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    /// `http:` or `https:`; for a socket `http://localhost/…`.
    pub(crate) url: Url,
    /// The socket, for `unix:` URLs.
    pub(crate) socket: Option<Arc<Path>>,
    /// Who chose the host.
    pub(crate) destination: Destination,
}

impl Target {
    /// Reads the URL of a request.
    pub(crate) fn read(text: &str, destination: Destination) -> Result<Self, HttpError> {
        let bad = |reason: &str| HttpError::BadUrl(reason.to_owned());
        let url = Url::parse(text).map_err(|error| bad(&error.to_string()))?;
        if url.scheme() == "unix" {
            if destination != Destination::Operator {
                return Err(HttpError::Refused("unix:".to_owned()));
            }
            return Self::read_socket(&url).ok_or_else(|| bad("expected unix:/path/to.sock#/path"));
        }
        Self::new(url, destination)
    }

    /// Where a redirect points: the operator chose the host, so only the same host is the
    /// operator's choice still.
    pub(crate) fn join(&self, location: &str) -> Result<Self, HttpError> {
        let bad = |reason: &str| HttpError::BadUrl(reason.to_owned());
        let url = self
            .url
            .join(location)
            .map_err(|_| bad("a redirect to nowhere"))?;
        let same_origin = url.origin() == self.url.origin();
        if let (Some(socket), true) = (&self.socket, same_origin) {
            return Ok(Self {
                url,
                socket: Some(Arc::clone(socket)),
                destination: self.destination,
            });
        }
        let same_host = self.socket.is_none() && url.host() == self.url.host();
        let destination = if same_host {
            self.destination
        } else {
            Destination::Guarded
        };
        Self::new(url, destination)
    }

    /// True when both are served by the same scheme, host and port, or by the same socket.
    pub(crate) fn same_origin(&self, other: &Self) -> bool {
        self.socket == other.socket && self.url.origin() == other.url.origin()
    }

    /// Scheme, host and port: as much of a target as an error may tell.
    pub(crate) fn label(&self) -> String {
        match &self.socket {
            Some(socket) => format!("unix:{}", socket.display()),
            None => self.url.origin().ascii_serialization(),
        }
    }

    /// The host as rules name it: an address without brackets, a name without its final dot.
    pub(crate) fn host(&self) -> Option<NamedHost<'_>> {
        Some(match self.url.host()? {
            Host::Domain(name) => NamedHost::Name(name.strip_suffix('.').unwrap_or(name)),
            Host::Ipv4(ip) => NamedHost::Address(ip.into()),
            Host::Ipv6(ip) => NamedHost::Address(ip.into()),
        })
    }

    /// The target, held to these hosts: refused when it is none of them, as a socket always is, and
    /// guarded when only a `*.` names it.
    pub(crate) fn held_to(mut self, hosts: &Hosts) -> Result<Self, HttpError> {
        let host = match (self.host(), &self.socket) {
            (Some(NamedHost::Name(name)), None) => Some(name.to_owned()),
            (Some(NamedHost::Address(ip)), None) => Some(ip.to_string()),
            _ => None,
        };
        let port = self.port();
        let Some(host) = host.filter(|host| hosts.names(host, port)) else {
            return Err(HttpError::Refused(self.label()));
        };
        if !hosts.names_exactly(&host, port) {
            self.destination = Destination::Guarded;
        }
        Ok(self)
    }

    /// The port, given or by scheme.
    pub(crate) fn port(&self) -> u16 {
        self.url.port_or_known_default().unwrap_or(0)
    }

    fn new(mut url: Url, destination: Destination) -> Result<Self, HttpError> {
        let bad = |reason: &str| Err(HttpError::BadUrl(reason.to_owned()));
        if !matches!(url.scheme(), "http" | "https") {
            return bad("expected http:, https: or unix:");
        }
        if url.host_str().is_none_or(str::is_empty) {
            return bad("expected a host");
        }
        if url.port() == Some(0) {
            return bad("the port is out of range");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return bad("credentials do not belong into a URL");
        }
        url.set_fragment(None);
        Ok(Self {
            url,
            socket: None,
            destination,
        })
    }

    fn read_socket(url: &Url) -> Option<Self> {
        let path = percent_decode(url.path())?;
        if !path.starts_with('/') || url.query().is_some() || url.host().is_some() {
            return None;
        }
        let inside = url.fragment().unwrap_or("/");
        if !inside.starts_with('/') {
            return None;
        }
        Some(Self {
            url: Url::parse("http://localhost/").ok()?.join(inside).ok()?,
            socket: Some(Arc::from(Path::new(&path))),
            destination: Destination::Operator,
        })
    }
}

/// A host: a name, or an address that needs no DNS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NamedHost<'a> {
    /// To be resolved.
    Name(&'a str),
    /// Literal.
    Address(IpAddr),
}

fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let high = char::from(rest.next()?).to_digit(16)?;
        let low = char::from(rest.next()?).to_digit(16)?;
        bytes.push(u8::try_from(high * 16 + low).ok()?);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operator(url: &str) -> Result<Target, HttpError> {
        Target::read(url, Destination::Operator)
    }

    #[test]
    fn sockets_are_read() {
        let target = operator("unix:/run/my%20app.sock#/mcp?x=1").unwrap();
        assert_eq!(
            target.socket.as_deref(),
            Some(Path::new("/run/my app.sock"))
        );
        assert_eq!(target.url.as_str(), "http://localhost/mcp?x=1");
        assert_eq!(operator("unix:/run/a.sock").unwrap().url.path(), "/");
    }

    #[test]
    fn sockets_are_for_operators_only() {
        let refused = Target::read("unix:/run/docker.sock#/", Destination::Guarded);
        assert!(matches!(refused, Err(HttpError::Refused(_))));
    }

    #[test]
    fn a_redirect_cannot_lead_to_a_socket_or_keep_the_operators_word_for_another_host() {
        let target = operator("http://a.internal/x").unwrap();
        assert!(target.join("unix:/run/docker.sock#/").is_err());
        assert_eq!(
            target.join("https://a.internal/").unwrap().destination,
            Destination::Operator
        );
        assert_eq!(
            target.join("http://b.internal/").unwrap().destination,
            Destination::Guarded
        );
        let socket = operator("unix:/run/a.sock#/x").unwrap();
        assert_eq!(socket.join("/y").unwrap().socket, socket.socket);
        let away = socket.join("http://localhost:81/").unwrap();
        assert_eq!(
            (away.socket, away.destination),
            (None, Destination::Guarded)
        );
    }

    #[test]
    fn unusable_urls_are_refused_without_repeating_them() {
        for url in [
            "http://user:hunter2@example.com/",
            "http://hunter2@example.com/",
            "ftp://hunter2/",
            "file:///hunter2",
            "data:hunter2",
            "http://hunter2:0/",
            "http://hunter2:999999/",
            "http:///",
            "hunter2",
            "unix:hunter2",
            "unix:/a#hunter2",
        ] {
            let error = operator(url).unwrap_err();
            assert!(matches!(error, HttpError::BadUrl(_)), "{url}");
            assert!(!error.to_string().contains("hunter2"), "{url}: {error}");
        }
    }
}
