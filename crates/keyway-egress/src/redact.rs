use url::Url;

/// A URL as it may be logged: without user information, query and fragment, and with path segments
/// that look like a secret cut out.
///
/// ```
/// let url = "https://joe:pw@hooks.example.com/services/T0123456789ABCDEFGHIJ?token=x#y";
/// assert_eq!(keyway_egress::redact(url), "https://hooks.example.com/services/…?…");
/// assert_eq!(keyway_egress::redact("not a url"), "[unreadable URL]");
/// ```
pub fn redact(url: &str) -> String {
    let Ok(url) = Url::parse(url) else {
        return "[unreadable URL]".to_owned();
    };
    let mut text = match url.scheme() {
        "http" | "https" | "ws" | "wss" => url.origin().ascii_serialization(),
        scheme => format!("{scheme}:"),
    };
    if url.cannot_be_a_base() {
        text.push('…');
        return text;
    }
    for segment in url.path_segments().into_iter().flatten() {
        text.push('/');
        text.push_str(if looks_secret(segment) {
            "…"
        } else {
            segment
        });
    }
    if url.query().is_some() {
        text.push_str("?…");
    }
    text
}

/// Long, and a mixture of letters and digits: words are not, tokens are.
fn looks_secret(segment: &str) -> bool {
    segment.len() >= 20
        && segment.bytes().any(|byte| byte.is_ascii_digit())
        && segment.bytes().any(|byte| byte.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::redact;

    #[test]
    fn only_what_identifies_a_place_is_left() {
        for (url, shown) in [
            ("http://127.0.0.1:8080/mcp", "http://127.0.0.1:8080/mcp"),
            ("https://example.com/?api_key=x", "https://example.com/?…"),
            ("https://u:p@example.com/a/b", "https://example.com/a/b"),
            ("unix:/run/x.sock#/mcp?token=x", "unix:/run/x.sock"),
            ("mailto:joe@example.com", "mailto:…"),
        ] {
            assert_eq!(redact(url), shown);
        }
    }
}
