use std::net::{Ipv4Addr, Ipv6Addr};

use http::header::HOST;
use http::request::Parts;

use crate::settings::Access;

/// The hosts a request may name.
///
/// A page of a foreign site can make its own name resolve to this machine (DNS rebinding); its
/// requests then carry that name as `Host`. Bound to loopback, only names of this machine pass.
#[derive(Debug)]
pub(crate) struct Hosts {
    allowed: Vec<String>,
    any: bool,
}

impl Hosts {
    pub(crate) fn new(access: &Access) -> Self {
        let mut allowed: Vec<String> = access
            .allowed_hosts
            .iter()
            .map(|host| host.to_ascii_lowercase())
            .collect();
        let any = !access.loopback_only && allowed.is_empty();
        allowed.extend(
            access
                .public_host
                .iter()
                .map(|host| host.to_ascii_lowercase()),
        );
        Self { allowed, any }
    }

    /// True when the host a request names is one of ours.
    pub(crate) fn admit(&self, request: &Parts) -> bool {
        if self.any {
            return true;
        }
        // HTTP/2 has `:authority`; HTTP/1.1 may name the host in the target as well, which wins
        // (RFC 9112, section 3.2.2).
        let in_target = request.uri.authority().map(http::uri::Authority::as_str);
        let named = in_target.or_else(|| {
            let mut hosts = request.headers.get_all(HOST).iter();
            let first = hosts.next()?.to_str().ok()?;
            hosts.next().is_none().then_some(first)
        });
        named.is_some_and(|named| self.admits(named))
    }

    /// True for a host of ours, with or without a port.
    fn admits(&self, named: &str) -> bool {
        let host = without_port(named);
        self.any || is_loopback(host) || self.is_allowed(host) || self.is_allowed(named)
    }

    fn is_allowed(&self, host: &str) -> bool {
        self.allowed
            .iter()
            .any(|allowed| allowed.eq_ignore_ascii_case(host))
    }
}

impl Access {
    /// True for a host, with or without a port, that requests may name.
    pub(crate) fn serves(&self, host: &str) -> bool {
        Hosts::new(self).admits(host)
    }
}

/// True for the names of this machine that every machine has.
pub(crate) fn is_loopback(host: &str) -> bool {
    if let Ok(address) = host.parse::<Ipv4Addr>() {
        return address.is_loopback();
    }
    let unbracketed = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    if let Some(address) = unbracketed.and_then(|host| host.parse::<Ipv6Addr>().ok()) {
        return address.is_loopback();
    }
    host.eq_ignore_ascii_case("localhost")
        || host
            .len()
            .checked_sub(".localhost".len())
            .and_then(|at| host.split_at_checked(at))
            .is_some_and(|(name, end)| is_name(name) && end.eq_ignore_ascii_case(".localhost"))
}

/// True for what a host name is made of. Anything else may end where another reader of the same
/// text goes on: `evil.example/.localhost` is a path on a foreign host.
fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

/// `host` of `host:port`, brackets of an IPv6 address kept. What follows a colon and is no port
/// stays, so that it matches no host.
pub(crate) fn without_port(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    }
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn admits(access: &Access, host: &str) -> bool {
        let (parts, ()) = Request::builder()
            .header(HOST, host)
            .body(())
            .unwrap()
            .into_parts();
        Hosts::new(access).admit(&parts)
    }

    #[test]
    fn bound_to_loopback_only_names_of_this_machine_pass() {
        let access = Access {
            loopback_only: true,
            public_host: Some("gate.example".into()),
            allowed_hosts: vec!["Other.Example".into(), "ported.example:8443".into()],
            ..Access::default()
        };
        for host in [
            "localhost",
            "LOCALHOST:8420",
            "127.0.0.1",
            "127.0.0.1:8420",
            "127.9.9.9:1",
            "[::1]",
            "[::1]:8420",
            "keyway.localhost:8420",
            "gate.example",
            "Gate.Example:443",
            "other.example:1",
            "ported.example:8443",
        ] {
            assert!(admits(&access, host), "{host}");
        }
        for host in [
            "evil.example",
            "evil.example:8420",
            "ported.example:8420",
            "user@localhost",
            "localhost.evil.example",
            "evillocalhost",
            "127.0.0.1.evil.example",
            "192.168.1.4:8420",
            "[::2]:8420",
            "",
            ":8420",
            "localhost:port",
            "[::1]:80evil",
            "evil.example/.localhost",
            "evil.example#.localhost",
            "evil.example,x.localhost",
            "user@x.localhost",
            ".localhost",
        ] {
            assert!(!admits(&access, host), "{host}");
        }
    }

    #[test]
    fn a_request_that_names_no_host_or_two_is_not_let_in() {
        let hosts = Hosts::new(&Access {
            loopback_only: true,
            ..Access::default()
        });
        let (none, ()) = Request::builder().body(()).unwrap().into_parts();
        assert!(!hosts.admit(&none));
        let two = Request::builder()
            .header(HOST, "localhost")
            .header(HOST, "evil.example");
        let (two, ()) = two.body(()).unwrap().into_parts();
        assert!(!hosts.admit(&two));
    }

    #[test]
    fn bound_beyond_loopback_every_host_passes_unless_some_are_named() {
        assert!(admits(&Access::default(), "anything.example"));
        let access = Access {
            allowed_hosts: vec!["gate.example".into()],
            ..Access::default()
        };
        assert!(admits(&access, "gate.example"));
        assert!(!admits(&access, "anything.example"));
    }
}
