use keyway_core::Error;
use url::{Host, Url};

/// The longest address, in bytes.
const LONGEST: usize = 2_048;

/// Reads the address of an endpoint that somebody typed. What is sent is signed and not sealed, so it goes
/// over TLS; plainly to this machine alone, where `egress.allow` lets it.
///
/// # Errors
///
/// `invalid_input` at `/url`. Never holds anything of the address.
pub(super) fn read(text: &str) -> Result<Url, Error> {
    let url = checked(text.trim());
    url.map_err(|expected| Error::invalid_at("/url", expected))
}

fn checked(text: &str) -> Result<Url, &'static str> {
    if text.len() > LONGEST {
        return Err("a URL of at most 2048 bytes");
    }
    let url = Url::parse(text).map_err(|_| "a URL that begins with https://")?;
    let plain = match url.scheme() {
        "https" => false,
        "http" => true,
        _ => return Err("a URL that begins with https://"),
    };
    let here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => return Err("a URL that begins with https://"),
    };
    if plain && !here {
        return Err("a URL that begins with https://: http:// is for this machine alone");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("a URL without user name and password: messages are signed instead");
    }
    if url.fragment().is_some() {
        return Err("a URL without `#…`");
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_that_can_be_sent_to_are_read() {
        for good in [
            "https://acme.example/hooks",
            " https://acme.example:8443/hooks?tenant=7 ",
            "https://[2001:db8::1]/",
            "http://127.0.0.1:9000/hooks",
            "http://[::1]/hooks",
            "http://localhost:9000/",
        ] {
            assert!(checked(good.trim()).is_ok(), "{good}");
        }
        for bad in [
            "",
            "acme.example/canary",
            "http://acme.example/canary",
            "http://10.0.0.1/canary",
            "http://localhost.canary.example/",
            "ftp://acme.example/canary",
            "unix:/run/canary.sock",
            "javascript:canary",
            "https://canary@acme.example/",
            "https://user:canary@acme.example/",
            "https://:canary@acme.example/",
            "https://acme.example/#canary",
            "https://",
        ] {
            let expected = checked(bad).unwrap_err();
            assert!(!expected.contains("canary"), "{bad}");
        }
        assert!(checked(&format!("https://a.example/{}", "x".repeat(2_100))).is_err());
    }
}
