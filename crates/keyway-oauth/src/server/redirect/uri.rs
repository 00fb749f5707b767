use std::fmt;

use url::Url;

use super::super::Issuer;
use super::super::form;
use super::super::uri::{Authority, BadUri, Parts, is_name};

/// Parameters of an answer: a redirect URI that has one of them already would make it ambiguous.
const OF_ANSWERS: [&str; 6] = [
    "code",
    "state",
    "iss",
    "error",
    "error_description",
    "error_uri",
];

/// Schemes that run something, show something else, or belong to the browser, the system or another
/// protocol: no app can have one of them for itself.
const FORBIDDEN: [&str; 72] = [
    "about",
    "admin",
    "afp",
    "aim",
    "blob",
    "callto",
    "chrome",
    "chrome-extension",
    "cid",
    "content",
    "data",
    "dav",
    "dns",
    "facetime",
    "feed",
    "file",
    "filesystem",
    "finger",
    "ftp",
    "ftps",
    "geo",
    "git",
    "gopher",
    "hcp",
    "help",
    "im",
    "imap",
    "intent",
    "ipp",
    "irc",
    "jar",
    "javascript",
    "ldap",
    "ldaps",
    "livescript",
    "localhost",
    "magnet",
    "mailto",
    "market",
    "mid",
    "mk",
    "mocha",
    "news",
    "nfs",
    "nntp",
    "pop",
    "rdp",
    "res",
    "resource",
    "rtsp",
    "sftp",
    "shell",
    "sip",
    "sips",
    "skype",
    "smb",
    "sms",
    "snmp",
    "ssh",
    "svn",
    "tel",
    "telnet",
    "tftp",
    "urn",
    "vbscript",
    "view-source",
    "vnc",
    "wais",
    "webcal",
    "ws",
    "wss",
    "xmpp",
];

/// Families of schemes that systems keep for themselves.
const OF_SYSTEMS: [&str; 3] = ["ms-", "x-", "itms"];

/// Where a redirect URI leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// To a web server, over https.
    Web,
    /// To a program on the machine of the browser, over http (RFC 8252 section 7.3).
    Loopback,
    /// To an app, by a scheme of its own (RFC 8252 section 7.1).
    App,
}

/// A URI that browsers may be sent to, exactly as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RedirectUri {
    text: String,
    place: Place,
    host: String,
}

impl RedirectUri {
    /// Checks a URI. Says nothing yet about who may have it: that is for [`super::RedirectUris`].
    pub fn parse(text: &str) -> Result<Self, BadUri> {
        let parts = Parts::cut(text)?;
        if FORBIDDEN.contains(&parts.scheme) {
            return Err(BadUri("redirect URIs cannot have this scheme"));
        }
        let (place, host) = if matches!(parts.scheme, "http" | "https") {
            let (_, authority) = Parts::web(text)?;
            let place = if parts.scheme == "http" {
                Place::Loopback
            } else {
                Place::Web
            };
            (place, authority.host.to_owned())
        } else {
            check_app(text, &parts)?;
            (Place::App, parts.scheme.to_owned())
        };
        if let Some(query) = parts.query {
            check_query(query)?;
        }
        Ok(Self {
            text: text.to_owned(),
            place,
            host,
        })
    }

    /// The URI, exactly as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Where it leads.
    pub fn place(&self) -> Place {
        self.place
    }

    /// What a person is told about where it leads: the host, or the scheme of an app.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// True when it leads to the server itself, behind whose pages there is no client. On loopback
    /// every name of the machine is the same one.
    ///
    /// ```
    /// use keyway_oauth::server::Issuer;
    /// use keyway_oauth::server::redirect::RedirectUri;
    ///
    /// let issuer = Issuer::parse("https://gate.example").unwrap();
    /// let own = RedirectUri::parse("https://GATE.example:443/account").unwrap();
    /// assert!(own.leads_to(&issuer));
    /// let other = RedirectUri::parse("https://gate.example:8443/cb").unwrap();
    /// assert!(!other.leads_to(&issuer));
    /// ```
    pub fn leads_to(&self, issuer: &Issuer) -> bool {
        let (Ok((own, at)), Ok((parts, there))) =
            (Parts::web(issuer.as_str()), Parts::web(&self.text))
        else {
            return false;
        };
        let port = |parts: &Parts<'_>, at: &Authority<'_>| {
            let usual = if parts.scheme == "https" { 443 } else { 80 };
            at.port.unwrap_or(usual)
        };
        let same_host =
            at.host.eq_ignore_ascii_case(there.host) || (at.is_loopback() && there.is_loopback());
        own.scheme == parts.scheme && port(&own, &at) == port(&parts, &there) && same_host
    }

    /// The URI with parameters of an answer; the query it has is kept (RFC 6749 section 3.1.2).
    pub(crate) fn with(&self, parameters: &[(&str, &str)]) -> String {
        let glue = match self.text.split_once('?') {
            None => "?",
            Some((_, "")) => "",
            Some((_, query)) if query.ends_with('&') => "",
            Some(_) => "&",
        };
        let parameters = form::encode(parameters.iter().copied());
        format!("{}{glue}{parameters}", self.text)
    }

    /// Host, path and query of a loopback URI: all that is compared where the port does not matter.
    pub(super) fn without_port(&self) -> Option<(&str, &str)> {
        if self.place != Place::Loopback {
            return None;
        }
        let (_, rest) = self.text.split_once("//")?;
        let path = rest.find(['/', '?']).unwrap_or(rest.len());
        Some((&self.host, rest.get(path..).unwrap_or_default()))
    }
}

impl fmt::Display for RedirectUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The scheme of an app should be a domain name of its maker, the other way round (RFC 8252 section
/// 7.1). Many well-known ones are a plain word, as in `cursor://…`: such a word is taken where it is
/// no scheme of the system's and an authority follows, because whoever comes back by a scheme of an
/// app is asked about each time (ADR 19).
fn check_app(text: &str, parts: &Parts<'_>) -> Result<(), BadUri> {
    let mut labels = parts.scheme.split('.');
    let reverse = parts.scheme.contains('.') && !labels.any(str::is_empty);
    let word = parts.scheme.len() > 2
        && parts
            .scheme
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-')
        && !OF_SYSTEMS
            .iter()
            .any(|family| parts.scheme.starts_with(family))
        && matches!(parts.authority, Some(Authority { host, .. }) if !host.is_empty());
    if !reverse && !word {
        return Err(BadUri(
            "the scheme of an app has to be a domain name in reverse, such as com.example.app:/, \
             or a word that only this app has, such as example://callback",
        ));
    }
    let slash = match parts.authority {
        None => parts.path.starts_with('/'),
        Some(Authority { host: "", port }) => port.is_none(),
        Some(authority) => is_name(authority.host),
    };
    if !slash || Url::parse(text).is_err() {
        return Err(BadUri(
            "the URI of an app goes on with a slash after its scheme",
        ));
    }
    Ok(())
}

fn check_query(query: &str) -> Result<(), BadUri> {
    for pair in query.split('&') {
        let (name, _) = pair.split_once('=').unwrap_or((pair, ""));
        let name = form::decode(name).ok_or(BadUri("the query of the URI is not UTF-8"))?;
        if OF_ANSWERS.contains(&name.as_str()) {
            return Err(BadUri(
                "the query of the URI has a parameter that answers carry",
            ));
        }
    }
    Ok(())
}
