//! Where the service is.

use std::net::{IpAddr, Ipv4Addr};

use url::{Host, Url};

use super::import::Refused;
use super::report::{Report, shown};
use super::resolver::Node;

/// An address of a service: without a `/` at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Server {
    pub(super) url: String,
    /// Its host, with its port where the address names one.
    pub(super) host: String,
}

impl Server {
    /// An address as it was given.
    pub(super) fn read(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        let plain = matches!(url.scheme(), "http" | "https")
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        let host = url.host_str().filter(|_| plain)?;
        let host = match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        Some(Self {
            url: url.as_str().trim_end_matches('/').to_owned(),
            host,
        })
    }

    /// True for an address of this machine or of a private network that is written out, unless the
    /// document itself came from that very host and port.
    pub(super) fn is_near(&self, document: &str) -> bool {
        let Ok(url) = Url::parse(&self.url) else {
            return false;
        };
        let near = match url.host() {
            Some(Host::Domain(name)) => {
                let name = name.strip_suffix('.').unwrap_or(name);
                name == "localhost" || name.ends_with(".localhost")
            }
            Some(Host::Ipv4(ip)) => is_near(ip.into()),
            Some(Host::Ipv6(ip)) => is_near(ip.into()),
            None => false,
        };
        near && Url::parse(document).ok().map(|url| url.origin()) != Some(url.origin())
    }
}

fn is_near(ip: IpAddr) -> bool {
    let v4 = |ip: Ipv4Addr| {
        let [first, second, ..] = ip.octets();
        let shared = first == 100 && second & 0xc0 == 64;
        ip.is_private()
            || ip.is_loopback()
            || ip.is_link_local()
            || first == 0
            || first >= 224
            || shared
    };
    match ip.to_canonical() {
        IpAddr::V4(ip) => v4(ip),
        // Global unicast, save what is tunnelled or translated to IPv4: who knows to which address.
        IpAddr::V6(ip) => match ip.segments() {
            [0x2001, 0, ..] | [0x2002, ..] => true,
            [first, ..] => !(0x2000..=0x3fff).contains(&first),
        },
    }
}

/// The first server of the document. One in a private network is for the operator to name: a document
/// that came from elsewhere would have the gateway send there, with a credential.
pub(super) fn of_document(
    root: &Node<'_>,
    document: &str,
    report: &mut Report,
) -> Result<Server, Refused> {
    report.at("/servers");
    let mut servers = root.items("servers");
    let Some(first) = servers.next() else {
        return Err(Refused::NoServer);
    };
    if servers.next().is_some() {
        report.noted("there are several servers; the first is used, `--base-url` names another");
    }
    let server = of(&first, document, report).ok_or(Refused::ServerUnknown)?;
    if server.is_near(document) {
        return Err(Refused::ServerNear);
    }
    Ok(server)
}

/// The address of a server object, its variables at their defaults.
pub(super) fn of(server: &Node<'_>, document: &str, report: &mut Report) -> Option<Server> {
    let mut text = String::new();
    let mut rest = server.text("url")?;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}')?;
        let variable = server.get("variables")?.get(name)?;
        let default = variable.value.get("default")?;
        let default = default
            .as_str()
            .map_or_else(|| default.to_string(), str::to_owned);
        report.noted(format!(
            "the server's variable {} is {}; `--base-url` says otherwise",
            shown(name),
            shown(&default)
        ));
        text.push_str(before);
        text.push_str(&default);
        rest = after;
    }
    text.push_str(rest);
    if let Some((path, _)) = text.split_once(['?', '#']) {
        report.loosened("the query of a server's address is left out");
        text = path.to_owned();
    }
    if text.starts_with("//") && !document.starts_with("http") {
        text.insert_str(0, "https:");
    }
    Server::read(&text).or_else(|| {
        let base = Url::parse(document).ok()?;
        let joined = base.join(&text).ok()?;
        Server::read(joined.as_str())
    })
}
