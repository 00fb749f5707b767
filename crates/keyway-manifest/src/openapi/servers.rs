//! Where the service is.

use url::Url;

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
}

/// The first server of the document.
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
    of(&first, document, report).ok_or(Refused::ServerUnknown)
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
