use std::net::IpAddr;
use std::str::FromStr;

use crate::address::canonical;

/// `egress.allow`: the destinations that the address guard lets through although they are private.
#[derive(Debug, Clone, Default)]
pub struct AllowList(Vec<AllowRule>);

impl AllowList {
    /// A list of rules; the order does not matter.
    pub fn new(rules: Vec<AllowRule>) -> Self {
        Self(rules)
    }

    /// True when a rule names the host, with this port or with any.
    pub(crate) fn names(&self, host: &str, port: u16) -> bool {
        self.0.iter().any(|rule| match rule {
            AllowRule::Host { name, port: only } => {
                only.is_none_or(|only| only == port) && name == host
            }
            AllowRule::Network { .. } => false,
        })
    }

    /// True when a rule names the address itself, or a network it is in.
    pub(crate) fn contains(&self, ip: IpAddr) -> bool {
        let ip = canonical(ip);
        self.0.iter().any(|rule| match rule {
            AllowRule::Network { base, prefix } => in_network(ip, *base, *prefix),
            AllowRule::Host { .. } => false,
        })
    }
}

/// One entry of `egress.allow`: `10.1.0.0/16`, `192.168.1.7`, `[fd00::1]:8080`, `db.internal` or
/// `db.internal:5432`.
///
/// ```
/// let rule: keyway_egress::AllowRule = "10.1.0.0/16".parse()?;
/// assert!("10.1.0.0/40".parse::<keyway_egress::AllowRule>().is_err());
/// # let _ = rule;
/// # Ok::<(), keyway_egress::BadRule>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AllowRule {
    /// A host as it is written in URLs, lower case; an IP address with a port is one too.
    Host {
        /// The name, or the address without brackets.
        name: String,
        /// The only port, or any.
        port: Option<u16>,
    },
    /// Every address whose first `prefix` bits are those of `base`.
    Network {
        /// An address of the network.
        base: IpAddr,
        /// The number of bits.
        prefix: u8,
    },
}

/// What is wrong with an entry of `egress.allow`. The texts do not repeat the entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadRule {
    /// Nothing that can be read.
    #[error("expected a host name, host:port, an IP address or a network such as 10.1.0.0/16")]
    Unreadable,
    /// The number after the slash does not fit the address.
    #[error("the network's prefix length is out of range")]
    Prefix,
    /// The number after the colon is no port.
    #[error("the port is out of range")]
    Port,
}

impl FromStr for AllowRule {
    type Err = BadRule;

    fn from_str(text: &str) -> Result<Self, BadRule> {
        let text = text.trim();
        if let Some((base, prefix)) = text.split_once('/') {
            let base: IpAddr = unbracketed(base).parse().map_err(|_| BadRule::Unreadable)?;
            let prefix: u8 = prefix.parse().map_err(|_| BadRule::Prefix)?;
            return network(base, prefix);
        }
        if let Ok(ip) = unbracketed(text).parse::<IpAddr>() {
            return network(ip, if ip.is_ipv4() { 32 } else { 128 });
        }
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) => (host, Some(port.parse().map_err(|_| BadRule::Port)?)),
            None => (text, None),
        };
        let host = match unbracketed(host).parse::<IpAddr>() {
            Ok(ip) => canonical(ip).to_string(),
            Err(_) => host_name(host).ok_or(BadRule::Unreadable)?,
        };
        Ok(Self::Host { name: host, port })
    }
}

fn network(base: IpAddr, prefix: u8) -> Result<AllowRule, BadRule> {
    let bits = if base.is_ipv4() { 32 } else { 128 };
    if prefix > bits {
        return Err(BadRule::Prefix);
    }
    Ok(AllowRule::Network { base, prefix })
}

fn unbracketed(text: &str) -> &str {
    text.strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'))
        .unwrap_or(text)
}

/// The name as URLs carry it: IDNA, lower case, no final dot.
fn host_name(text: &str) -> Option<String> {
    match url::Host::parse(text.strip_suffix('.').unwrap_or(text)).ok()? {
        url::Host::Domain(name) if !name.is_empty() && !name.contains('*') => Some(name),
        _ => None,
    }
}

fn in_network(ip: IpAddr, base: IpAddr, prefix: u8) -> bool {
    match (ip, base) {
        (IpAddr::V4(ip), IpAddr::V4(base)) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0);
            (ip.to_bits() ^ base.to_bits()) & mask == 0
        }
        (IpAddr::V6(ip), IpAddr::V6(base)) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(prefix)).unwrap_or(0);
            (ip.to_bits() ^ base.to_bits()) & mask == 0
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(rules: &[&str]) -> AllowList {
        AllowList::new(rules.iter().map(|rule| rule.parse().unwrap()).collect())
    }

    #[test]
    fn networks_hold_their_addresses_and_no_others() {
        let list = list(&["10.1.0.0/16", "fd00:1::/32", "192.168.1.7", "0.0.0.0/32"]);
        for inside in [
            "10.1.0.0",
            "10.1.255.255",
            "fd00:1::9",
            "192.168.1.7",
            "::ffff:10.1.2.3",
        ] {
            assert!(list.contains(inside.parse().unwrap()), "{inside}");
        }
        for outside in [
            "10.2.0.0",
            "fd00:2::9",
            "192.168.1.8",
            "::10.1.2.3",
            "0.0.0.1",
        ] {
            assert!(!list.contains(outside.parse().unwrap()), "{outside}");
        }
        assert!(self::list(&["0.0.0.0/0"]).contains("169.254.169.254".parse().unwrap()));
    }

    #[test]
    fn hosts_match_whole_names_and_their_port() {
        let list = list(&[
            "Db.Internal.",
            "api.internal:8080",
            "[::1]:9000",
            "bücher.example",
        ]);
        assert!(list.names("db.internal", 1));
        assert!(list.names("api.internal", 8080));
        assert!(list.names("::1", 9000));
        assert!(list.names("xn--bcher-kva.example", 443));
        assert!(!list.names("api.internal", 80));
        assert!(!list.names("x.db.internal", 1));
        assert!(!list.names("::1", 80));
    }

    #[test]
    fn bad_rules_are_told_apart() {
        for (text, error) in [
            ("", BadRule::Unreadable),
            ("*.example.com", BadRule::Unreadable),
            ("http://example.com", BadRule::Unreadable),
            ("10.0.0.0/33", BadRule::Prefix),
            ("10.0.0.0/x", BadRule::Prefix),
            ("example.com:99999", BadRule::Port),
        ] {
            assert_eq!(text.parse::<AllowRule>(), Err(error), "{text}");
        }
    }
}
