use std::fmt;
use std::sync::Arc;

/// Hosts that were declared: `api.acme.example`, `*.acme.example` (any depth, not the name itself),
/// each with a port or for every one.
///
/// ```
/// use keyway_core::ports::Hosts;
///
/// let hosts = Hosts::new(["*.acme.example", "localhost:8080"]).unwrap();
/// assert!(hosts.names("eu.api.acme.example", 443));
/// assert!(!hosts.names("acme.example", 443));
/// assert!(hosts.names("localhost", 8080) && !hosts.names("localhost", 80));
/// assert!(Hosts::new(["https://acme.example/"]).is_err());
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Hosts(Arc<[Host]>);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Host {
    name: String,
    below: bool,
    port: Option<u16>,
}

/// A text that names no host.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected a host like api.acme.example, *.acme.example or localhost:8080, without scheme and path"
)]
pub struct BadHost;

impl Hosts {
    /// Reads hosts.
    ///
    /// # Errors
    ///
    /// One of them is none, or there is none at all.
    pub fn new<H: AsRef<str>>(hosts: impl IntoIterator<Item = H>) -> Result<Self, BadHost> {
        let all: Vec<_> = hosts
            .into_iter()
            .map(|text| Host::read(text.as_ref()))
            .collect::<Result<_, _>>()?;
        if all.is_empty() {
            return Err(BadHost);
        }
        Ok(Self(all.into()))
    }

    /// True when a request to this host and port goes to one of them. The host is a name without its
    /// final dot, or an address without brackets.
    pub fn names(&self, host: &str, port: u16) -> bool {
        self.0.iter().any(|one| one.names(host, port))
    }

    /// True when one of them is this very host. What stands for any host below a name says nothing of
    /// where one of those leads: whoever writes the zone could have it lead into a private network.
    pub fn names_exactly(&self, host: &str, port: u16) -> bool {
        let mut exact = self.0.iter().filter(|one| !one.below);
        exact.any(|one| one.names(host, port))
    }

    /// These and the others.
    pub fn or(&self, others: &Self) -> Self {
        Self(self.0.iter().chain(&*others.0).cloned().collect())
    }
}

impl fmt::Debug for Hosts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for Hosts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, host) in self.0.iter().enumerate() {
            let comma = if index > 0 { ", " } else { "" };
            let star = if host.below { "*." } else { "" };
            write!(f, "{comma}{star}{}", host.name)?;
            if let Some(port) = host.port {
                write!(f, ":{port}")?;
            }
        }
        Ok(())
    }
}

impl Host {
    fn read(text: &str) -> Result<Self, BadHost> {
        let (rest, below) = match text.strip_prefix("*.") {
            Some(rest) => (rest, true),
            None => (text, false),
        };
        let (name, port) = match rest.strip_prefix('[') {
            Some(rest) => {
                let (name, rest) = rest.split_once(']').ok_or(BadHost)?;
                let v6 = name.parse::<std::net::Ipv6Addr>().map_err(|_| BadHost)?;
                let port = match rest {
                    "" => None,
                    _ => Some(rest.strip_prefix(':').ok_or(BadHost)?),
                };
                (v6.to_string(), port)
            }
            None => match rest.split_once(':') {
                Some((name, port)) => (name.to_ascii_lowercase(), Some(port)),
                None => (rest.to_ascii_lowercase(), None),
            },
        };
        let port = match port {
            Some(port) => Some(port.parse().map_err(|_| BadHost)?),
            None => None,
        };
        let v6 = name.contains(':');
        let plain = name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
        let bad = name.is_empty()
            || name.len() > 253
            || !(plain || v6)
            || name.starts_with('.')
            || name.ends_with('.')
            || name.contains("..")
            || port == Some(0)
            || (below && v6);
        if bad {
            return Err(BadHost);
        }
        Ok(Self { name, below, port })
    }

    fn names(&self, host: &str, port: u16) -> bool {
        if self.port.is_some_and(|own| own != port) {
            return false;
        }
        if !self.below {
            return host.eq_ignore_ascii_case(&self.name);
        }
        let start = host.len().checked_sub(self.name.len());
        let Some((sub, rest)) = start.and_then(|start| host.split_at_checked(start)) else {
            return false;
        };
        sub.len() > 1 && sub.ends_with('.') && rest.eq_ignore_ascii_case(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_names_no_host_is_refused() {
        for text in [
            "",
            "*",
            "*.",
            "*.*.a",
            "a b",
            "a/b",
            "http://a",
            "a:",
            "a:0",
            "a:70000",
            "a:b",
            ".a",
            "a.",
            "a..b",
            "u@a",
            "[::1",
            "[::1]x",
            "[a]",
            "*.[::1]",
            "a?b",
            "a#b",
            "ä.example",
        ] {
            assert_eq!(Hosts::new([text]), Err(BadHost), "{text}");
        }
        assert!(Hosts::new(Vec::<&str>::new()).is_err());
    }

    #[test]
    fn hosts_are_named_exactly() {
        let hosts = Hosts::new([
            "API.acme.example",
            "*.b.example:8443",
            "[::1]:80",
            "127.0.0.1",
        ])
        .unwrap();
        for (host, port, named) in [
            ("api.acme.example", 1, true),
            ("evil-api.acme.example", 1, false),
            ("api.acme.example.evil.example", 1, false),
            ("x.b.example", 8443, true),
            ("x.y.B.example", 8443, true),
            ("x.b.example", 443, false),
            ("b.example", 8443, false),
            (".b.example", 8443, false),
            ("xb.example", 8443, false),
            ("::1", 80, true),
            ("::1", 81, false),
            ("127.0.0.1", 9, true),
        ] {
            assert_eq!(hosts.names(host, port), named, "{host}:{port}");
            let exactly = named && !host.to_lowercase().ends_with(".b.example");
            assert_eq!(hosts.names_exactly(host, port), exactly, "{host}:{port}");
        }
    }
}
