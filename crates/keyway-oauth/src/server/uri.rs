//! URIs as they are written (RFC 3986), cut into parts without changing a byte: what is compared
//! later is the text, so nothing may mean something else to whoever parses it.

use url::Url;

/// The most bytes of a URI.
const MAX: usize = 2048;

/// Why a text is no URI of the wanted kind. Carries no part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadUri(pub(crate) &'static str);

/// The parts of a URI, as they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Parts<'a> {
    /// Lower case.
    pub(crate) scheme: &'a str,
    /// Host and port, where there is a `//`.
    pub(crate) authority: Option<Authority<'a>>,
    pub(crate) path: &'a str,
    pub(crate) query: Option<&'a str>,
}

/// What stands between `//` and the path. There is never a user in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Authority<'a> {
    pub(crate) host: &'a str,
    pub(crate) port: Option<u16>,
}

impl<'a> Parts<'a> {
    /// Cuts a URI. Refuses what is no URI character (so white space, control characters,
    /// backslashes and everything but ASCII), a fragment, a user, dot segments, and what is encoded
    /// badly or encodes a control character.
    pub(crate) fn cut(text: &'a str) -> Result<Self, BadUri> {
        if text.len() > MAX {
            return Err(BadUri("the URI is longer than 2048 characters"));
        }
        if text.contains('#') {
            return Err(BadUri("the URI has a fragment"));
        }
        check_characters(text)?;
        let (scheme, rest) = text
            .split_once(':')
            .ok_or(BadUri("the URI has no scheme"))?;
        check_scheme(scheme)?;
        let (rest, query) = match rest.split_once('?') {
            Some((rest, query)) => (rest, Some(query)),
            None => (rest, None),
        };
        let (authority, path) = match rest.strip_prefix("//") {
            Some(rest) => {
                let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
                (Some(Authority::cut(authority)?), path)
            }
            None => (None, rest),
        };
        if path.split('/').any(is_dots) {
            return Err(BadUri("the URI has dot segments in its path"));
        }
        Ok(Self {
            scheme,
            authority,
            path,
            query,
        })
    }

    /// Cuts an `http` or `https` URL. Its host has to be written the way it is understood: no
    /// encoded characters, no other spellings of addresses, no trailing dot.
    pub(crate) fn web(text: &'a str) -> Result<(Self, Authority<'a>), BadUri> {
        let parts = Self::cut(text)?;
        if !matches!(parts.scheme, "http" | "https") {
            return Err(BadUri("the URI has to be https"));
        }
        let authority = parts.authority.ok_or(BadUri("the URI has no host"))?;
        if authority.host.is_empty() {
            return Err(BadUri("the URI has no host"));
        }
        let plain = authority.host.starts_with('[') || is_name(authority.host);
        let understood = Url::parse(text).ok();
        let understood = understood.as_ref().and_then(Url::host_str);
        if !plain || understood != Some(authority.host.to_ascii_lowercase().as_str()) {
            return Err(BadUri("the host of the URI is not written plainly"));
        }
        if parts.scheme == "http" && !authority.is_loopback() {
            return Err(BadUri("the URI has to be https"));
        }
        Ok((parts, authority))
    }

    /// Cuts an `https` URL.
    pub(crate) fn https(text: &'a str) -> Result<(Self, Authority<'a>), BadUri> {
        let (parts, authority) = Self::web(text)?;
        if parts.scheme != "https" {
            return Err(BadUri("the URI has to be https"));
        }
        Ok((parts, authority))
    }
}

impl<'a> Authority<'a> {
    fn cut(text: &'a str) -> Result<Self, BadUri> {
        if text.contains('@') {
            return Err(BadUri("the URI has a user name"));
        }
        let after_host = match text.strip_prefix('[') {
            Some(rest) => rest.find(']').map_or(text.len(), |end| end + 2),
            None => text.find(':').unwrap_or(text.len()),
        };
        let (host, port) = text.split_at(after_host);
        let port = match port {
            "" => None,
            _ => Some(
                port.strip_prefix(':')
                    .and_then(read_port)
                    .ok_or(BadUri("the port of the URI is no number from 1 to 65535"))?,
            ),
        };
        Ok(Self { host, port })
    }

    /// True for 127.0.0.0/8, `[::1]` and `localhost`.
    pub(crate) fn is_loopback(&self) -> bool {
        let address = self.host.parse::<std::net::Ipv4Addr>();
        self.host.eq_ignore_ascii_case("localhost")
            || self.host == "[::1]"
            || address.is_ok_and(|address| address.is_loopback())
    }
}

fn check_characters(text: &str) -> Result<(), BadUri> {
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'%' => {
                let code = [rest.next(), rest.next()].map(|digit| {
                    let digit = digit.map(char::from);
                    digit.and_then(|digit| digit.to_digit(16))
                });
                let [Some(high), Some(low)] = code else {
                    return Err(BadUri("the URI has a % without two hexadecimal digits"));
                };
                if matches!(high << 4 | low, 0..=0x1f | 0x7f) {
                    return Err(BadUri("the URI encodes a control character"));
                }
            }
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => {}
            _ if b"-._~:/?[]@!$&'()*+,;=".contains(&byte) => {}
            _ => return Err(BadUri("the URI has a character that no URI has")),
        }
    }
    Ok(())
}

fn check_scheme(scheme: &str) -> Result<(), BadUri> {
    let mut bytes = scheme.bytes();
    let starts = bytes.next().is_some_and(|byte| byte.is_ascii_lowercase());
    let goes_on =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"+-.".contains(&byte);
    if !starts || !bytes.all(goes_on) {
        return Err(BadUri("the scheme of the URI is not written in lower case"));
    }
    Ok(())
}

/// True for a name of letters, digits, hyphens and underscores with no empty label.
pub(super) fn is_name(host: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    host.len() <= 253
        && host
            .split('.')
            .all(|label| !label.is_empty() && label.len() <= 63 && label.bytes().all(known))
}

fn is_dots(segment: &str) -> bool {
    matches!(
        segment.to_ascii_lowercase().replace("%2e", ".").as_str(),
        "." | ".."
    )
}

fn read_port(text: &str) -> Option<u16> {
    let digits = !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}
