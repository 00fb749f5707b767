/// The longest path: an authorization request is carried through signing in.
const MAX: usize = 8 * 1024;

/// A path of ours to go on to, out of what somebody sent. Anything that a browser could take for
/// another place is none.
pub(crate) fn local_path(text: &str) -> Option<&str> {
    let rest = text.strip_prefix('/')?;
    // `//host` and, to browsers, `/\host` lead elsewhere; so does `/<tab>/host`, as they leave out
    // control characters.
    let elsewhere = rest.starts_with(['/', '\\']);
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    (text.len() <= MAX && plain && !elsewhere).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_ours_are_gone_on_to() {
        for good in [
            "/",
            "/account",
            "/oauth/authorize?client_id=a&redirect_uri=https%3A%2F%2Fclient.example%2Fcb",
            "/a//b",
            "/?next=https://evil.example",
        ] {
            assert_eq!(local_path(good), Some(good));
        }
        for bad in [
            "",
            "account",
            "https://evil.example",
            "HTTPS:/evil.example",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "/a\r\nSet-Cookie: x=1",
            " //evil.example",
            "/ /evil.example",
            "javascript:alert(1)",
            "data:text/html,x",
            "/\u{2028}evil",
            "/é",
            "@evil.example",
            ".evil.example",
            "?x",
            "#x",
            &format!("/{}", "x".repeat(MAX)),
        ] {
            assert_eq!(local_path(bad), None, "{bad}");
        }
    }
}
