const SCHEME: &str = "keyway+";

/// The URI under which a server's resource is offered when its own URI is taken by another server,
/// or could be mistaken for a prefixed one. Works on URI templates alike.
///
/// The server's key becomes part of the URI's scheme, which knows neither `_` nor case, so those
/// are written `+u` and `+c` before the small letter.
///
/// ```
/// use keyway_core::names::{prefix_uri, split_uri};
///
/// let exposed = prefix_uri("My_files", "file:///a.txt");
/// assert_eq!(exposed, "keyway++cmy+ufiles:file:///a.txt");
/// assert_eq!(split_uri(&exposed), Some(("My_files".to_owned(), "file:///a.txt")));
/// assert_eq!(split_uri("file:///a.txt"), None);
/// ```
pub fn prefix_uri(server: &str, uri: &str) -> String {
    let mut out = String::with_capacity(SCHEME.len() + server.len() + 1 + uri.len());
    out.push_str(SCHEME);
    for c in server.chars() {
        match c {
            '_' => out.push_str("+u"),
            'A'..='Z' => {
                out.push_str("+c");
                out.push(c.to_ascii_lowercase());
            }
            _ => out.push(c),
        }
    }
    out.push(':');
    out.push_str(uri);
    out
}

/// The server's key and its own URI of what [`prefix_uri`] made; `None` for any other URI, which
/// then is a server's own.
///
/// ```
/// use keyway_core::names::split_uri;
///
/// assert_eq!(split_uri("keyway+files:a:b"), Some(("files".to_owned(), "a:b")));
/// assert_eq!(split_uri("a:b"), None);
/// ```
pub fn split_uri(exposed: &str) -> Option<(String, &str)> {
    let (scheme, uri) = exposed.split_once(':')?;
    let head = scheme.get(..SCHEME.len())?;
    if !head.eq_ignore_ascii_case(SCHEME) {
        return None;
    }
    let coded = scheme.get(SCHEME.len()..)?.to_ascii_lowercase();
    let mut server = String::with_capacity(coded.len());
    let mut chars = coded.chars();
    while let Some(c) = chars.next() {
        match c {
            '+' => match chars.next()? {
                'u' => server.push('_'),
                'c' => server.push(chars.next()?.to_ascii_uppercase()),
                _ => return None,
            },
            _ => server.push(c),
        }
    }
    super::is_server_key(&server).then_some((server, uri))
}
