use url::Url;

/// The most bytes of an address.
const MOST: usize = 8 * 1024;

/// The address of a page that a server wants opened, whole and as a browser reads it: its host in
/// ASCII, nothing hidden in it. Only `http:` and `https:`, and no user name that could pass for a
/// host.
pub(super) fn address(url: &str) -> Result<String, &'static str> {
    if url.len() > MOST {
        return Err("the address is too long");
    }
    let parsed = Url::parse(url).map_err(|_| "the address is no URL")?;
    if !matches!(parsed.scheme(), "http" | "https") || !parsed.has_host() {
        return Err("only http: and https: pages are opened");
    }
    if !parsed.username().is_empty() || parsed.password().is_some() {
        return Err("the address holds a user name, which could pass for a host");
    }
    Ok(parsed.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_are_opened() {
        assert_eq!(
            address("https://EXAMPLE.com/a?b=c#d").as_deref(),
            Ok("https://example.com/a?b=c#d")
        );
        // A look-alike of `apple.com` shows what it is.
        assert_eq!(
            address("https://аpple.com/").as_deref(),
            Ok("https://xn--pple-43d.com/")
        );
        for bad in [
            "javascript:alert(1)",
            "file:///etc/passwd",
            "https://github.com@evil.example/",
            "ssh://host/",
            "data:text/html,x",
            "vscode://open",
            "not a url",
            "",
        ] {
            assert!(address(bad).is_err(), "{bad}");
        }
        let shown = address("https://a.example/\u{202e}gpj.exe\u{1b}[2J").unwrap();
        assert!(shown.is_ascii() && !shown.contains('\u{1b}'));
    }
}
