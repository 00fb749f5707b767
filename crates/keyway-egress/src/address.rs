//! What an IP address stands for.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whom an address belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// A host on the internet.
    Public,
    /// This machine, this network, or an address that no host on the internet has.
    Private,
    /// Where a cloud hands out credentials to whoever asks from inside.
    Metadata,
}

/// The scope of an address. An IPv6 address that carries an IPv4 address has the narrower of both
/// scopes.
pub(crate) fn scope(ip: IpAddr) -> Scope {
    match ip {
        IpAddr::V4(ip) => scope_v4(ip),
        IpAddr::V6(ip) => scope_v6(ip),
    }
}

/// The address a connection would really go to: IPv4-mapped IPv6 addresses are IPv4 addresses.
pub(crate) fn canonical(ip: IpAddr) -> IpAddr {
    ip.to_canonical()
}

/// IANA IPv4 Special-Purpose Address Registry, and the metadata services of the large clouds.
fn scope_v4(ip: Ipv4Addr) -> Scope {
    match ip.octets() {
        // Link-local as a whole: AWS, Azure, Google and others use several addresses of it.
        // Then Alibaba Cloud, Oracle Cloud and Azure's wire server.
        [169, 254, ..] | [100, 100, 100, 200] | [192, 0, 0, 192] | [168, 63, 129, 16] => {
            Scope::Metadata
        }
        [0 | 10 | 127 | 224..=255, ..]
        | [100, 64..=127, ..]
        | [172, 16..=31, ..]
        | [192, 168, ..]
        | [192, 0, 0 | 2, _]
        | [192, 31, 196, _]
        | [192, 52, 193, _]
        | [192, 88, 99, _]
        | [192, 175, 48, _]
        | [198, 18..=19, ..]
        | [198, 51, 100, _]
        | [203, 0, 113, _] => Scope::Private,
        _ => Scope::Public,
    }
}

/// IANA IPv6 Special-Purpose Address Registry: global unicast is `2000::/3`, less its exceptions.
fn scope_v6(ip: Ipv6Addr) -> Scope {
    let embedded = embedded_v4(ip).map(scope_v4);
    let own = match ip.segments() {
        // Amazon, Google; and link-local, where the same services answer.
        [0xfd00, 0x0ec2, ..] | [0xfd20, 0x00ce, ..] | [0xfe80..=0xfebf, ..] => Scope::Metadata,
        // IETF protocol assignments with Teredo and ORCHID, 6to4, documentation.
        [0x2001, 0x0000..=0x01ff | 0x0db8, ..] | [0x2002, ..] | [0x3fff, 0x0000..=0x0fff, ..] => {
            Scope::Private
        }
        // ISATAP (RFC 5214).
        [_, _, _, _, 0x0000 | 0x0200, 0x5efe, ..] => Scope::Private,
        // NAT64 (RFC 6052) is as public as the address behind it.
        [0x64, 0xff9b, 0, 0, 0, 0, ..] | [0x2000..=0x3fff, ..] => Scope::Public,
        _ if ip.to_ipv4_mapped().is_some() => Scope::Public,
        _ => Scope::Private,
    };
    match (own, embedded) {
        (Scope::Metadata, _) | (_, Some(Scope::Metadata)) => Scope::Metadata,
        (Scope::Private, _) | (_, Some(Scope::Private)) => Scope::Private,
        _ => Scope::Public,
    }
}

/// The IPv4 address inside an IPv6 address of a transition mechanism.
fn embedded_v4(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let pair = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        Ipv4Addr::new(a, b, c, d)
    };
    match ip.segments() {
        // Mapped (RFC 4291), compatible (deprecated there), translated (RFC 2765).
        [0, 0, 0, 0, 0, 0xffff | 0, high, low] | [0, 0, 0, 0, 0xffff, 0, high, low]
        // NAT64, well-known and local (RFC 6052, RFC 8215), and ISATAP.
        | [0x64, 0xff9b, _, _, _, _, high, low]
        | [_, _, _, _, 0x0000 | 0x0200, 0x5efe, high, low]
        // 6to4 (RFC 3056).
        | [0x2002, high, low, ..] => Some(pair(high, low)),
        // Teredo (RFC 4380): the client's address, inverted.
        [0x2001, 0, _, _, _, _, high, low] => Some(pair(!high, !low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Scope {
        scope(text.parse().unwrap())
    }

    #[test]
    fn public_addresses_are_public() {
        for ip in [
            "1.1.1.1",
            "93.184.216.34",
            "100.128.0.1",
            "172.32.0.1",
            "2606:4700::1111",
            "2a00:1450:4001:80b::200e",
            "::ffff:1.1.1.1",
            "64:ff9b::1.1.1.1",
        ] {
            assert_eq!(of(ip), Scope::Public, "{ip}");
        }
    }

    #[test]
    fn private_addresses_are_private_in_every_spelling() {
        for ip in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "127.0.0.1",
            "127.255.255.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:0:10.0.0.1",
            "64:ff9b::10.0.0.1",
            "64:ff9b:1::1.1.1.1",
            "2002:0a00:0001::1",
            "2002:0101:0101::1",
            "2001:0:0:0:0:0:80ff:fffe",
            "2001:db8::1",
            "2606:4700::5efe:10.0.0.1",
            "3fff::1",
            "5f00::1",
            "100::1",
            "fc00::1",
            "fd12:3456::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert_eq!(of(ip), Scope::Private, "{ip}");
        }
    }

    #[test]
    fn metadata_services_are_known_in_every_spelling() {
        for ip in [
            "169.254.169.254",
            "169.254.170.2",
            "100.100.100.200",
            "192.0.0.192",
            "168.63.129.16",
            "fd00:ec2::254",
            "fd20:ce::254",
            "fe80::a9fe:a9fe",
            "::ffff:169.254.169.254",
            "::169.254.169.254",
            "64:ff9b::169.254.169.254",
            "64:ff9b:1::169.254.169.254",
            "2002:a9fe:a9fe::1",
            "2001:0:0:0:0:0:5601:5601",
        ] {
            assert_eq!(of(ip), Scope::Metadata, "{ip}");
        }
    }
}
