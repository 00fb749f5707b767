use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

/// Where browsers come back to (`KEYWAY_CALLBACK_URL`): an http URL on this very machine. By default
/// `http://localhost:1456/auth/mcp/callback`.
///
/// ```
/// use keyway_client::sign_in::CallbackUrl;
///
/// let callback: CallbackUrl = "http://127.0.0.1:8765/back".parse()?;
/// assert_eq!(callback.to_string(), "http://127.0.0.1:8765/back");
/// assert!("http://example.com/back".parse::<CallbackUrl>().is_err());
/// # Ok::<(), keyway_client::sign_in::BadCallback>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallbackUrl(Url);

/// Why a text is no callback URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the callback URL is to be http on localhost, 127.0.0.1 or [::1], without query or fragment, \
     such as http://localhost:1456/auth/mcp/callback"
)]
pub struct BadCallback;

impl CallbackUrl {
    /// The port listened on; 0 lets the system choose one.
    pub fn port(&self) -> u16 {
        self.0.port().unwrap_or(80)
    }

    /// The path that counts as a callback.
    pub(super) fn path(&self) -> &str {
        self.0.path()
    }

    /// The addresses to listen on. A browser may take `localhost` for either.
    pub(super) fn addresses(&self) -> &'static [std::net::IpAddr] {
        use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
        const V4: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
        const V6: IpAddr = IpAddr::V6(Ipv6Addr::LOCALHOST);
        match self.0.host() {
            Some(Host::Ipv4(_)) => &[V4],
            Some(Host::Ipv6(_)) => &[V6],
            _ => &[V4, V6],
        }
    }

    /// The same with the port that was chosen.
    pub(super) fn with_port(&self, port: u16) -> Self {
        let mut url = self.0.clone();
        // Only URLs without a host refuse a port.
        let _ = url.set_port(Some(port));
        Self(url)
    }
}

impl Default for CallbackUrl {
    fn default() -> Self {
        #[expect(clippy::expect_used, reason = "a constant, read by a test")]
        "http://localhost:1456/auth/mcp/callback"
            .parse()
            .expect("the default is a callback URL")
    }
}

impl FromStr for CallbackUrl {
    type Err = BadCallback;

    fn from_str(text: &str) -> Result<Self, BadCallback> {
        let url = Url::parse(text).map_err(|_| BadCallback)?;
        let here = match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => {
                address.is_loopback() && address.octets() == [127, 0, 0, 1]
            }
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        let bare = url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        (here && bare && url.scheme() == "http")
            .then_some(Self(url))
            .ok_or(BadCallback)
    }
}

impl fmt::Display for CallbackUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_the_documented_one() {
        let callback = CallbackUrl::default();
        assert_eq!(
            callback.to_string(),
            "http://localhost:1456/auth/mcp/callback"
        );
        assert_eq!(callback.port(), 1456);
        assert_eq!(callback.path(), "/auth/mcp/callback");
        assert_eq!(callback.addresses().len(), 2);
    }

    #[test]
    fn only_this_machine_is_come_back_to() {
        for text in [
            "",
            "localhost:1456/x",
            "https://localhost:1456/x",
            "http://localhost.example.com/x",
            "http://127.0.0.2:1456/x",
            "http://192.168.0.1/x",
            "http://user@localhost:1456/x",
            "http://localhost:1456/x?y=z",
            "http://localhost:1456/x#y",
        ] {
            assert_eq!(text.parse::<CallbackUrl>(), Err(BadCallback), "{text}");
        }
        for text in [
            "http://127.0.0.1:99/x",
            "http://[::1]:99/x",
            "http://localhost:0/",
        ] {
            assert_eq!(text.parse::<CallbackUrl>().unwrap().to_string(), text);
        }
    }
}
