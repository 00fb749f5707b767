use keyway_core::secrets::{is_secret_value, looks_secret};
use url::Url;

/// The longest address, in bytes.
const LONGEST: usize = 2_048;

/// Further names of query parameters that carry secrets.
const SECRET_PARAMETERS: &[&str] = &["sig", "signature", "code", "session", "sid"];

/// Reads the address of a remote MCP server that somebody typed.
///
/// # Errors
///
/// What was expected instead. Never holds anything of the address.
pub(super) fn read(text: &str) -> Result<Url, &'static str> {
    let text = text.trim();
    if text.len() > LONGEST {
        return Err("a URL of at most 2048 bytes");
    }
    let url = Url::parse(text).map_err(|_| "a URL that begins with https:// or http://")?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        return Err("a URL that begins with https:// or http://");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(
            "a URL without user name and password: put the secret into Access token under \
             Advanced settings",
        );
    }
    if url.fragment().is_some() {
        return Err("a URL without `#…`");
    }
    let secret = |name: &str, value: &str| {
        looks_secret(name)
            || SECRET_PARAMETERS.contains(&name.to_ascii_lowercase().as_str())
            || is_secret_value(value)
    };
    if url.query_pairs().any(|(name, value)| secret(&name, &value)) {
        return Err(
            "a URL without secrets in its query: put the secret into Access token under Advanced \
             settings",
        );
    }
    Ok(url)
}

/// The host and port, as [`keyway_core::ports::Hosts`] has them.
pub(super) fn host(url: &Url) -> Option<String> {
    Some(format!(
        "{}:{}",
        url.host_str()?,
        url.port_or_known_default()?
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_addresses_are_read() {
        for good in [
            "https://mcp.acme.example/mcp",
            " http://mcp.acme.example:8080/ ",
            "https://mcp.acme.example/mcp?tenant=7&region=eu",
            "https://[2001:db8::1]/mcp",
        ] {
            assert!(read(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "mcp.acme.example",
            "ftp://acme.example",
            "unix:/run/a.sock",
            "javascript:alert(1)",
            "file:///etc/passwd",
            "https://",
            "https://user@acme.example/",
            "https://user:canary@acme.example/",
            "https://acme.example/#canary",
            "https://acme.example/?api_key=canary",
            "https://acme.example/?accessToken=canary",
            "https://acme.example/?sig=canary",
            "https://acme.example/?x=ghp_0123456789abcdefcanary",
        ] {
            let expected = read(bad).unwrap_err();
            assert!(!expected.contains("canary"), "{bad}");
        }
        assert!(read(&format!("https://a.example/{}", "x".repeat(2_100))).is_err());
    }
}
