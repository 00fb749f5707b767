use std::fmt;

use url::Url;

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

/// Schemes that run something, show something else, or belong to the browser. None of them has a
/// dot, as the schemes of apps must; they are named so that the refusal can say what is wrong.
const FORBIDDEN: [&str; 26] = [
    "about",
    "blob",
    "chrome",
    "chrome-extension",
    "content",
    "data",
    "file",
    "filesystem",
    "ftp",
    "ftps",
    "intent",
    "jar",
    "javascript",
    "livescript",
    "mailto",
    "ms-appx",
    "resource",
    "sms",
    "tel",
    "urn",
    "vbscript",
    "view-source",
    "wais",
    "ws",
    "wss",
    "mocha",
];

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

/// The scheme of an app is a domain name of its maker, the other way round, so that there is one
/// dot at least (RFC 8252 section 7.1). What follows begins with a slash.
fn check_app(text: &str, parts: &Parts<'_>) -> Result<(), BadUri> {
    let labels = parts.scheme.split('.');
    if labels.clone().count() < 2 || labels.clone().any(str::is_empty) {
        return Err(BadUri(
            "the scheme of an app has to be a domain name in reverse, such as com.example.app",
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
