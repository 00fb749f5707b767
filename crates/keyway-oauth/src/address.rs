//! URLs as they are read, and as they may be shown.

use url::{Host, Url};

use crate::OAuthError;

/// Reads the URL of an MCP endpoint. A fragment is no part of it (RFC 8707 section 2).
pub(crate) fn endpoint(url: &str) -> Result<Url, OAuthError> {
    let shown = || url.split(['?', '#']).next().unwrap_or_default().to_owned();
    let mut parsed = Url::parse(url).map_err(|_| OAuthError::BadUrl(shown()))?;
    if !matches!(parsed.scheme(), "http" | "https") || parsed.host().is_none() {
        return Err(OAuthError::BadUrl(shown()));
    }
    parsed.set_fragment(None);
    Ok(parsed)
}

/// A URL as it may be shown.
pub(crate) fn without_query(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.to_string()
}

/// Host and port of a URL.
pub(crate) fn host_of(url: &Url) -> String {
    match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        (None, _) => String::from("the server"),
    }
}

/// Scheme and host of a URL.
pub(crate) fn place(url: &Url) -> String {
    format!("{}://{}", url.scheme(), host_of(url))
}

/// True when the host is this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_http_url_is_refused_without_its_query() {
        for url in [
            "unix:/run/x.sock#/mcp?key=s3cret",
            "nonsense?s3cret",
            "data:,x",
        ] {
            let error = endpoint(url).unwrap_err();
            assert_eq!(error.code(), "bad_url");
            assert!(!error.to_string().contains("s3cret"), "{error}");
        }
    }
}
